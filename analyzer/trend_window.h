/* SPDX-License-Identifier: Apache-2.0 */
/* A time to the end of a series, and what changed in it. For trend.c only. */
#ifndef TREND_WINDOW_H
#define TREND_WINDOW_H

#include "trend_series.h"

#define TREND_POINTS_MIN 4
#define TREND_N_MOST	 1e6 /* samples; what is exact has more */

/* From point i to the last one, j, at the series' age. */
struct trend_window {
	const struct trend_series *s;
	uint32_t i, j;
	double seconds;
	struct trend_change c;
	double growth;
	double squares; /* of what came and of what went */
	bool later; /* not the first choice: shapes are judged more strictly */
	uint32_t since; /* from here on it must not have fallen; i or before */
};

struct trend_window trend_window_from(const struct trend_series *s, uint32_t i);

/*
 * From that time on, counting only what is so old that the slope has the least
 * noise; sets the series' age. There must be TREND_POINTS_MIN points.
 */
struct trend_window trend_window_quietest(
	struct trend_series *s, double from_ns);

/* The first point at that time or later, s->count if there is none. */
uint32_t trend_window_point(const struct trend_series *s, double ns);

/* From point i to point j. */
double trend_window_seconds(
	const struct trend_series *s, uint32_t i, uint32_t j);

/*
 * The probability that so much of a change is upwards, if both ways are alike:
 * a binomial of as many samples (*n) as the weights, of which the sums of
 * squares are given, are worth.
 */
double trend_chance(double up, double up_squares, double down,
	double down_squares, double *n);
double trend_chance_of(
	const struct trend_sum *up, const struct trend_sum *down);

#endif
