/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame growth`: which stacks grow, from dumps or from a live state. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "growth_watch.h"
#include "state_map.h"
#include "units.h"
#include "write.h"
#include "write_growth.h"

#define TOP_DEFAULT  20
#define FOR_DEFAULT  60000 /* ms */
#define FOR_MOST     (7 * 86400000.0)
#define EVERY_LEAST  50
#define LOOKS_USUAL  120 /* in the whole time, but not too often */
#define EVERY_USUAL  500
#define LOOKS_LEAST  4
#define EXITCODE_MAX 255

const char help_growth[] =
	"usage: heapflame growth [OPTION]... [DUMP|FOLDER]...\n"
	"       heapflame growth [--for TIME] [OPTION]... PID\n"
	"Show which stacks grow: how fast, and whether it is more than "
	"chance. From the\n"
	"dumps of a process (4 or more), or from looking at one that runs, "
	"which notices\n"
	"nothing. No DUMP: the newest run here.\n"
	"\n"
	"  --for TIME           look at PID for so long (default: 60s; ms, s, "
	"m, h);\n"
	"                       Ctrl-C ends it early, with what was seen\n"
	"  --every TIME         look so often (default: 120 times, but each "
	"0.5 s at\n"
	"                       most)\n"
	"  --warm-up TIME       nothing before counts, since the program's "
	"start\n"
	"                       (default: find out, for each stack)\n"
	"  --limit SIZE         when will it have taken so much (4G)? "
	"(default, of a\n"
	"                       PID: the limit of its cgroup)\n"
	"  --error-exitcode[=N] end with status N if anything grows linearly "
	"(default:\n"
	"                       0 always; N is 3 unless given)\n"
	"  --top N              stacks (default: 20; 0: all; with --json: "
	"all)\n"
	"  --all-classes        list what neither grows nor shrinks, too\n"
	"  --by WHAT            process, thread, label, phase or module, or "
	"several:\n"
	"                       apart for each, which stands at the root of "
	"the stack\n"
	"  --json               heapflame-growth/1, for programs\n"
	"  --bytes              exact figures (default: KiB, MiB)\n"
	"  --wrapper RE         functions of that name are allocation "
	"wrappers, too;\n"
	"                       may repeat\n"
	"  --no-wrappers        charge whoever called malloc\n"
	"  --all                every run found (default: the newest only)\n"
	"  -o, --output FILE    where to (default: -, standard output)\n"
	"  --help               this text\n"
	"\n" ARGS_HELP_FILTER ARGS_HELP_NAMES "\n"
	"  heapflame growth heapflame.server.4711\n"
	"  heapflame growth --for 10m --limit 4G 4711\n";

struct wanted {
	struct args a;
	const char *time, *every, *warm_up, *limit;
	int if_grows;
	bool all_classes;
	double for_ms, every_ms, limit_bytes;
	struct growth_options options;
	bool watched;
};

static volatile sig_atomic_t interrupted;

static void
interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* Columns of the terminal that the text goes to; 0: it goes to none. */
static int
terminal_columns(const struct args *a)
{
	struct winsize size;

	if ((a->output && a->output[0] != '-') || !isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

static int
show(const struct growth *g, const struct wanted *w,
	const struct growth_limit *limit)
{
	const struct growth_view view = {
		.top = w->a.top >= 0 ? w->a.top
		       : w->a.json   ? 0
				     : TOP_DEFAULT,
		.exact = w->a.exact,
		.steady = w->all_classes,
		.looks = w->watched,
		.columns = terminal_columns(&w->a),
		.limit = limit,
	};
	struct output out;

	if (output_open(&out, w->a.output ? w->a.output : "-") < 0)
		return -1;
	if (w->a.json)
		write_growth_json(out.stream, g, &view);
	else
		write_growth(out.stream, g, &view);
	return output_commit(&out);
}

/* The stacks, and what limit there is. 0, or -1 after error(). */
static int
find(struct growth *g, const struct wanted *w, struct growth_limit *limit)
{
	const struct growth_watch watch = {
		.name = w->watched ? w->a.files[0] : NULL,
		.for_ms = w->for_ms,
		.every_ms = w->every_ms,
		.interrupted = &interrupted,
	};

	if (!w->watched)
		return growth_find(
			g, w->a.files, w->a.file_count, w->a.all, &w->options);
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	return growth_watch(g, &watch, &w->options, limit);
}

/* How many stacks grow linearly, or -1 after error(). */
static long long
growth(const struct wanted *w)
{
	struct growth_limit limit = { .what = NULL };
	struct growth g;
	long long count = -1;

	if (find(&g, w, &limit) == 0) {
		if (w->limit)
			growth_limit_said(&limit, &g, w->limit_bytes);
		if (show(&g, w, &limit) == 0)
			count = g.classes[TREND_LINEAR];
	}
	growth_release(&g);
	return count;
}

static int
bad_time(const char *option, const char *text)
{
	return error("%s wants a time as 30s, 500ms, 5m or 1h, not '%s'",
		option, text);
}

static int
check_times(struct wanted *w)
{
	double warm_up = w->warm_up ? units_parse_ms(w->warm_up) : 0;

	w->for_ms = w->time ? units_parse_ms(w->time) : FOR_DEFAULT;
	if (w->for_ms < 0 || w->for_ms > FOR_MOST)
		return bad_time("--for", w->time);
	w->every_ms =
		w->every ? units_parse_ms(w->every)
			 : fmax(w->for_ms / LOOKS_USUAL,
				   fmin(EVERY_USUAL, w->for_ms / LOOKS_LEAST));
	if (w->every_ms < 0)
		return bad_time("--every", w->every);
	if (w->every_ms < EVERY_LEAST ||
		w->every_ms * (LOOKS_LEAST - 1) > w->for_ms)
		return error("--every: at least %d ms, and %d times in --for",
			EVERY_LEAST, LOOKS_LEAST);
	if (warm_up < 0 || warm_up > FOR_MOST)
		return bad_time("--warm-up", w->warm_up);
	w->options.warm_up_ns = (uint64_t)(warm_up * 1000000);
	return 0;
}

/* 0, or -1 after error(): wrong usage. */
static int
check(struct wanted *w)
{
	const struct args *a = &w->a;
	bool pid = a->file_count == 1 && state_pid(a->files[0]) > 0;

	if (w->if_grows > EXITCODE_MAX)
		return error("--error-exitcode is at most %d", EXITCODE_MAX);
	w->watched = pid || w->time || w->every;
	if (w->watched && a->file_count != 1)
		return error("--for and --every are for one PID");
	w->limit_bytes = w->limit ? (double)units_parse_size(w->limit) : 0;
	if (w->limit_bytes < 0)
		return error("--limit wants a size, not '%s'", w->limit);
	return check_times(w);
}

int
cmd_growth(int argc, char **argv)
{
	struct wanted w = { .a.accept = ARGS_OUTPUT | ARGS_TOP | ARGS_JSON |
					ARGS_BYTES | ARGS_WRAPPERS | ARGS_BY |
					ARGS_FILTER,
		.if_grows = EXIT_DONE };
	const struct args_own own[] = {
		{ .name = "for", .kind = ARGS_TEXT, .target = &w.time },
		{ .name = "every", .kind = ARGS_TEXT, .target = &w.every },
		{ .name = "warm-up", .kind = ARGS_TEXT, .target = &w.warm_up },
		{ .name = "limit", .kind = ARGS_TEXT, .target = &w.limit },
		{ .name = "error-exitcode",
			.kind = ARGS_OPTIONAL_COUNT,
			.target = &w.if_grows,
			.if_bare = EXIT_CHECK },
		{ .name = "all-classes",
			.kind = ARGS_FLAG,
			.target = &w.all_classes },
		{ 0 },
	};
	long long count;

	if (args_parse(&w.a, own, argc, argv) < 0)
		return EXIT_USAGE;
	if (check(&w) < 0) {
		hint("Try 'heapflame growth --help'.");
		args_release(&w.a);
		return EXIT_USAGE;
	}
	w.options.selection = &w.a.selection;
	count = growth(&w);
	args_release(&w.a);
	if (count < 0)
		return EXIT_FAILED;
	return count > 0 ? w.if_grows : EXIT_DONE;
}
