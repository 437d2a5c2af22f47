/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame check`: does a run keep its limits? An answer for CI. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "bundle.h"
#include "check.h"
#include "cmd.h"
#include "err.h"
#include "runs.h"
#include "write.h"
#include "write_check.h"

#define BUDGET_DEFAULT "heapflame.budget"

const char help_check[] =
	"usage: heapflame check [OPTION]... [FILE|FOLDER]...\n"
	"Does a run keep its limits? For CI. No FILE: the newest run here.\n"
	"Ends with 0 if all limits hold, 3 if one fails, 4 if the sampling "
	"error leaves\n"
	"one open: then it says at which --sample of `run` it can be told.\n"
	"\n"
	"  --max-peak SIZE         peak_space, 200M: 200 MiB\n"
	"  --max-live-at-exit SIZE\n"
	"                          what lives at the end and is no known "
	"one-time\n"
	"                          allocation\n"
	"  --max-allocs N          how many allocations; 2M: 2,000,000\n"
	"  --max-growth RATE       what grows linearly, as 10M/h; from a "
	"series "
	"of dumps\n"
	"  --max 'RE=SIZE'         stacks with a function that matches, "
	"together; may repeat\n"
	"  --metric M              of --max and --baseline (default: "
	"peak_space of a\n"
	"                          program that ended, else inuse_space)\n"
	"  --baseline FILE         another run, or a bundle of one: no more "
	"than it had\n"
	"  --tolerance P%          and so much (default: 5%)\n"
	"  --by-function           and no function more than it had, either, "
	"if that is\n"
	"                          more than 1% of all\n"
	"  --update-baseline       write the baseline, a bundle, from this "
	"run instead\n"
	"  --budget FILE           limits from a file (default, without "
	"limits:\n"
	"                          heapflame.budget, if it is here)\n"
	"  --suppressions FILE     as of leaks; may repeat\n"
	"  -v, --verbose           a line for limits that hold, too\n"
	"  --bytes                 exact figures\n"
	"  --json                  heapflame-check/1, for programs\n"
	"  --junit FILE            also write JUnit XML there, a test case a "
	"limit\n"
	"  --github, --no-github   annotations for GitHub Actions (default: "
	"if\n"
	"                          GITHUB_ACTIONS is true)\n"
	"  --all                   every run found (default: the newest only)\n"
	"  -o, --output FILE       where to (default: -, standard output)\n"
	"  --help                  this text\n"
	"\n" ARGS_HELP_FILTER "  --phase NAME, --from MARK, --to MARK\n"
	"                      what was allocated then\n" ARGS_HELP_NAMES "\n"
	"  heapflame check --max-peak 200M --max 'parse_.*=10M'\n"
	"  heapflame check --baseline main.hfb --tolerance 5%\n";

struct wanted {
	struct args a;
	struct budget budget;
	struct suppressions suppressed;
	const char *budget_path, *junit;
	bool by_function, update, verbose, github, no_github;
	/* As they came: of each limit, of --max, --suppressions. */
	const char *single[LIMIT_KINDS];
	const char *baseline, *tolerance;
	const char **functions, **suppressions;
};

static bool
to_github(const struct wanted *w)
{
	const char *set = getenv("GITHUB_ACTIONS");

	return !w->no_github &&
	       (w->github || (set != NULL && strcmp(set, "true") == 0));
}

static int
set_each(struct budget *b, const char *name, const char *const *values)
{
	for (; values && *values; values++)
		if (budget_set(b, name, *values, 0) < 0)
			return -1;
	return 0;
}

/* What the command line says. */
static int
set_options(struct wanted *w)
{
	struct budget *b = &w->budget;
	const struct selection *s = &w->a.selection;
	const char *metric =
		s->metric >= 0 ? metric_names[s->metric] : s->metric_name;

	if (metric && budget_set(b, "metric", metric, 0) < 0)
		return -1;
	for (int i = 0; i < LIMIT_KINDS; i++)
		if (w->single[i] &&
			budget_set(b, limit_names[i], w->single[i], 0) < 0)
			return -1;
	if (w->baseline && budget_set(b, "baseline", w->baseline, 0) < 0)
		return -1;
	if (w->tolerance && budget_set(b, "tolerance", w->tolerance, 0) < 0)
		return -1;
	b->by_function = w->by_function;
	if (set_each(b, "max", w->functions) < 0)
		return -1;
	return set_each(b, "suppressions", w->suppressions);
}

static bool
asks_nothing(const struct budget *b)
{
	return b->count == 0 && b->baseline == NULL;
}

/* The file's lines, behind them. */
static int
read_budget(struct wanted *w)
{
	if (w->budget_path == NULL && asks_nothing(&w->budget) &&
		access(BUDGET_DEFAULT, F_OK) == 0)
		w->budget_path = BUDGET_DEFAULT;
	return w->budget_path ? budget_read(&w->budget, w->budget_path) : 0;
}

/* What both come to. */
static int
finish_budget(struct wanted *w)
{
	struct budget *b = &w->budget;

	if (b->metric != NULL) {
		w->a.selection.metric = metric_parse(b->metric);
		w->a.selection.metric_name =
			w->a.selection.metric < 0 ? b->metric : NULL;
	}
	return budget_finish(b);
}

/* 0, or -1 after error(): wrong usage. */
static int
check_usage(const struct wanted *w)
{
	if (asks_nothing(&w->budget))
		return error("no limit: give --max-peak or another, "
			     "--baseline, or --budget FILE");
	if (w->update && w->budget.baseline == NULL)
		return error("--update-baseline wants --baseline FILE");
	return 0;
}

static int
read_suppressions(struct wanted *w)
{
	for (size_t i = 0; i < w->budget.suppression_count; i++)
		if (suppressions_read(
			    &w->suppressed, w->budget.suppressions[i]) < 0)
			return -1;
	return 0;
}

/* A bundle of the last dumps: it opens without the programs. */
static int
update_baseline(const struct wanted *w)
{
	struct bundling b = { .only_last = true };
	const char *path = w->budget.baseline;
	int rc = bundle_gather(&b, w->a.files, w->a.file_count, w->a.all);

	if (rc == 0)
		rc = bundle_write(&b, path);
	if (rc == 0)
		hint("heapflame: wrote '%s': %zu dump%s", path, b.count,
			b.count == 1 ? "" : "s");
	bundle_release(&b);
	return rc;
}

static int
load_baseline(const struct wanted *w, struct profile *base, unsigned sum)
{
	char *path = w->budget.baseline;

	if (access(path, F_OK) != 0) {
		error("there is no baseline '%s'", path);
		hint("'heapflame check --update-baseline' makes it.");
		return -1;
	}
	base->sum = sum;
	if (runs_load(base, &path, 1, true) < 0)
		return -1;
	profile_symbolize(base);
	return 0;
}

enum shape { SHAPE_MAIN, SHAPE_JUNIT };

static int
write_to(const char *path, const struct wanted *w, const struct findings *f,
	enum shape shape)
{
	struct output out;

	if (output_open(&out, path) < 0)
		return -1;
	if (shape == SHAPE_JUNIT)
		write_check_junit(out.stream, f);
	else if (w->a.json)
		write_check_json(out.stream, f);
	else
		write_check(out.stream, f, w->verbose, w->a.exact);
	return output_commit(&out);
}

/* Runners read commands on both streams; JSON is nothing to mix them with. */
static void
write_github(const struct wanted *w, const struct findings *f)
{
	bool mixed =
		w->a.json && (!w->a.output || strcmp(w->a.output, "-") == 0);
	const char *root = getenv("GITHUB_WORKSPACE");
	char *here = root ? xstrdup(root) : getcwd(NULL, 0);

	write_check_github(mixed ? stderr : stdout, f, here ? here : "");
	free(here);
}

static int
write_all(const struct wanted *w, const struct findings *f)
{
	if (write_to(w->a.output ? w->a.output : "-", w, f, SHAPE_MAIN) < 0)
		return -1;
	if (w->junit && write_to(w->junit, w, f, SHAPE_JUNIT) < 0)
		return -1;
	if (to_github(w))
		write_github(w, f);
	return 0;
}

static int
exit_code(enum verdict v)
{
	return v == VERDICT_HOLDS   ? EXIT_DONE
	       : v == VERDICT_FAILS ? EXIT_CHECK
				    : EXIT_UNDECIDED;
}

/* The exit code. */
static int
check(struct wanted *w)
{
	struct profile p, base;
	struct findings found = { 0 };
	struct check c = {
		.budget = &w->budget,
		.p = &p,
		.selection = &w->a.selection,
		.suppressed = &w->suppressed,
		.files = w->a.files,
		.file_count = w->a.file_count,
		.all = w->a.all,
	};
	int code = EXIT_FAILED;

	profile_init(&p);
	profile_init(&base);
	if (w->budget.baseline && !w->update)
		c.base = &base;
	if (args_load(&w->a, &p) == 0 &&
		(!c.base || load_baseline(w, &base, p.sum) == 0) &&
		check_all(&found, &c) == 0 && write_all(w, &found) == 0)
		code = exit_code(findings_verdict(&found));
	findings_release(&found);
	profile_release(&base);
	profile_release(&p);
	return code;
}

static int
run(struct wanted *w)
{
	if (read_suppressions(w) < 0 || (w->update && update_baseline(w) < 0))
		return EXIT_FAILED;
	return w->update && w->budget.count == 0 ? EXIT_DONE : check(w);
}

static void
release(struct wanted *w)
{
	budget_release(&w->budget);
	suppressions_release(&w->suppressed);
	args_release(&w->a);
	free(w->functions);
	free(w->suppressions);
}

int
cmd_check(int argc, char **argv)
{
	struct wanted w = { .a.sums = true,
		.a.accept = ARGS_METRIC | ARGS_OUTPUT | ARGS_BYTES | ARGS_JSON |
			    ARGS_PHASE | ARGS_FILTER };
	const struct args_own own[] = {
		{ "max-peak", 0, ARGS_TEXT, &w.single[LIMIT_PEAK], 0 },
		{ "max-live-at-exit", 0, ARGS_TEXT,
			&w.single[LIMIT_LIVE_AT_EXIT], 0 },
		{ "max-allocs", 0, ARGS_TEXT, &w.single[LIMIT_ALLOCS], 0 },
		{ "max-growth", 0, ARGS_TEXT, &w.single[LIMIT_GROWTH], 0 },
		{ "max", 0, ARGS_LIST, &w.functions, 0 },
		{ "baseline", 0, ARGS_TEXT, &w.baseline, 0 },
		{ "tolerance", 0, ARGS_TEXT, &w.tolerance, 0 },
		{ "by-function", 0, ARGS_FLAG, &w.by_function, 0 },
		{ "update-baseline", 0, ARGS_FLAG, &w.update, 0 },
		{ "budget", 0, ARGS_TEXT, &w.budget_path, 0 },
		{ "suppressions", 0, ARGS_LIST, &w.suppressions, 0 },
		{ "verbose", 'v', ARGS_FLAG, &w.verbose, 0 },
		{ "junit", 0, ARGS_TEXT, &w.junit, 0 },
		{ "github", 0, ARGS_FLAG, &w.github, 0 },
		{ "no-github", 0, ARGS_FLAG, &w.no_github, 0 },
		{ 0 },
	};
	int code = EXIT_USAGE;

	if (args_parse(&w.a, own, argc, argv) < 0)
		return EXIT_USAGE;
	if (set_options(&w) < 0)
		hint("Try 'heapflame check --help'.");
	else if (read_budget(&w) < 0)
		code = EXIT_FAILED;
	else if (finish_budget(&w) < 0 || check_usage(&w) < 0)
		hint("Try 'heapflame check --help'.");
	else
		code = run(&w);
	release(&w);
	return code;
}
