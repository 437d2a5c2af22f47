/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In a stack that goes on as ever the births of what lives are spread evenly
 * over the life of the process. So each sample is a coin, weighted by the bytes
 * that it stands for, and what may be chance is not said.
 */
#include "leaks_age.h"

#include <math.h>
#include <stddef.h>

#include "stats.h"

#define ALPHA	       0.05
#define START_UP_MOST  0.25 /* of the life: later is no start-up */
#define START_UP_SHARE 0.9 /* of the bytes, that came in it */
#define STOPPED	       (1.0 / 12) /* in the last third: a quarter of even */
#define TURNED_OVER    (1.0 / 6) /* in the first third: half of even */
#define LATE_ONLY      (1.0 / 6) /* in the first two: a quarter of even */
#define YOUNG	       (1.0 / 16) /* of the life: may be freed yet, where */
#define LIFETIMES      5 /* others were; so may what is as old as this */
#define WINDOW_LEAST   0.5 /* of the life */

const char *const leak_kind_names[LEAK_KINDS] = {
	[LEAK_ACCUMULATES] = "still accumulating",
	[LEAK_START_UP] = "start-up, kept",
};

/* Weights, and how many coins of equal weight they are. */
struct coins {
	double sum, squares;
	double thirds[3];
	bool last_sixth; /* there is one in it */
};

static double
coins_count(const struct coins *c)
{
	return c->squares > 0 ? c->sum / c->squares * c->sum : 0;
}

/* The chance of at least that share of n coins at chance q each. */
static double
chance(double n, double share, double q)
{
	double x = n * fmin(share, 1);

	return x > 0 ? stats_beta(q, x, n - x + 1) : 1;
}

static void
toss(struct coins *c, const struct leak_births *b, double from, double to)
{
	double length = to - from;

	*c = (struct coins){ 0 };
	for (uint32_t i = 0; i < b->count; i++) {
		double at = (b->list[i].at - from) / length;
		double w = b->list[i].bytes;

		if (!(at > 0) || !(at <= 1))
			continue;
		c->sum += w;
		c->squares += w * w;
		c->thirds[at >= 1 ? 2 : (int)(3 * at)] += w;
		c->last_sixth |= at >= 5.0 / 6;
	}
}

/* From the share `from` of the life on. */
static bool
accumulates(const struct leak_births *b, double from)
{
	double young = b->freed ? fmax(YOUNG, LIFETIMES * b->lifetime) : 0;
	double to = 1 - young, n, early;
	struct coins c;

	if (!(to - from >= WINDOW_LEAST))
		return false;
	toss(&c, b, from, to);
	n = coins_count(&c);
	if (!(n > 0) || !(c.thirds[1] > 0) || !c.last_sixth)
		return false;
	/* What is freed in the end, and replaced, is not of long ago. */
	early = b->freed ? c.thirds[0] : c.thirds[0] + c.thirds[1];
	return chance(n, c.thirds[2] / c.sum, STOPPED) <= ALPHA / 2 &&
	       chance(n, early / c.sum, b->freed ? TURNED_OVER : LATE_ONLY) <=
		       ALPHA / 2;
}

/* Nearly all of it came that early by no chance. */
static bool
is_of_start_up(const struct leak_births *b)
{
	double sum = 0, squares = 0, before = 0, n;

	for (uint32_t i = 0; i < b->count; i++) {
		sum += b->list[i].bytes;
		squares += b->list[i].bytes * b->list[i].bytes;
	}
	n = squares > 0 ? sum / squares * sum : 0;
	for (uint32_t i = 0; i < b->count && n > 0; i++) {
		double at = b->list[i].at;

		before += b->list[i].bytes;
		if (before < START_UP_SHARE * sum)
			continue;
		return at <= START_UP_MOST &&
		       chance(n, before / sum, at) <= ALPHA;
	}
	return false;
}

enum leak_kind
leak_judge(const struct leak_births *b)
{
	/* A cache that was filled at the start has old ones from there. */
	if ((!b->freed && accumulates(b, 0)) || accumulates(b, START_UP_MOST))
		return LEAK_ACCUMULATES;
	return is_of_start_up(b) ? LEAK_START_UP : LEAK_UNTOLD;
}

enum leak_kind
leak_judge_dates(const struct leak_dates *d)
{
	if (!(d->n > 0))
		return LEAK_UNTOLD;
	if (chance(d->n, d->late, STOPPED) <= ALPHA / 2 &&
		chance(d->n, d->early, LATE_ONLY) <= ALPHA / 2)
		return LEAK_ACCUMULATES;
	return d->last <= START_UP_MOST && pow(fmax(d->last, 0), d->n) <= ALPHA
		       ? LEAK_START_UP
		       : LEAK_UNTOLD;
}
