/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame html`: parse, load, find the file's name, write the page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "html.h"
#include "runs.h"
#include "write.h"

#define TOP_DEFAULT 20

const char help_html[] =
	"usage: heapflame html [OPTION]... [FILE|FOLDER]...\n"
	"Write all that is known of a run as one page for a browser, to be "
	"mailed to\n"
	"somebody: what it says, memory over time, the flame graph, "
	"functions, what was\n"
	"never freed, what grows, and how good the data is. It loads "
	"nothing. No FILE: the\n"
	"newest run here.\n"
	"\n"
	"  -o, --output FILE   where to (\"-\": stdout; default: stdout if it "
	"is a\n"
	"                      pipe or a file, else report.html in the run's\n"
	"                      folder)\n"
	"  --metric M          of the flame graph and the table of functions; "
	"as in\n"
	"                      report (default: peak_space of a program that "
	"ended,\n"
	"                      else inuse_space)\n"
	"  --title TEXT        headline (default: the program's name)\n"
	"  --top N             rows that tables begin with; a button shows the "
	"others\n"
	"                      (default: 20; 0: all)\n"
	"  --by WHAT           process, thread, label, phase or module, or "
	"several\n"
	"                      (a,b), stand at the root of their stacks\n"
	"  --wrapper RE        functions of that name are allocation "
	"wrappers, too;\n"
	"                      may repeat\n"
	"  --no-wrappers       charge whoever called malloc\n"
	"  --countname NAME    what folded stacks count: bytes, nanoseconds, "
	"or a word\n"
	"                      (default: samples)\n"
	"  --event NAME        of perf script's text: that event (default: the "
	"first)\n"
	"  --all               every run found, not the newest only\n"
	"  --help              this text\n"
	"\n" ARGS_HELP_SELECT
	"--base: a section of what has changed since then, as a picture and "
	"a table; all\n"
	"others are of this run.\n" ARGS_HELP_NAMES "\n"
	"  heapflame html\n"
	"  heapflame html --base monday.heap -o report.html "
	"heapflame.server.4711\n";

static int
write_page(const char *path, struct profile *p, const struct html_options *o)
{
	struct output out;

	if (output_open(&out, path) < 0)
		return -1;
	if (html_write(out.stream, p, o) < 0) {
		output_abandon(&out);
		return -1;
	}
	return output_commit(&out);
}

static int
html(const struct args *a, const char *title)
{
	const struct html_options options = {
		.title = title,
		.top = a->top < 0 ? TOP_DEFAULT : a->top,
		.files = a->files,
		.file_count = a->file_count,
		.all = a->all,
		.selection = &a->selection,
	};
	bool named = a->output || output_is_wanted();
	struct profile p;
	char *path;
	int rc;

	profile_init(&p);
	rc = args_load(a, &p);
	path = named ? xstrdup(a->output ? a->output : "-")
		     : html_path(runs_origin());
	if (rc == 0)
		rc = write_page(path, &p, &options);
	if (rc == 0 && !named)
		fprintf(stderr, "heapflame: wrote '%s'\n", path);
	free(path);
	profile_release(&p);
	return rc;
}

int
cmd_html(int argc, char **argv)
{
	struct args a = { .accept = ARGS_METRIC | ARGS_OUTPUT | ARGS_WRAPPERS |
				    ARGS_BY | ARGS_TOP | ARGS_SELECT };
	const char *title = NULL;
	const struct args_own own[] = {
		{ .name = "title", .kind = ARGS_TEXT, .target = &title },
		{ 0 },
	};
	int rc;

	if (args_parse(&a, own, argc, argv) < 0)
		return EXIT_USAGE;
	rc = html(&a, title);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
