/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame leaks`: what lives at the end, and a verdict if one is wanted. */
#include "args.h"
#include "cmd.h"
#include "err.h"
#include "write.h"

#define TOP_DEFAULT 50

const char help_leaks[] =
	"usage: heapflame leaks [OPTION]... [FILE|FOLDER]...\n"
	"List what was never freed, by stack, largest first. No FILE: the "
	"newest\n"
	"run here. All of it at --sample 1; else a small leak may be unseen.\n"
	"\n"
	"  --top N              leaks (default: 50; 0: all; with --json: all)\n"
	"  --error-exitcode[=N] end with status N if anything lives (default: "
	"0\n"
	"                       always; N is 3 unless given)\n"
	"  --show-known         list what libc and libstdc++ are known to "
	"keep, too\n"
	"  --by WHAT            process, thread, label, phase or module, or "
	"several:\n"
	"                       apart for each, which stands at the end of the "
	"stack\n"
	"  --json               heapflame-report/1 with \"leaks\", for "
	"programs\n"
	"  --all                every run found (default: the newest only)\n"
	"  -o, --output FILE    where to (default: -, standard output)\n"
	"  --help               this text\n"
	"\n" ARGS_HELP_SELECT
	"--base: only what is new. --phase, --from, --to: what was allocated "
	"then and\n"
	"was never freed.\n"
	"\n"
	"  heapflame run --leaks ./test-suite\n"
	"  heapflame leaks --error-exitcode heapflame.server.4711\n";

#define EXITCODE_MAX 255

static int
leaks(struct profile *p, const struct args *a, bool show_known,
	int64_t *objects)
{
	struct selection selection = a->selection;
	struct known_hidden hidden = { 0 };
	struct output out;
	struct shown shown;
	int rc = 0;

	selection.metric = INUSE_SPACE;
	selection.keep_empty = true;
	/* The parent's to free. */
	selection.leave_inherited = true;
	/* Not what lived when a phase ended, nor what is gone since the base.
	 */
	selection.until_now = true;
	selection.only_grown = true;
	if (select_stacks(&shown, p, &selection) < 0)
		return -1;
	if (!show_known)
		rc = known_hide(&shown, &hidden);
	if (rc == 0)
		rc = output_open(&out, a->output ? a->output : "-");
	if (rc == 0) {
		if (a->json)
			*objects = write_leaks_json(
				out.stream, &shown, &hidden, a->top);
		else
			*objects = write_leaks(out.stream, &shown, &hidden,
				a->top < 0 ? TOP_DEFAULT : a->top);
		rc = output_commit(&out);
	}
	shown_release(&shown);
	return rc;
}

int
cmd_leaks(int argc, char **argv)
{
	struct args a = { .accept = ARGS_OUTPUT | ARGS_TOP | ARGS_JSON |
				    ARGS_BY | ARGS_SELECT };
	int if_leaks = EXIT_DONE, rc;
	bool show_known = false;
	const struct args_own own[] = {
		{ .name = "error-exitcode",
			.kind = ARGS_OPTIONAL_COUNT,
			.target = &if_leaks,
			.if_bare = EXIT_CHECK },
		{ .name = "show-known",
			.kind = ARGS_FLAG,
			.target = &show_known },
		{ 0 },
	};
	struct profile p;
	int64_t objects = 0;

	if (args_parse(&a, own, argc, argv) < 0)
		return EXIT_USAGE;
	if (if_leaks > EXITCODE_MAX) {
		error("--error-exitcode is at most %d", EXITCODE_MAX);
		args_release(&a);
		return EXIT_USAGE;
	}
	profile_init(&p);
	rc = args_load(&a, &p);
	if (rc == 0)
		rc = leaks(&p, &a, show_known, &objects);
	profile_release(&p);
	args_release(&a);
	if (rc < 0)
		return EXIT_FAILED;
	return objects > 0 ? if_leaks : EXIT_DONE;
}
