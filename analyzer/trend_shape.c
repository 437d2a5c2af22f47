/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each test refuses a straight line where two things hold: it is off by that
 * much, and that is not by chance. The levels are chosen such that some 2 % of
 * even leaks are refused; docs/SAMPLING.md has what the tests let pass.
 */
#include "trend_shape.h"

#include <math.h>

#define BEND_MIN	 0.2 /* off the line, of the growth */
#define BEND_SIGMA	 1.63 /* Kolmogorov's 1 % */
#define BEND_SIGMA_LATER 1.36 /* and 5 % */
#define RATE_MIN	 0.5 /* at the end, of the average */
#define RATE_MIN_MIXED	 0.75 /* where blocks go, too */
#define RATE_P		 0.012
#define RATE_P_LATER	 0.05
#define EARLY_MIN	 0.08 /* of the time, before its middle */
#define WENT_FEW	 0.15 /* of what came */
#define WENT_MAX	 0.5
#define GOES_ON_P	 0.002
#define FALL_MIN	 0.3 /* of the growth, or of the most */
#define FALL_P		 1e-3
#define STEP_SHARE	 0.8 /* of the growth, within ... */
#define STEP_TIME	 0.1 /* ... of the time, or from one point to the next */

/* Between two points. */
struct swing {
	uint32_t from, to;
	double bytes;
};

static double
refused_at(const struct trend_window *w)
{
	return w->later ? RATE_P_LATER : RATE_P;
}

/* How much of the change is not growth, 0 to 1. */
static double
unrest(const struct trend_window *w)
{
	return fmin(1, 2 * w->c.went.squares / w->squares);
}

/* Next to nothing of what came has gone. */
static bool
keeps_all(const struct trend_window *w)
{
	return w->c.went.bytes < WENT_FEW * w->c.came.bytes;
}

static bool
by_birth(const struct trend_window *w)
{
	return w->s->in->blocks && keeps_all(w) && w->c.fresh.bytes > 0;
}

static double
further(double most, double off)
{
	return fabs(off) > fabs(most) ? off : most;
}

/*
 * The furthest from a straight line between the ends, as part of the growth:
 * above it is > 0. Where all is kept, births say it between the points, too.
 */
static double
bend(const struct trend_window *w)
{
	const struct trend_series *s = w->s;
	double most = 0, sum = 0;

	for (uint32_t k = w->i + 1; k < w->j; k++) {
		double part = trend_window_seconds(s, w->i, k) / w->seconds;

		most = further(most,
			(s->level[k] - s->level[w->i]) / w->growth - part);
	}
	for (int k = 0; k < TREND_SLICES && by_birth(w); k++) {
		sum += w->c.born[k] / w->c.fresh.bytes;
		most = further(most, sum - (k + 1.0) / TREND_SLICES);
	}
	return most;
}

static bool
is_bent(const struct trend_window *w, double off)
{
	double sigmas = (w->later ? BEND_SIGMA_LATER : BEND_SIGMA) + unrest(w);

	return fabs(off) > BEND_MIN &&
	       fabs(off) * w->growth > sigmas * sqrt(w->squares);
}

/* Has it stopped in the last `part` of the time? */
static bool
has_stopped(const struct trend_window *w, double part)
{
	const struct trend_series *s = w->s;
	uint32_t k = w->j - 1;
	struct trend_change c;
	double late, squares, var, n, x;

	while (k > w->i && trend_window_seconds(s, k, w->j) < part * w->seconds)
		k--;
	if (k == w->i)
		return false;
	part = trend_window_seconds(s, k, w->j) / w->seconds;
	late = s->level[w->j] - s->level[k];
	if (late >=
		(keeps_all(w) ? RATE_MIN : RATE_MIN_MIXED) * part * w->growth)
		return false;
	if (w->c.went.bytes <= 0) {
		n = fmin(w->growth / w->squares * w->growth, TREND_N_MOST);
		x = fmax(n * late / w->growth, 0);
		return stats_beta(1 - part, fmax(n - x, 1e-9), x + 1) <
		       refused_at(w);
	}
	c = trend_series_change(s, k, w->j);
	squares = fmax(c.came.squares + c.went.squares, part * w->squares);
	var = (1 - part) * (1 - part) * squares +
	      part * part * fmax(w->squares - squares, 0);
	return stats_normal((late - part * w->growth) / sqrt(var)) <
	       refused_at(w);
}

/*
 * Of what is new at the end, is too little from these slices of the time? From
 * the first ones: then it is turned over, not kept. From the last: it has
 * stopped.
 */
