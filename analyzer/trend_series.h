/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stack's live bytes at its points, by age: what is new between two of them,
 * what is gone, what was there all the time. For trend.c only.
 */
#ifndef TREND_SERIES_H
#define TREND_SERIES_H

#include "trend.h"

#define TREND_SLICES 12 /* of the time, for births */

/* Of some sampled blocks. */
struct trend_sum {
	double bytes;
	double squares; /* sum of bytes^2: chance in what the program did */
	double var; /* chance in what was sampled */
};

/* The points that can be used, and what lives at them of at least that age. */
struct trend_series {
	const struct trend_input *in;
	struct trend_point *points; /* without damage; own copy */
	uint32_t *index; /* of each in in->points */
	uint32_t count;
	double *level; /* bytes */
	uint64_t age_ns;
	/* Without blocks: bytes that one sample stands for. */
	double weight;
	/* For each block the points that saw it, up to `end`, and the one that
	 * first counts it; `end` if none does. */
	uint32_t *begin, *end, *mature;
};

void trend_series_init(struct trend_series *s, const struct trend_input *in);
void trend_series_release(struct trend_series *s);

/* From now on only what is at least so old counts. 0 where nothing is known. */
void trend_series_age(struct trend_series *s, uint64_t age_ns);

/*
 * Between points i < j: fresh lives at j and not at i, gone at i and not at j.
 * What came and went in between is in neither. Without blocks they are what
 * they may be at most; their difference is right.
 */
struct trend_change {
	struct trend_sum fresh, gone;
	/* Came, or went: with what did both in between. At least fresh, gone.
	 */
	struct trend_sum came, went;
	/* Of fresh, by birth, from the first that could be new at j to the
	 * last; with blocks only. */
	double born[TREND_SLICES];
};
struct trend_change trend_series_change(
	const struct trend_series *s, uint32_t i, uint32_t j);

#endif
