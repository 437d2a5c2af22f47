/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a run in a dozen lines. Nothing is worked out here: the head and
 * the table are those of `report`, the picture that of `flame`, so that the
 * same dumps never show different figures.
 */
#include "run_summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "amount.h"
#include "color.h"
#include "elf_kind.h"
#include "err.h"
#include "flame.h"
#include "flame_phases.h"
#include "profile.h"
#include "runs.h"
#include "select.h"
#include "symbolize.h"
#include "text.h"
#include "units.h"
#include "write.h"

#define TOP_SITES    5
#define MANY_DUMPS   200 /* reading them takes long enough to be noticed */
#define LEAKS_STACKS 0 /* all: nothing is kept to ask again */

static void
say_end(const struct run_end *e)
{
	char *name = text_visible(e->program);

	fprintf(stderr, "heapflame: '%s' ", name);
	free(name);
	if (WIFSIGNALED(e->status))
		fprintf(stderr, "was killed by signal %d (%s)%s",
			WTERMSIG(e->status), strsignal(WTERMSIG(e->status)),
			e->oom ? ", out of memory" : "");
	else
		fprintf(stderr, "ended with status %d", WEXITSTATUS(e->status));
	fprintf(stderr, " after %.1f s\n", e->seconds);
}

/* The likeliest reason why there is no dump, in one line. */
static void
say_nothing(const struct run_end *e)
{
	const char *why = elf_why_nothing(e->file);

	if (!e->active)
		warning("nothing was captured: sampling was off (ACTIVE=0)");
	else if (why)
		warning("nothing was captured: '%s' %s", e->file, why);
	else
		warning("nothing was captured: it allocated next to nothing, "
			"or not by malloc%s",
			e->live ? ""
			: WIFSIGNALED(e->status)
				? ", or was killed before its first dump: "
				  "it had no live state (LIVE=0)"
				: ", or ended by _exit() before its first "
				  "dump: it had no live state (LIVE=0)");
}

static bool
has_metric(const struct profile *p, enum metric m)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].has[m] && p->processes[i].samples > 0)
			return true;
	return false;
}

/* "live at the end: 1.2 MiB +- 0.1 in 1,234 objects" */
static void
say_live(struct profile *p)
{
	const struct selection selection = { .metric = INUSE_SPACE };
	char bytes[AMOUNT_MAX], count[UNITS_MAX];
	struct shown s = { 0 };
	int64_t objects = 0;

	if (!has_metric(p, INUSE_SPACE) || select_stacks(&s, p, &selection) < 0)
		return;
	for (uint32_t i = 0; i < s.stack_count; i++)
		objects += s.stacks[i].objects;
	fprintf(stderr, "live at the end: %s in %s object%s\n",
		amount_with_error(bytes, &s, s.total, s.var, false),
		units_count(count, objects), objects == 1 ? "" : "s");
	shown_release(&s);
}

/* Of the terminal that stderr is; 0: it is none, names stay whole. */
static int
terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* The head of the report, and the five top sites. */
static void
say_report(struct profile *p)
{
	const struct selection selection = { .metric = -1 };
	const struct text_options options = { .top = TOP_SITES,
		.columns = terminal_columns(),
		.color = color_wanted(COLOR_AUTO, STDERR_FILENO) };
	struct shown s = { 0 };

	if (select_stacks(&s, p, &selection) < 0)
		return;
	write_text_head(stderr, &s, false);
	if (s.metric != INUSE_SPACE)
		say_live(p);
	write_text_table(stderr, &s, &options);
	/* An allocator that profiles itself tells of no peak. */
	if (s.total == 0 && s.metric == INUSE_SPACE &&
		has_metric(p, ALLOC_SPACE))
		fprintf(stderr, "all was freed; what was allocated: "
				"--metric alloc_space\n");
	shown_release(&s);
}

/* For a shell: 'it'\''s'. Takes a visible text. */
static void
say_quoted(const char *text)
{
	fputc('\'', stderr);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stderr);
		else
			fputc(*text, stderr);
	fputc('\'', stderr);
}

