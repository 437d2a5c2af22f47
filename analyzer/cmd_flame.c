/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame flame`: parse, load, find the file's name, write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "flame.h"
#include "runs.h"
#include "write.h"

const char help_flame[] =
	"usage: heapflame flame [OPTION]... [FILE|FOLDER]...\n"
	"Draw the code that holds the memory as a flame graph: one SVG, to "
	"look at\n"
	"anywhere, to zoom and search in a browser. No FILE: the newest run "
	"here.\n"
	"\n"
	"  -o, --output FILE   where to (\"-\": stdout; default: stdout if it "
	"is a\n"
	"                      pipe, else flame.svg in the run's folder)\n"
	"  --metric M          inuse_space, inuse_objects, alloc_space,\n"
	"                      alloc_objects, peak_space, peak_objects, "
	"temp_space,\n"
	"                      temp_objects (default: peak_space of a program "
	"that\n"
	"                      ended, else inuse_space)\n"
	"  --title TEXT        headline (default: Heap flame graph)\n"
	"  --subtitle TEXT     the line below it (default: metric, total, "
	"program)\n"
	"  --width PX          width (default: 1200, and that of the window in "
	"a\n"
	"                      browser)\n"
	"  --minwidth PX       narrower frames are pooled as small (default: "
	"1)\n"
	"  --by process        a frame for each process, below all others\n"
	"  --wrapper RE        grey functions of that name as allocation "
	"wrappers,\n"
	"                      too; may repeat\n"
	"  --no-wrappers       grey none\n"
	"  --all               every run found, not the newest only\n"
	"  --help              this text\n"
	"\n"
	"  heapflame flame\n"
	"  heapflame flame --metric inuse_objects -o objects.svg "
	"server.*.heap\n";

static bool
stdout_is_pipe(void)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static int
write_flame(struct args *a, struct profile *p, const struct svg_options *o)
{
	char *path;
	int result;

	if (args_load(a, p) < 0)
		return -1;
	if (a->output)
		return flame_write(p, a->output, &a->selection, o);
	if (stdout_is_pipe())
		return flame_write(p, "-", &a->selection, o);
	path = flame_path(runs_origin());
	result = flame_write(p, path, &a->selection, o);
	if (result == 0)
		fprintf(stderr, "heapflame: wrote '%s'\n", path);
	free(path);
	return result;
}

int
cmd_flame(int argc, char **argv)
{
	struct svg_options o = { 0 };
	struct args a = { .accept = ARGS_METRIC | ARGS_OUTPUT | ARGS_WRAPPERS |
				    ARGS_BY };
	const struct args_own own[] = {
		{ .name = "title", .kind = ARGS_TEXT, .target = &o.title },
		{ .name = "subtitle",
			.kind = ARGS_TEXT,
			.target = &o.subtitle },
		{ .name = "width", .kind = ARGS_COUNT, .target = &o.width },
		{ .name = "minwidth",
			.kind = ARGS_REAL,
			.target = &o.min_width },
		{ 0 },
	};
	struct profile p;
	int result;

	if (args_parse(&a, own, argc, argv) < 0)
		return EXIT_USAGE;
	profile_init(&p);
	result = write_flame(&a, &p, &o);
	profile_release(&p);
	args_release(&a);
	return result < 0 ? EXIT_FAILED : EXIT_DONE;
}
