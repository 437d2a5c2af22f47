/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame leaks`: what lives at the end, and a verdict if one is wanted. */
#include <stdlib.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "leaks.h"
#include "leaks_series.h"
#include "units.h"

#define TOP_DEFAULT 50

const char help_leaks[] =
	"usage: heapflame leaks [OPTION]... [FILE|FOLDER]...\n"
	"List what was never freed, by stack: what still accumulates at the "
	"end, what\n"
	"cannot be told, what was allocated at start-up and kept; the largest "
	"first in\n"
	"each. No FILE: the newest run here. All of it at --sample 1; else a "
	"small leak\n"
	"may be unseen.\n"
	"\n"
	"  --top N              leaks (default: 50; 0: all; with --json: all)\n"
	"  --error-exitcode[=N] end with status N if anything lives (default: "
	"0\n"
	"                       always; N is 3 unless given)\n"
	"  --min-bytes N        leave out leaks of fewer bytes (4K: 4096)\n"
	"  --suppressions FILE  leave out what LeakSanitizer would, "
	"`leak:PATTERN` lines;\n"
	"                       may repeat; those used are listed with what "
	"they hid\n"
	"  --gen-suppressions   print such a file for the leaks there are "
	"instead\n"
	"  --show-known         list what libc and libstdc++ are known to "
	"keep, too\n"
	"  --color WHEN         auto, always, never: grey what is not to be "
	"told from zero\n"
	"  --by WHAT            process, thread, label, phase or module, or "
	"several:\n"
	"                       apart for each, which stands at the end of the "
	"stack\n"
	"  --json               heapflame-report/1 with \"leaks\", for "
	"programs\n"
	"  --junit FILE         also write JUnit XML there, a test case a "
	"leak\n"
	"  --all                every run found (default: the newest only)\n"
	"  -o, --output FILE    where to (default: -, standard output)\n"
	"  --help               this text\n"
	"\n" ARGS_HELP_SELECT
	"--base: only what is new. --phase, --from, --to: what was allocated "
	"then and\n"
	"was never freed.\n" ARGS_HELP_NAMES "\n"
	"  heapflame run --leaks ./test-suite\n"
	"  heapflame leaks --error-exitcode heapflame.server.4711\n";

#define EXITCODE_MAX 255

/* The command line, beside what all commands have. */
struct wanted {
	struct args a;
	struct leaks_view view;
	bool show_known, generate;
	const char *junit, *min_bytes;
	int if_leaks;
};

/* What goes to standard output or -o. */
static void
write_main(FILE *out, const struct wanted *w, const struct shown *s)
{
	struct leaks_view view = w->view;

	view.top = w->a.top >= 0 ? w->a.top : w->a.json ? 0 : TOP_DEFAULT;
	view.color = args_color(&w->a);
	if (w->generate)
		write_suppressions(out, s);
	else if (w->a.json)
		write_leaks_json(out, s, &view);
	else
		write_leaks(out, s, &view);
}

static int
write_to(const char *path, const struct wanted *w, const struct shown *s,
	bool junit)
{
	struct output out;

	if (output_open(&out, path) < 0)
		return -1;
	if (junit)
		write_leaks_junit(out.stream, s, &w->view);
	else
		write_main(out.stream, w, s);
	return output_commit(&out);
}

/* How many stacks leak, or -1 after error(). */
static long long
leaks(struct profile *p, struct wanted *w)
{
	struct shown s;
	long long count;

	if (leaks_find(&s, p, &w->a.selection, &w->view, w->show_known) < 0)
		return -1;
	leaks_follow(&w->view, &s, &w->a.selection, w->a.files, w->a.file_count,
		w->a.all);
	count = s.stack_count;
	if (write_to(w->a.output ? w->a.output : "-", w, &s, false) < 0 ||
		(w->junit && write_to(w->junit, w, &s, true) < 0))
		count = -1;
	shown_release(&s);
	return count;
}

/* 0, or -1 after error(): wrong usage. */
static int
check(struct wanted *w)
{
	if (w->if_leaks > EXITCODE_MAX)
		return error("--error-exitcode is at most %d", EXITCODE_MAX);
	if (w->generate && w->a.json)
		return error("--gen-suppressions and --json: one of the two");
	if (!w->min_bytes)
		return 0;
	w->view.min_bytes = units_parse_size(w->min_bytes);
	return w->view.min_bytes >= 0
		       ? 0
		       : error("--min-bytes wants a size, not '%s'",
				 w->min_bytes);
}

/* All of the files that were named, in order. */
static int
read_suppressions(struct wanted *w, const char *const *files)
{
	for (; files && *files; files++)
		if (suppressions_read(&w->view.suppressed, *files) < 0)
			return -1;
	return 0;
}

int
cmd_leaks(int argc, char **argv)
{
	struct wanted w = { .a.sums = true,
		.a.accept = ARGS_OUTPUT | ARGS_TOP | ARGS_JSON | ARGS_BY |
			    ARGS_SELECT | ARGS_COLOR,
		.if_leaks = EXIT_DONE };
	const char **suppressions = NULL;
	const struct args_own own[] = {
		{ .name = "error-exitcode",
			.kind = ARGS_OPTIONAL_COUNT,
			.target = &w.if_leaks,
			.if_bare = EXIT_CHECK },
		{ .name = "show-known",
			.kind = ARGS_FLAG,
			.target = &w.show_known },
		{ .name = "gen-suppressions",
			.kind = ARGS_FLAG,
			.target = &w.generate },
		{ .name = "min-bytes",
			.kind = ARGS_TEXT,
			.target = &w.min_bytes },
		{ .name = "junit", .kind = ARGS_TEXT, .target = &w.junit },
		{ .name = "suppressions",
			.kind = ARGS_LIST,
			.target = &suppressions },
		{ 0 },
	};
	struct profile p;
	long long count = -1;

	if (args_parse(&w.a, own, argc, argv) < 0)
		return EXIT_USAGE;
	if (check(&w) < 0) {
		args_release(&w.a);
		free(suppressions);
		return EXIT_USAGE;
	}
	profile_init(&p);
	if (read_suppressions(&w, suppressions) == 0 &&
		args_load(&w.a, &p) == 0)
		count = leaks(&p, &w);
	profile_release(&p);
	leaks_view_release(&w.view);
	args_release(&w.a);
	free(suppressions);
	if (count < 0)
		return EXIT_FAILED;
	return count > 0 ? w.if_leaks : EXIT_DONE;
}
