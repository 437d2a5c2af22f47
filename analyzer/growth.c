/* SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "growth_series.h"
#include "runs.h"
#include "runs_files.h"

#define POINTS_MIN 4

const char *
growth_name(const struct growth *g, uint32_t frame)
{
	const struct profile *p = &g->names;

	return strtab_get(
		&p->strings, p->functions[p->frames[frame].function].name);
}

const char *
growth_function(const struct growth *g, const struct growth_stack *s)
{
	return s->depth == 0
		       ? "[no stack]"
		       : growth_name(g, g->frames[s->first + s->charge - 1]);
}

void
growth_init(struct growth *g, const struct growth_options *o)
{
	*g = (struct growth){ .stack_count = 0 };
	profile_init(&g->names);
	if (!select_is_by(o->selection, BY_THREAD))
		g->names.sum = SUM_THREADS;
}

void
growth_release(struct growth *g)
{
	for (uint32_t i = 0; i < g->process_count; i++)
		free(g->processes[i].name);
	free(g->processes);
	free(g->stacks);
	free(g->frames);
	profile_release(&g->names);
	*g = (struct growth){ .stack_count = 0 };
}

/* Classes in the order in which they are listed. */
static int rank(enum trend_class class)
{
	return class == TREND_LINEAR ? 0 : class >= TREND_STEP ? 1 : 2;
}

static double
weight(const struct growth_stack *s)
{
	return s->trend.class == TREND_LINEAR ? s->trend.slope
					      : fabs(s->trend.growth);
}

static int
compare(const void *x, const void *y)
{
	const struct growth_stack *a = x, *b = y;
	int order = rank(a->trend.class) - rank(b->trend.class);

	if (order != 0)
		return order;
	if (weight(a) != weight(b))
		return weight(a) > weight(b) ? -1 : 1;
	if (a->trend.live != b->trend.live)
		return a->trend.live > b->trend.live ? -1 : 1;
	/* In the order in which they were found. */
	return a->first < b->first ? -1 : a->first > b->first;
}

static void
decide(struct growth *g)
{
	struct trend *list = xcalloc((size_t)g->stack_count + 1, sizeof *list);

	for (uint32_t i = 0; i < g->stack_count; i++)
		list[i] = g->stacks[i].trend;
	trend_decide(list, g->stack_count, TREND_ALPHA);
	for (uint32_t i = 0; i < g->stack_count; i++) {
		g->stacks[i].trend = list[i];
		g->classes[list[i].class]++;
	}
	free(list);
}

/* Errors of independent sums: as squares. */
static void
add_interval(struct interval *sum, double *at, const struct interval *i,
	double value)
{
	*sum = (struct interval){
		*at + value - hypot(*at - sum->low, value - i->low),
		*at + value + hypot(sum->high - *at, i->high - value),
	};
	*at += value;
}

static void
add_up(struct growth *g)
{
	struct trend *all = &g->together;

	all->class = g->classes[TREND_LINEAR] > 0 ? TREND_LINEAR : TREND_STEADY;
	for (uint32_t i = 0; i < g->stack_count; i++) {
		const struct trend *t = &g->stacks[i].trend;

		if (t->class != TREND_LINEAR)
			continue;
		add_interval(
			&all->growth95, &all->growth, &t->growth95, t->growth);
		add_interval(&all->slope95, &all->slope, &t->slope95, t->slope);
		all->live += t->live;
		all->samples += t->samples;
	}
}

/* No process had enough dumps: says which had the most, and what to do. */
static int
too_few(const struct growth *g)
{
	const struct growth_process *most = NULL;
	char pid[32] = "";

	for (uint32_t i = 0; i < g->process_count; i++)
		if (!most || g->processes[i].points > most->points)
			most = &g->processes[i];
	if (!most || most->points == 0)
		return error("no dump of these can be used to tell what grows");
	if (most->pid > 0)
		snprintf(pid, sizeof pid, " (pid %d)", most->pid);
	error("%u dump%s of '%s'%s: growth is seen in %d or more", most->points,
		most->points == 1 ? "" : "s", most->name, pid, POINTS_MIN);
	hint("make more of them with HEAPFLAME_DUMP_SECONDS=5,");
	hint("or watch it while it runs: heapflame growth --for 10m PID");
	return -1;
}

int
growth_finish(struct growth *g)
{
	bool any = false;

	for (uint32_t i = 0; i < g->process_count; i++)
		any |= g->processes[i].judged;
	if (!any)
		return too_few(g);
	decide(g);
	if (g->stack_count > 0)
		qsort(g->stacks, g->stack_count, sizeof *g->stacks, compare);
	add_up(g);
	return 0;
}

/* Dumps as runs_each() gives them. */
struct gather {
	struct growth *g;
	const struct growth_options *o;
	struct growth_series series;
	bool open;
	uint32_t number; /* of the process */
};

static int
end_series(struct gather *c)
{
	int status = 0;

	if (c->open) {
		status = growth_judge(c->g, &c->series, c->o);
		growth_series_release(&c->series);
		profile_clear(&c->g->names);
	}
	c->open = false;
	return status;
}

/* 1: it was read, 0: it is of no use, -1 after error(). */
static int
read_dump(struct gather *c, const struct runs_dump *d)
{
	struct profile *p = &c->g->names;
	int status;
	bool cut;
	char *said;

	messages_keep();
	status = runs_dump_read(d, p);
	said = messages_kept();
	cut = status == 0 && p->process_count > 0 && p->processes[0].cut;
	if (!cut)
		messages_pass_on(said);
	free(said);
	if (status < 0 && d->file->named)
		return -1;
	if (cut)
		warning("'%s' was cut off: it is left out", d->file->path);
	if (!cut && status == 0 && p->process_count > 0 &&
		!p->processes[0].has[INUSE_SPACE])
		return error(
			"'%s' tells nothing of live memory", d->file->path);
	if (cut || status < 0)
		c->series.about.damaged++;
	return !cut && status == 0 && p->process_count > 0;
}

/* Named by its first file, until a dump of it can be read. */
static void
begin_series(struct gather *c, const char *path)
{
	const char *slash = strrchr(path, '/');

	growth_series_init(&c->series, &c->g->names);
	c->series.about.name = xstrdup(slash ? slash + 1 : path);
	c->open = true;
}

static int
gather(void *context, const struct runs_dump *d)
{
	struct gather *c = context;
	int status = 0;

	if (c->open && c->number != d->process)
		status = end_series(c);
	if (status < 0)
		return -1;
	if (!c->open)
		begin_series(c, d->file->path);
	c->number = d->process;
	/* What its destructors left says little of how it ran. */
	if (d->file->head.final && c->series.point_count >= POINTS_MIN)
		return 0;
	profile_restart(&c->g->names);
	status = read_dump(c, d);
	if (status > 0)
		growth_series_add(&c->series);
	return status < 0 ? -1 : 0;
}

int
growth_find(struct growth *g, char *const *names, int count, bool all,
	const struct growth_options *o)
{
	struct gather c = { .g = g, .o = o };
	int status;

	growth_init(g, o);
	status = runs_each(names, count, all, gather, &c);
	if (status == 0)
		status = end_series(&c);
	if (c.open)
		growth_series_release(&c.series);
	return status == 0 ? growth_finish(g) : -1;
}
