/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame record`: a window of a running program, as a picture. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "flame.h"
#include "flame_phases.h"
#include "read.h"
#include "state_ask.h"
#include "symbolize.h"
#include "units.h"
#include "window.h"
#include "write.h"

#define FOR_DEFAULT 30000 /* ms */
#define FOR_MOST    86400000.0
#define LOOK_MS	    50
#define TOP_SITES   5
#define MARK	    "record"

const char help_record[] =
	"usage: heapflame record [OPTION]... PID|FILE.live\n"
	"Show what a running program allocates in the next 30 seconds, and "
	"what "
	"of that\n"
	"still lives at their end. One that is dormant (HEAPFLAME_ACTIVE=0) is "
	"woken for\n"
	"that long; any other notices nothing. Ctrl-C ends it early.\n"
	"\n"
	"  --for TIME          how long (default: 30s; ms, s, m, h)\n"
	"  -o, --output FILE   the flame graph (default: "
	"record.<exe>.<pid>.svg)\n"
	"  --metric M          of that: alloc_space (default), alloc_objects, "
	"temp_space,\n"
	"                      temp_objects, or what still lives: "
	"inuse_space,\n"
	"                      inuse_objects\n"
	"  --bytes             exact figures (default: KiB, MiB)\n"
	"  --wrapper RE        functions of that name are allocation wrappers, "
	"too;\n"
	"                      may repeat\n"
	"  --no-wrappers       charge whoever called malloc\n"
	"  --help              this text\n"
	"\n" ARGS_HELP_FILTER ARGS_HELP_NAMES "\n"
	"  heapflame record 4242\n"
	"  heapflame record --for 5m --metric inuse_space -o leak.svg 4242\n";

struct recording {
	struct args args;
	const char *time;
	double wanted_ms;
	struct state_map state;
	/* The state by our descriptor: it outlives the file's name. */
	char path[40];
	bool woken;
	double took_s;
};

static volatile sig_atomic_t interrupted;

static void
interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static double
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1000000;
}

static enum answer
ask(struct recording *r, enum hfs_request kind)
{
	const struct request request = { .kind = kind,
		.text = kind == HFS_MARK ? MARK : NULL };

	return state_ask(&r->state, &request);
}

/*
 * What a woken program allocates is a phase of its own: its stacks are apart
 * from those of earlier windows, so what still lives is told exactly.
 */
static int
wake(struct recording *r)
{
	enum answer answer;

	if (atomic_load(&r->state.header->control.active))
		return 0;
	answer = ask(r, HFS_START);
	if (answer == ANSWER_REFUSED || answer == ANSWER_BUSY)
		return error("cannot wake it: %s",
			answer == ANSWER_BUSY ? "another order is pending"
					      : "it refuses");
	r->woken = true;
	if (answer == ANSWER_PENDING)
		note("it allocates nothing at the moment; it will wake up "
		     "when it does");
	else
		ask(r, HFS_MARK);
	return 0;
}

static void
send_to_sleep(struct recording *r)
{
	if (r->woken && state_is_alive(&r->state))
		ask(r, HFS_STOP);
}

/* Until the time is over, the user is done, or the program is. */
static void
wait_for_end(struct recording *r)
{
	double began = clock_ms(), left = r->wanted_ms, passed = 0;
	bool alive = true;

	while (!interrupted && alive && left > 0) {
		double ms = left < LOOK_MS ? left : LOOK_MS;
		struct timespec t = { .tv_nsec = (long)(ms * 1e6) };

		nanosleep(&t, NULL);
		passed = clock_ms() - began;
		left = r->wanted_ms - passed;
		alive = r->state.header->ended == HFS_RUNNING &&
			state_is_alive(&r->state);
	}
	r->took_s = passed / 1000;
	if (!alive)
		note("the program has ended after %.1f s", r->took_s);
}

/* Reads both ends; the names while the program is there. */
static int
read_window(struct recording *r, struct profile *p)
{
	if (wake(r) < 0 || read_file(p, r->path) < 0)
		return -1;
	profile_symbolize(p);
	wait_for_end(r);
	send_to_sleep(r);
	if (read_file(p, r->path) < 0)
		return -1;
	profile_symbolize(p);
	if (p->process_count != 2)
		return error("'%s' is no live state", r->args.files[0]);
	window_cut(p);
	return 0;
}

static int
terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int
print_table(struct profile *p, const struct recording *r, enum metric m)
{
	struct selection selection = r->args.selection;
	const struct text_options options = { .top = TOP_SITES,
		.exact = r->args.exact,
		.columns = terminal_columns() };
	struct shown shown;

	selection.metric = (int)m;
	if (select_stacks(&shown, p, &selection) < 0)
		return -1;
	write_text_head(stdout, &shown, r->args.exact);
	write_text_table(stdout, &shown, &options);
	shown_release(&shown);
	return 0;
}

static char *
picture_name(const struct profile *p)
{
	const char *exe = strtab_get(&p->strings, p->processes[0].exe);
	const char *slash = strrchr(exe, '/');
	char *plain = flame_phase_file(slash ? slash + 1 : exe);
	char *name =
		xasprintf("record.%.100s.%d.svg", plain, p->processes[0].pid);

	free(plain);
	return name;
}

static int
write_picture(struct profile *p, const struct recording *r)
{
	struct selection selection = r->args.selection;
	struct svg_options looks = { 0 };
	char *path = r->args.output ? xstrdup(r->args.output) : picture_name(p);
	char *title;
	int result;

	if (selection.metric < 0)
		selection.metric = ALLOC_SPACE;
	title = xasprintf("%s in %.1f s",
		selection.metric == INUSE_SPACE ||
				selection.metric == INUSE_OBJECTS
			? "Allocated and still live"
			: "Allocated",
		r->took_s);
	looks.title = title;
	result = flame_write(p, path, &selection, &looks);
	if (result == 0 && strcmp(path, "-") != 0)
		fprintf(stderr, "heapflame: wrote '%s'\n", path);
	free(title);
	free(path);
	return result;
}

static int
show(struct profile *p, const struct recording *r)
{
	bool quiet = r->args.output && strcmp(r->args.output, "-") == 0;

	if (!quiet) {
		printf("allocated in %.1f s:\n", r->took_s);
		if (print_table(p, r, ALLOC_SPACE) < 0)
			return -1;
		printf("\nand of that still live at the end:\n");
		if (print_table(p, r, INUSE_SPACE) < 0)
			return -1;
	}
	return write_picture(p, r);
}

static int
record(struct recording *r)
{
	char *path = state_path_of(r->args.files[0]), *root;
	struct profile p;
	int result;

	if (!path)
		return -1;
	result = state_map_living(&r->state, path);
	free(path);
	if (result < 0)
		return -1;
	snprintf(r->path, sizeof r->path, "/proc/self/fd/%d", r->state.fd);
	root = state_root_of(r->args.files[0]);
	profile_symbolize_of(state_pid(r->args.files[0]), root);
	profile_init(&p);
	result = read_window(r, &p);
	if (result == 0)
		result = show(&p, r);
	profile_release(&p);
	profile_symbolize_of(0, NULL);
	free(root);
	state_unmap(&r->state);
	return result;
}

static int
check(struct recording *r)
{
	int m = r->args.selection.metric;

	if (r->args.file_count != 1)
		return error(r->args.file_count ? "one PID, not several"
						: "which process? give its "
						  "PID");
	r->wanted_ms = r->time ? units_parse_ms(r->time) : FOR_DEFAULT;
	if (r->wanted_ms <= 0 || r->wanted_ms > FOR_MOST)
		return error("--for wants a time as 30s, 500ms, 5m or 1h, not "
			     "'%s'",
			r->time);
	if (m == PEAK_SPACE || m == PEAK_OBJECTS)
		return error("a window has no peak of its own");
	return 0;
}

int
cmd_record(int argc, char **argv)
{
	struct recording r = { .args.accept = ARGS_METRIC | ARGS_OUTPUT |
					      ARGS_BYTES | ARGS_WRAPPERS |
					      ARGS_FILTER };
	const struct args_own own[] = {
		{ .name = "for", .kind = ARGS_TEXT, .target = &r.time },
		{ 0 },
	};
	int result;

	if (args_parse(&r.args, own, argc, argv) < 0)
		return EXIT_USAGE;
	if (check(&r) < 0) {
		hint("Try 'heapflame record --help'.");
		args_release(&r.args);
		return EXIT_USAGE;
	}
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	result = record(&r);
	args_release(&r.args);
	return result < 0 ? EXIT_FAILED : EXIT_DONE;
}
