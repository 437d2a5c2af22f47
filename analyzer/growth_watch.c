/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A live state has no list of live samples, so what is new and what is gone is
 * bounded only (trend.h). It is read by our own descriptor, which outlives the
 * file's name, and its names are looked for while the process is there. The
 * last look is one that was made before the process's end: a program that
 * clears up at its end does not shrink.
 */
#include "growth_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "growth_series.h"
#include "read.h"
#include "state_map.h"
#include "symbolize.h"
#include "text.h"

#define LOOK_MS 50

struct watching {
	const struct growth_watch *w;
	struct growth_series series;
	struct profile *p;
	struct state_map state;
	char path[40];
	double began_ms;
	uint64_t lived_ns; /* at the first look */
	bool alive, progress;
	struct growth_limit *limit;
	int pid;
};

static double
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1000000;
}

/* Times are ours: those of a process in another namespace may be others. */
static void
set_time(struct watching *c, double now_ms)
{
	struct process *it = &c->p->processes[0];

	if (c->series.point_count == 0) {
		c->lived_ns = it->lived_ns > 0 ? it->lived_ns : 1;
		c->began_ms = now_ms;
	}
	it->lived_ns =
		c->lived_ns + (uint64_t)((now_ms - c->began_ms) * 1000000);
}

static void
show_progress(const struct watching *c)
{
	char *name;

	if (!c->progress)
		return;
	name = text_visible(c->series.about.name);
	fprintf(stderr,
		"\r%s: looked %u times in %.0f s of %.0f s (Ctrl-C ends)", name,
		c->series.point_count, (clock_ms() - c->began_ms) / 1000,
		c->w->for_ms / 1000);
	fflush(stderr);
	free(name);
}

static int
look(struct watching *c)
{
	double now_ms;

	profile_restart(c->p);
	now_ms = clock_ms();
	if (read_file(c->p, c->path) < 0)
		return -1;
	if (c->p->process_count != 1)
		return error("'%s' is no live state", c->w->name);
	set_time(c, now_ms);
	profile_symbolize(c->p);
	growth_series_add(&c->series);
	show_progress(c);
	return 0;
}

/* Until then, or until there is nothing more to be seen. */
static void
wait_until(struct watching *c, double then_ms)
{
	double left = then_ms - clock_ms();

	while (c->alive && !*c->w->interrupted && left > 0) {
		double ms = left < LOOK_MS ? left : LOOK_MS;
		struct timespec t = { .tv_nsec = (long)(ms * 1e6) };

		nanosleep(&t, NULL);
		left = then_ms - clock_ms();
		c->alive = c->state.header->ended == HFS_RUNNING &&
			   state_is_alive(&c->state);
	}
}

static int
watch(struct watching *c)
{
	double end_ms = clock_ms() + c->w->for_ms, next_ms = clock_ms();

	c->alive = true;
	if (!c->state.header->control.active)
		note("it is dormant: what it allocates is not seen "
		     "(heapflame ctl %s start wakes it)",
			c->w->name);
	for (;;) {
		if (look(c) < 0)
			return -1;
		next_ms += c->w->every_ms;
		/* It took long: what was missed is left out. */
		if (next_ms < clock_ms())
			next_ms = clock_ms() + c->w->every_ms;
		if (next_ms > end_ms + 1)
			break;
		if (c->pid > 0)
			growth_limit_of(c->limit, c->pid);
		wait_until(c, next_ms);
		if (!c->alive || *c->w->interrupted)
			break;
	}
	if (c->progress)
		fputc('\n', stderr);
	if (!c->alive)
		note("the program has ended after %.1f s",
			(clock_ms() - c->began_ms) / 1000);
	else if (c->pid > 0)
		growth_limit_of(c->limit, c->pid);
	return 0;
}

int
growth_watch(struct growth *g, const struct growth_watch *w,
	const struct growth_options *o, struct growth_limit *limit)
{
	struct watching c = { .w = w, .p = &g->names, .limit = limit };
	char *path = state_path_of(w->name), *root;
	int status;

	growth_init(g, o);
	*limit = (struct growth_limit){ .what = NULL };
	if (!path)
		return -1;
	status = state_map(&c.state, path, false);
	if (status == 0 && !state_is_alive(&c.state))
		status = error("the process of '%s' has ended", path);
	free(path);
	if (status < 0) {
		state_unmap(&c.state);
		return -1;
	}
	snprintf(c.path, sizeof c.path, "/proc/self/fd/%d", c.state.fd);
	c.pid = state_pid(w->name);
	c.progress = isatty(STDERR_FILENO);
	root = state_root_of(w->name);
	profile_symbolize_of(c.pid, root);
	growth_series_init(&c.series, &g->names);
	status = watch(&c);
	if (status == 0)
		status = growth_judge(g, &c.series, o);
	growth_series_release(&c.series);
	profile_symbolize_of(0, NULL);
	profile_clear(&g->names);
	free(root);
	state_unmap(&c.state);
	return status == 0 ? growth_finish(g) : -1;
}
