/* SPDX-License-Identifier: Apache-2.0 */
#include "trend_window.h"

#include <math.h>

#define AGES	 5 /* that are tried: 0, and up to a quarter of the time */
#define AGE_GAIN 0.8 /* with so much less noise, or it is not worth it */
#define SECOND	 1e9

double
trend_window_seconds(const struct trend_series *s, uint32_t i, uint32_t j)
{
	return (double)(s->points[j].ns - s->points[i].ns) / SECOND;
}

double
trend_chance(double up, double up_squares, double down, double down_squares,
	double *n)
{
	double all = up + down, squares = up_squares + down_squares;

	*n = 0;
	if (!(up > 0))
		return 1;
	*n = squares > 0 ? fmin(all / squares * all, TREND_N_MOST)
			 : TREND_N_MOST;
	return stats_beta(0.5, *n * up / all, *n * down / all + 1);
}

double
trend_chance_of(const struct trend_sum *up, const struct trend_sum *down)
{
	double n;

	return trend_chance(
		up->bytes, up->squares, down->bytes, down->squares, &n);
}

struct trend_window
trend_window_from(const struct trend_series *s, uint32_t i)
{
	struct trend_window w = {
		.s = s, .i = i, .j = s->count - 1, .since = i
	};

	w.seconds = trend_window_seconds(s, i, w.j);
	w.c = trend_series_change(s, i, w.j);
	w.growth = w.c.fresh.bytes - w.c.gone.bytes;
	w.squares = w.c.came.squares + w.c.went.squares;
	return w;
}

uint32_t
trend_window_point(const struct trend_series *s, double ns)
{
	uint32_t i = 0;

	while (i < s->count && (double)s->points[i].ns < ns)
		i++;
	return i;
}

/*
 * Blocks that come and go soon tell nothing and hide much: they drop out where
 * only what reached some age counts. The age is the one with the least noise in
 * the slope. Its choice depends on how much changed, not on the sign of it, and
 * so is no second try at being significant.
 */
struct trend_window
trend_window_quietest(struct trend_series *s, double from_ns)
{
	double span = (double)s->points[s->count - 1].ns - from_ns;
	double best = INFINITY, best_age = 0;
	struct trend_window w;

	for (int k = 0; k < AGES; k++) {
		double age = k == 0 ? 0 : span / (64 >> k);
		double noise, seconds;
		uint32_t i = trend_window_point(s, fmax(from_ns, age));

		if (!s->in->blocks && k > 0)
			break;
		if (i + TREND_POINTS_MIN > s->count)
			break;
		trend_series_age(s, (uint64_t)age);
		w = trend_window_from(s, i);
		/* A leak that began at point i is the less seen. */
		seconds = w.seconds - age / SECOND;
		noise = w.squares / (seconds * seconds);
		if (noise < AGE_GAIN * best) {
			best = noise;
			best_age = age;
		}
	}
	trend_series_age(s, (uint64_t)best_age);
	return trend_window_from(
		s, trend_window_point(s, fmax(from_ns, best_age)));
}