static void
say_files(const struct run_end *e, uint32_t processes, bool has_picture)
{
	/* Else processes one after the other would be taken for several runs,
	 * and of them the last one would be shown. */
	const char *all = e->alone && processes > 1 ? "--all " : "";
	char *folder = text_visible(e->files->folder);
	char *picture = text_visible(e->files->picture);
	size_t n = e->dumps->count;

	fprintf(stderr, "files:   %s/ (%zu dump%s)\n", folder, n,
		n == 1 ? "" : "s");
	if (has_picture)
		fprintf(stderr, "picture: %s\n", picture);
	fprintf(stderr, "further: heapflame report %s", all);
	say_quoted(folder);
	fputc('\n', stderr);
	free(folder);
	free(picture);
}

/* Reads the dumps; says so if that may take a while on a terminal. */
static int
load(const struct run_end *e, struct profile *p)
{
	bool shown = e->dumps->count >= MANY_DUMPS && isatty(STDERR_FILENO);
	int result;

	if (shown)
		fprintf(stderr, "heapflame: reading %zu dumps ...\r",
			e->dumps->count);
	result = runs_load(p, e->dumps->paths, (int)e->dumps->count, true);
	if (shown)
		fprintf(stderr, "\033[K");
	return result;
}

/* A picture a phase, where that was asked for. */
static int
write_phases(const struct run_end *e, struct profile *p)
{
	char *folder;
	int n;

	if (!e->each_phase)
		return 0;
	n = flame_write_phases(p, e->each_phase, NULL, NULL);
	if (n == 0)
		warning("no phase was marked: nothing was written to '%s'",
			e->each_phase);
	if (n <= 0 || e->quiet)
		return n < 0 ? -1 : 0;
	folder = text_visible(e->each_phase);
	fprintf(stderr, "phases:  %s/ (%d picture%s)\n", folder, n,
		n == 1 ? "" : "s");
	free(folder);
	return 0;
}

int
run_summary(const struct run_end *e)
{
	struct profile p;
	int result;

	if (!e->quiet)
		say_end(e);
	if (e->dumps->count == 0) {
		if (!e->quiet)
			say_nothing(e);
		return 0;
	}
	profile_init(&p);
	result = load(e, &p);
	if (result == 0) {
		profile_symbolize(&p);
		result = flame_write(&p, e->files->picture, NULL, NULL);
		if (!e->quiet) {
			say_report(&p);
			say_files(e, profile_processes(&p), result == 0);
		}
		if (write_phases(e, &p) < 0)
			result = -1;
	}
	profile_release(&p);
	return result;
}

/* Everything that lives, also blocks of no bytes. */
static long long
say_leaks(struct profile *p, struct leaks_view *view, bool quiet)
{
	const struct selection all = { .metric = -1 };
	struct shown s;
	long long objects = 0;

	view->top = LEAKS_STACKS;
	view->color = color_wanted(COLOR_AUTO, STDERR_FILENO);
	if (leaks_find(&s, p, &all, view, false) < 0)
		return -1;
	if (!quiet || s.stack_count > 0)
		objects = write_leaks(stderr, &s, view);
	shown_release(&s);
	return objects;
}

long long
run_leaks(const struct run_end *e, void (*loaded)(void *), void *arg)
{
	struct profile p;
	long long objects = 0;
	int result = 0;

	if (!e->quiet)
		say_end(e);
	profile_init(&p);
	if (e->dumps->count)
		result = load(e, &p);
	else
		say_nothing(e); /* which is not to say that nothing leaks */
	loaded(arg);
	if (e->dumps->count && result == 0) {
		profile_symbolize(&p);
		if (WIFSIGNALED(e->status))
			note("it was killed: this is what it held then, and "
			     "may have been about to free");
		objects = say_leaks(&p, e->leaks, e->quiet);
	}
	profile_release(&p);
	return result < 0 || !e->dumps->count ? -1 : objects;
}
