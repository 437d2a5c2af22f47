/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame flame`: parse, load, find the file's name, write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "flame.h"
#include "flame_change.h"
#include "flame_options.h"
#include "flame_phases.h"
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
	"                      pipe or a file, else flame.svg in the run's "
	"folder)\n"
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
	"  --height PX         of a row (default: 17, more in a high window)\n"
	"  --minwidth PX       narrower frames are pooled as small (default: "
	"1);\n"
	"                      0.1%: share of all\n"
	"  --colors WORD       hot, mem, blue, ...; or what a colour means: "
	"module,\n"
	"                      kind (default: hot, one a name)\n"
	"  --bgcolors WORD     ground: yellow, blue, green, grey or #rrggbb "
	"(default:\n"
	"                      light or dark, as the system has it)\n"
	"  --fonttype NAME, --fontsize PX, --fontwidth NUM\n"
	"                      of labels: family, size (12), a character's "
	"width as a\n"
	"                      part of the size (as it is)\n"
	"  --hash, --cp, --deterministic\n"
	"                      colours by name, the same in every picture: "
	"so they are\n"
	"  --factor NUM        multiply what folded stacks and the like count\n"
	"  --total NUM         what all is, if that is more than there is\n"
	"  --reverse           begin with what holds memory, callers on it\n"
	"  --inverted          the root on top\n"
	"  --negate            of a difference (two columns): the second is "
	"the "
	"earlier\n"
	"  --flamechart, --random, --colordiffusion, --nameattr FILE, "
	"--encoding NAME\n"
	"                      taken for flamegraph.pl's sake; it is said what "
	"they don't\n"
	"  --nametype TEXT     what stands before a name on hover\n"
	"  --notes TEXT        a line of the page\n"
	"  --by WHAT           process, thread, label, phase or module, or "
	"several\n"
	"                      (a,b): a frame for each, below all others\n"
	"  --each-phase        a picture a phase, named after it, in the "
	"folder "
	"-o\n"
	"                      (default: phases, in the run's folder)\n"
	"  --wrapper RE        grey functions of that name as allocation "
	"wrappers,\n"
	"                      too; may repeat\n"
	"  --no-wrappers       grey none\n"
	"  --countname NAME    what folded stacks count: bytes, nanoseconds, "
	"or "
	"a word\n"
	"                      (default: samples)\n"
	"  --event NAME        of perf script's text: that event (default: the "
	"first)\n"
	"  --all               every run found, not the newest only\n"
	"  --help              this text\n"
	"\n" ARGS_HELP_SELECT ARGS_HELP_NAMES "\n"
	"  heapflame flame\n"
	"  heapflame flame --metric inuse_objects -o objects.svg "
	"server.*.heap\n"
	"  perf script | heapflame flame - -o cpu.svg\n";

/* Where they go when nobody says: beside the run's dumps, or here. */
static char *
phases_folder(void)
{
	const char *origin = runs_origin();
	struct stat st;

	if (stat(origin, &st) == 0 && S_ISDIR(st.st_mode))
		return xasprintf("%s/phases", origin);
	return xstrdup("phases");
}

static int
write_phases(struct args *a, struct profile *p, const struct svg_options *o)
{
	char *folder = a->output ? xstrdup(a->output) : phases_folder();
	int n = flame_write_phases(p, folder, &a->selection, o);

	if (n == 0)
		n = error("no phase was marked in these files");
	else if (n > 0)
		fprintf(stderr, "heapflame: wrote %d picture%s to '%s'\n", n,
			n == 1 ? "" : "s", folder);
	free(folder);
	return n < 0 ? -1 : 0;
}

static void
scale(struct profile *p, double factor)
{
	if (p->foreign_count == 0)
		warning("--factor is for what folded stacks and the like "
			"count, not for the heap's bytes");
	profile_scale_foreign(p, factor);
}

static int
write_to(const struct args *a, struct profile *p, const struct svg_options *o,
	const char *path)
{
	const struct selection *s = &a->selection;

	if (flame_is_change(p, s))
		return flame_write_change(p, path, runs_origin(), s, o);
	return flame_write_last(p, path, s, o);
}

static int
write_flame(struct args *a, struct profile *p, const struct svg_options *o,
	bool each_phase)
{
	char *path;
	int result;

	if (each_phase)
		return write_phases(a, p, o);
	if (a->output)
		return write_to(a, p, o, a->output);
	if (output_is_wanted())
		return write_to(a, p, o, "-");
	path = flame_path(runs_origin());
	result = write_to(a, p, o, path);
	if (result == 0)
		fprintf(stderr, "heapflame: wrote '%s'\n", path);
	free(path);
	return result;
}

static int
check_each_phase(const struct args *a)
{
	if (a->selection.phase || a->selection.from || a->selection.to)
		return error("--each-phase and --phase, --from, --to "
			     "exclude each other");
	if (a->output && strcmp(a->output, "-") == 0)
		return error("--each-phase writes to a folder, not to stdout");
	return 0;
}

/* 0, or -1 after error(): wrong usage. */
static int
check(const struct args *a, struct flame_options *o, bool each_phase)
{
	if (flame_options_check(o) == 0 &&
		(!each_phase || check_each_phase(a) == 0))
		return 0;
	hint("Try 'heapflame flame --help'.");
	return -1;
}

static int
run(struct args *a, const struct flame_options *o, bool each_phase)
{
	struct profile p;
	int result;

	profile_init(&p);
	result = args_load(a, &p);
	if (result == 0 && o->factor != 1)
		scale(&p, o->factor);
	if (result == 0)
		result = write_flame(a, &p, &o->svg, each_phase);
	profile_release(&p);
	return result < 0 ? EXIT_FAILED : EXIT_DONE;
}

int
cmd_flame(int argc, char **argv)
{
	struct flame_options o = { 0 };
	struct args a = { .sums = true,
		.accept = ARGS_METRIC | ARGS_OUTPUT | ARGS_WRAPPERS | ARGS_BY |
			  ARGS_SELECT };
	bool each_phase = false;
	struct args_own own[FLAME_OPTIONS + 2] = { 0 };
	int result;

	flame_options_own(own, &o);
	own[FLAME_OPTIONS] =
		(struct args_own){ "each-phase", 0, ARGS_FLAG, &each_phase, 0 };
	if (args_parse(&a, own, argc, argv) < 0)
		return EXIT_USAGE;
	result = check(&a, &o, each_phase) < 0 ? EXIT_USAGE
					       : run(&a, &o, each_phase);
	args_release(&a);
	return result;
}
