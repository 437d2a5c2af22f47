/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What grows steadily is recognised by what all else does not do: it is more
 * than chance, it goes on to the end, it lies near a straight line, and it does
 * not fall. A start that is different is left out, step by step.
 */
#include "trend.h"

#include <math.h>

#include "trend_shape.h"

#define WARM_UPS   5 /* that are tried: none, and up to half of the time */
#define LATER_COST 2 /* p of a window that was not the first choice */
#define UNEVEN_MIN 0.5 /* of what lives in the end, has come */

const char *const trend_class_names[TREND_CLASSES] = {
	[TREND_FEW] = "too few dumps",
	[TREND_STEADY] = "steady",
	[TREND_LINEAR] = "linear growth",
	[TREND_STEP] = "step",
	[TREND_PLATEAU] = "plateau",
	[TREND_SAWTOOTH] = "sawtooth",
	[TREND_LATE] = "late growth",
	[TREND_UNEVEN] = "uneven growth",
};

/* A difference of two sums that each err like a Poisson count: the errors of
 * their own intervals are added as squares. */
static struct interval
difference95(double fresh, double fresh_var, double gone, double gone_var)
{
	struct interval f = stats_interval95(fresh, fresh_var);
	struct interval g = stats_interval95(gone, gone_var);

	return (struct interval){
		.low = fresh - gone - hypot(fresh - f.low, g.high - gone),
		.high = fresh - gone + hypot(f.high - fresh, gone - g.low),
	};
}

static void
describe(struct trend *out, const struct trend_window *w)
{
	const struct trend_sum *f = &w->c.fresh, *g = &w->c.gone;
	struct interval i =
		difference95(f->bytes, f->squares, g->bytes, g->squares);

	out->p = trend_chance(w->c.came.bytes, w->c.came.squares,
		w->c.went.bytes, w->c.went.squares, &out->samples);
	out->p_least = exp2(-out->samples);
	out->slope = w->growth / w->seconds;
	out->slope95 =
		(struct interval){ i.low / w->seconds, i.high / w->seconds };
}

/* What the whole of it grew by, of any age, since the same time. */
static void
describe_growth(struct trend *out, struct trend_series *s, uint32_t from)
{
	struct trend_window w;

	trend_series_age(s, 0);
	w = trend_window_from(s, from);
	out->from_ns = s->points[from].ns;
	out->to_ns = s->points[w.j].ns;
	out->live = s->level[w.j];
	out->growth = w.growth;
	out->growth95 = difference95(
		w.c.fresh.bytes, w.c.fresh.var, w.c.gone.bytes, w.c.gone.var);
}

/* What it is if it is no steady growth: by all of it, of any age. */
static void
describe_whole(struct trend *out, struct trend_series *s, double start)
{
	struct trend_window w;
	double n;

	trend_series_age(s, 0);
	w = trend_window_from(s, trend_window_point(s, start));
	/* What happened is certain but for the sampling. */
	if (!trend_shape_swings(&w))
		w.squares = w.c.came.var + w.c.went.var;
	out->otherwise =
		trend_shape_swings(&w) ? TREND_SAWTOOTH : trend_shape(&w);
	out->otherwise_p = trend_chance(w.c.fresh.bytes, w.c.fresh.var,
		w.c.gone.bytes, w.c.gone.var, &n);
	if (out->otherwise == TREND_LINEAR)
		out->otherwise = TREND_STEADY;
	/* As a buffer that doubles: all goes, and twice as much comes. */
	if (out->otherwise == TREND_STEADY &&
		w.growth > UNEVEN_MIN * s->level[w.j])
		out->otherwise = TREND_UNEVEN;
	out->class = out->otherwise;
}

static void
judge(struct trend *out, struct trend_series *s, double start)
{
	double span = (double)s->points[s->count - 1].ns - start;
	int tries = s->in->warm_up_ns > 0 ? 1 : WARM_UPS;
	uint32_t from = trend_window_point(s, start);

	describe_whole(out, s, start);
	for (int k = 0; k < tries; k++) {
		double at = start + span * k / (2 * (WARM_UPS - 1));
		bool linear;
		struct trend_window w;

		if (trend_window_point(s, at) + TREND_POINTS_MIN > s->count)
			break;
		w = trend_window_quietest(s, at);
		w.later = k > 0;
		w.since = trend_window_point(s, start);
		linear = trend_shape(&w) == TREND_LINEAR;
		if (k == 0 || linear)
			describe(out, &w);
		if (linear) {
			if (k > 0)
				out->p = fmin(1, LATER_COST * out->p);
			from = trend_window_point(s, at);
			out->class = TREND_LINEAR;
			break;
		}
	}
	describe_growth(out, s, from);
}

void
trend_find(struct trend *out, const struct trend_input *in)
{
	struct trend_series s;
	double start;

	*out = (struct trend){ .class = TREND_FEW, .p = 1, .p_least = 1 };
	trend_series_init(&s, in);
	start = s.count > 0 ? (double)s.points[0].ns : 0;
	start = fmax(start, (double)in->warm_up_ns);
	if (trend_window_point(&s, start) + TREND_POINTS_MIN <= s.count)
		judge(out, &s, start);
	trend_series_release(&s);
}