static bool
is_missing(const struct trend_window *w, int from, int to)
{
	const struct trend_sum *f = &w->c.fresh;
	double part = (to - from) / (double)TREND_SLICES, sum = 0, n, x;

	if (!w->s->in->blocks || !(f->bytes > 0))
		return false;
	for (int k = from; k < to; k++)
		sum += w->c.born[k];
	if (sum >= RATE_MIN * part * w->growth)
		return false;
	n = fmin(f->bytes / f->squares * f->bytes, TREND_N_MOST);
	x = n * sum / f->bytes;
	return stats_beta(1 - part, fmax(n - x, 1e-9), x + 1) < refused_at(w);
}

/* Where all is kept: were its blocks born rather early? (Laplace's test: the
 * mean of n even births is normal.) */
static bool
is_born_early(const struct trend_window *w)
{
	double sum = 0, n, mean;

	if (!by_birth(w))
		return false;
	for (int k = 0; k < TREND_SLICES; k++)
		sum += w->c.born[k] * (k + 0.5) / TREND_SLICES;
	mean = sum / w->c.fresh.bytes;
	n = w->c.fresh.bytes / w->c.fresh.squares * w->c.fresh.bytes;
	return mean < 0.5 - EARLY_MIN &&
	       stats_normal((mean - 0.5) * sqrt(12 * n)) < refused_at(w);
}

/* The greatest change from a point to a later one, upwards or (sign < 0) down.
 */
static struct swing
greatest(const struct trend_window *w, int sign)
{
	const struct trend_series *s = w->s;
	struct swing most = { .from = w->i, .to = w->i };
	uint32_t base = w->i;

	for (uint32_t k = w->i; k <= w->j; k++) {
		double change;

		if (sign * (s->level[k] - s->level[base]) < 0)
			base = k;
		change = sign * (s->level[k] - s->level[base]);
		if (change > most.bytes)
			most = (struct swing){ base, k, change };
	}
	return most;
}

static double
chance_of_swing(const struct trend_window *w, struct swing of, int sign)
{
	struct trend_change c = trend_series_change(w->s, of.from, of.to);

	return sign > 0 ? trend_chance_of(&c.fresh, &c.gone)
			: trend_chance_of(&c.gone, &c.fresh);
}

/* Does it fall by much of what it grew? */
static bool
falls(const struct trend_window *w)
{
	/* A queue that is being filled was drained before. */
	struct trend_window all = { .s = w->s, .i = w->since, .j = w->j };
	struct swing down = greatest(&all, -1);

	return down.bytes > FALL_MIN * w->growth &&
	       chance_of_swing(w, down, -1) < FALL_P;
}

/* Of all pairs of points the greatest is looked for, so it has to be unlikely
 * among so many. */
bool
trend_shape_swings(const struct trend_window *w)
{
	struct swing up = greatest(w, 1), down = greatest(w, -1);
	double points = w->j - w->i + 1, most = 0;
	double p = FALL_P / points / points;

	for (uint32_t k = w->i; k <= w->j; k++)
		most = fmax(most, w->s->level[k]);
	return fmin(up.bytes, down.bytes) > FALL_MIN * most &&
	       chance_of_swing(w, up, 1) < p &&
	       chance_of_swing(w, down, -1) < p;
}

/* Where blocks go, too, that more come has to be so to the end. */
static bool
goes_on(const struct trend_window *w)
{
	const struct trend_series *s = w->s;
	uint32_t k = w->j - 1;
	struct trend_change c;

	if (keeps_all(w))
		return true;
	while (k > w->i && trend_window_seconds(s, k, w->j) < w->seconds / 3)
		k--;
	c = trend_series_change(s, k, w->j);
	return trend_chance_of(&c.came, &c.went) < GOES_ON_P;
}

/* Did most of it come at once? */
static bool
is_step(const struct trend_window *w)
{
	const struct trend_series *s = w->s;

	for (uint32_t k = w->i, l = w->i; k < w->j; k++) {
		if (l <= k)
			l = k + 1;
		while (l < w->j && trend_window_seconds(s, k, l + 1) <=
					   STEP_TIME * w->seconds)
			l++;
		if (s->level[l] - s->level[k] >= STEP_SHARE * w->growth)
			return true;
	}
	return false;
}

enum trend_class
trend_shape(const struct trend_window *w)
{
	double off;

	if (!(w->growth > 0) || falls(w))
		return TREND_STEADY;
	off = bend(w);
	if (is_bent(w, off) && is_step(w))
		return TREND_STEP;
	if ((is_bent(w, off) && off > 0) || has_stopped(w, 1.0 / 3) ||
		has_stopped(w, 1.0 / 6) || is_missing(w, 8, 12) ||
		is_missing(w, 10, 12) || is_born_early(w))
		return TREND_PLATEAU;
	if (!is_bent(w, off) && is_missing(w, 0, 4))
		return TREND_PLATEAU;
	if (w->c.went.bytes > WENT_MAX * w->c.came.bytes || !goes_on(w))
		return TREND_STEADY;
	if (is_bent(w, off))
		return TREND_LATE;
	return TREND_LINEAR;
}
