/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate of what grows linearly, all stacks together. That a stack does so
 * must be as certain as everything else that fails; that none does is said only
 * if one of that rate would have been found in the time that the dumps cover.
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "err.h"
#include "growth.h"

/* Bytes that a stack must grow by to be found, in N; docs/SAMPLING.md. */
#define FOUND 20

struct growing {
	double rate; /* bytes a second */
	struct interval error; /* of it, at 95 % */
	const struct growth_stack *most; /* NULL: nothing grows */
};

static void
add_up(struct growing *out, const struct growth *g, const struct trend *list)
{
	double below = 0, above = 0;

	for (uint32_t i = 0; i < g->stack_count; i++) {
		const struct trend *t = &list[i];

		if (t->class != TREND_LINEAR)
			continue;
		out->rate += t->slope;
		below += pow(t->slope - t->slope95.low, 2);
		above += pow(t->slope95.high - t->slope, 2);
		if (!out->most || t->slope > out->most->trend.slope)
			out->most = &g->stacks[i];
	}
	out->error = (struct interval){ out->rate - sqrt(below),
		out->rate + sqrt(above) };
}

/* Of those of which it is as certain as `alpha` asks. */
static struct growing
growing(const struct growth *g, double alpha)
{
	struct growing sum = { 0 };
	struct trend *list = xcalloc((size_t)g->stack_count + 1, sizeof *list);

	for (uint32_t i = 0; i < g->stack_count; i++)
		list[i] = g->stacks[i].trend;
	trend_decide(list, g->stack_count, alpha);
	add_up(&sum, g, list);
	free(list);
	return sum;
}

/* The longest time that dumps of one process cover, and the N in it. */
static double
seconds_seen(const struct growth *g, double *interval)
{
	double longest = 0;

	*interval = 0;
	for (uint32_t i = 0; i < g->process_count; i++) {
		const struct growth_process *p = &g->processes[i];
		double seconds = (double)(p->last_ns - p->first_ns) / 1e9;

		if (!p->judged || seconds <= longest)
			continue;
		longest = seconds;
		*interval = (double)p->interval_max;
	}
	return longest;
}

/*
 * What grew up to the end, but not evenly or not for long, may go on: at most
 * at this rate so far.
 */
static double
may_go_on(const struct growth *g)
{
	double sum = 0;

	for (uint32_t i = 0; i < g->stack_count; i++) {
		const struct trend *t = &g->stacks[i].trend;

		if (t->class == TREND_LATE || t->class == TREND_UNEVEN)
			sum += fmax(t->growth95.high, 0) * 1e9 /
			       fmax((double)(t->to_ns - t->from_ns), 1);
	}
	return sum;
}

/* Nothing is found beyond the rate: would it have been? */
static void
judge_holding(struct finding *f, const struct growth *g)
{
	double interval, seconds = seconds_seen(g, &interval);
	double grown = f->limit * seconds;

	if (f->value + may_go_on(g) > f->limit) {
		f->verdict = VERDICT_UNDECIDED;
		f->why = xstrdup("something grew, but not evenly or not for "
				 "long: it takes a longer time to tell");
	} else if (interval != 1 && grown < FOUND * interval) {
		f->verdict = VERDICT_UNDECIDED;
		f->sample = verdict_round_sample(grown / FOUND);
	}
}

static void
judge(struct finding *f, const struct growth *g, double family)
{
	struct growing sure = growing(g, VERDICT_FALSE_ALARM / family);
	struct growing likely = growing(g, TREND_ALPHA);
	double distance = fabs(likely.rate - f->limit), interval;

	f->value = likely.rate;
	f->low = likely.error.low;
	f->high = likely.error.high;
	if (verdict_of_rate(sure.rate, sure.error, f->limit, family) ==
		VERDICT_FAILS)
		f->verdict = VERDICT_FAILS;
	else
		f->verdict = verdict_of_rate(
			likely.rate, likely.error, f->limit, family);
	if (f->verdict == VERDICT_FAILS && sure.rate <= f->limit)
		f->verdict = VERDICT_UNDECIDED;
	if (f->verdict == VERDICT_HOLDS)
		judge_holding(f, g);
	else if (f->verdict == VERDICT_UNDECIDED) {
		seconds_seen(g, &interval);
		f->sample = verdict_round_sample(
			interval * pow(distance / (f->high - f->low), 2));
	}
	if (likely.most != NULL) {
		finding_take_frames(f, &g->names,
			g->frames + likely.most->first, likely.most->charge);
		f->stack.value = likely.most->trend.slope;
	}
}

int
check_growth(struct findings *out, const struct check *c, const struct limit *l)
{
	const struct growth_options options = { .selection = c->selection };
	struct finding *f = findings_add(out, limit_names[l->kind]);
	bool before = errors_are_warnings(true);
	struct growth g;
	int status = growth_find(&g, c->files, c->file_count, c->all, &options);

	errors_are_warnings(before);
	f->line = l->line;
	f->unit = FINDING_RATE;
	f->limit = l->value;
	if (status == 0) {
		judge(f, &g, c->family);
	} else {
		f->verdict = VERDICT_UNDECIDED;
		f->low = f->high = f->value = NAN;
		f->why = xstrdup("it takes 4 dumps of one process, as by "
				 "--dump-seconds");
	}
	growth_release(&g);
	return 0;
}
