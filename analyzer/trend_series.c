/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block counts from the first point at which it is old enough to the last one
 * that saw it, so levels are sums of differences, in one pass over the blocks.
 */
#include "trend_series.h"

#include <math.h>
#include <stdlib.h>

#include "err.h"

/*
 * What was allocated never shrinks: where it does and stays so, another life of
 * the program began; where it is back at the next point, one file was damaged.
 */
static bool
is_damaged(const struct trend_point *p, uint32_t i, uint32_t count)
{
	return i > 0 && i + 1 < count && p[i].allocated < p[i - 1].allocated &&
	       p[i + 1].allocated >= p[i - 1].allocated;
}

static void
take_points(struct trend_series *s)
{
	const struct trend_point *p = s->in->points;

	for (uint32_t i = 0; i < s->in->count; i++) {
		bool back = s->count > 0 &&
			    p[i].allocated < s->points[s->count - 1].allocated;

		if (is_damaged(p, i, s->in->count))
			continue;
		if (s->count > 0 && p[i].ns <= s->points[s->count - 1].ns)
			continue;
		if (back)
			s->count = 0;
		s->points[s->count] = p[i];
		s->index[s->count++] = i;
	}
}

/* Far off both neighbours, which agree. */
static bool
sticks_out(const struct trend_point *p)
{
	double middle = (p[-1].live + p[1].live) / 2;
	double off = fabs(p->live - middle);

	return off > 3 * fabs(p[1].live - p[-1].live) &&
	       off > 4 * sqrt(p[-1].live_var + p->live_var + p[1].live_var);
}

/* One such point is an accident; several are how the program is. */
static void
mend_outlier(struct trend_series *s)
{
	uint32_t found = 0, at = 0;

	for (uint32_t i = 1; i + 1 < s->count; i++)
		if (sticks_out(&s->points[i])) {
			found++;
			at = i;
		}
	if (found == 1 && s->count >= 7)
		s->points[at].live =
			(s->points[at - 1].live + s->points[at + 1].live) / 2;
}

/* Never too small: what is only bounded is not to look significant. */
static void
find_weight(struct trend_series *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct trend_point *p = &s->points[i];
		double by_var = p->live > 0 ? p->live_var / p->live : 0;
		double by_count =
			p->samples > 0 ? p->live / (double)p->samples : 0;

		s->weight = fmax(s->weight, fmax(by_var, by_count));
	}
}

/* The first point of our own that is not before that one of the input. */
static uint32_t
own_point(const struct trend_series *s, uint32_t index)
{
	uint32_t low = 0, high = s->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->index[middle] < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
find_ends(struct trend_series *s)
{
	uint32_t n = s->in->block_count;

	s->mature = xcalloc(n + 1, sizeof *s->mature);
	s->begin = xcalloc(n + 1, sizeof *s->begin);
	s->end = xcalloc(n + 1, sizeof *s->end);
	for (uint32_t i = 0; i < n; i++) {
		const struct trend_block *b = &s->in->blocks[i];

		s->begin[i] = own_point(s, b->first);
		s->end[i] = b->last == UINT32_MAX ? s->count
						  : own_point(s, b->last + 1);
	}
}

void
trend_series_init(struct trend_series *s, const struct trend_input *in)
{
	uint32_t n = in->count;

	*s = (struct trend_series){ .in = in };
	s->points = xcalloc(n + 1, sizeof *s->points);
	s->index = xcalloc(n + 1, sizeof *s->index);
	s->level = xcalloc(n + 2, sizeof *s->level);
	take_points(s);
	if (in->blocks)
		find_ends(s);
	else {
		mend_outlier(s);
		find_weight(s);
	}
	trend_series_age(s, 0);
}

void
trend_series_release(struct trend_series *s)
{
	free(s->points);
	free(s->index);
	free(s->level);
	free(s->mature);
	free(s->begin);
	free(s->end);
	*s = (struct trend_series){ 0 };
}

static bool
is_younger(const struct trend_point *p, const struct trend_block *b,
	uint64_t age_ns)
{
	return p->ns < b->birth_ns || p->ns - b->birth_ns < age_ns;
}

void
trend_series_age(struct trend_series *s, uint64_t age_ns)
{
	double sum = 0;

	s->age_ns = age_ns;
	for (uint32_t i = 0; i <= s->count; i++)
		s->level[i] = 0;
	if (!s->in->blocks) {
		for (uint32_t i = 0; i < s->count; i++)
			s->level[i] = s->points[i].live;
		return;
	}
	for (uint32_t i = 0; i < s->in->block_count; i++) {
		const struct trend_block *b = &s->in->blocks[i];
		uint32_t k = s->begin[i];

		/* At most as many steps as there are points that saw it. */
		while (k < s->end[i] && is_younger(&s->points[k], b, age_ns))
			k++;
		s->mature[i] = k;
		if (k >= s->end[i])
			continue;
		s->level[k] += b->bytes;
		s->level[s->end[i]] -= b->bytes;
	}
	for (uint32_t i = 0; i < s->count; i++)
		s->level[i] = sum += s->level[i];
}

static void
add(struct trend_sum *sum, const struct trend_block *b)
{
	sum->bytes += b->bytes;
	sum->squares += b->bytes * b->bytes;
	sum->var += b->var;
}

/* New is at most what was allocated in between, and what lives at the end. */
static struct trend_change
bounded_change(const struct trend_series *s, uint32_t i, uint32_t j)
{
	const struct trend_point *from = &s->points[i], *to = &s->points[j];
	double growth = to->live - from->live;
	double taken = to->allocated - from->allocated;
	struct trend_change c = { 0 };

	c.fresh.bytes = to->live;
	c.fresh.var = to->live_var;
	if (to->allocated > 0 && taken < to->live) {
		c.fresh.bytes = taken;
		c.fresh.var = fmin(
			to->live_var, to->allocated_var - from->allocated_var);
	}
	c.fresh.bytes = fmax(c.fresh.bytes, fmax(growth, 0));
	c.fresh.var = fmax(c.fresh.var, 0);
	c.fresh.squares = s->weight * c.fresh.bytes;
	c.gone.bytes = fmax(c.fresh.bytes - growth, 0);
	c.gone.var = fmax(c.fresh.var + from->live_var - to->live_var, 0);
	c.gone.squares = s->weight * c.gone.bytes;
	c.came = c.fresh;
	if (to->allocated > 0)
		c.came = (struct trend_sum){
			.bytes = fmax(taken, c.fresh.bytes),
			.var = fmax(to->allocated_var - from->allocated_var,
				c.fresh.var),
		};
	c.came.squares = s->weight * c.came.bytes;
	c.went.bytes = fmax(c.came.bytes - growth, 0);
	c.went.var = fmax(c.came.var + from->live_var - to->live_var, 0);
	c.went.squares = s->weight * c.went.bytes;
	return c;
}

/* Into which slice of the time in which what is new at j was born. */
static int
slice_of(const struct trend_series *s, const struct trend_block *b, uint32_t i,
	uint32_t j)
{
	double from = (double)s->points[i].ns - (double)s->age_ns;
	double span = (double)(s->points[j].ns - s->points[i].ns);
	double part = ((double)b->birth_ns - from) / span;

	return part <= 0  ? 0
	       : part < 1 ? (int)(part * TREND_SLICES)
			  : TREND_SLICES - 1;
}

struct trend_change
trend_series_change(const struct trend_series *s, uint32_t i, uint32_t j)
{
	struct trend_change c = { 0 };

	if (!s->in->blocks)
		return bounded_change(s, i, j);
	for (uint32_t k = 0; k < s->in->block_count; k++) {
		const struct trend_block *b = &s->in->blocks[k];
		uint32_t begin = s->mature[k], end = s->end[k];

		if (begin >= end || begin > j || end <= i)
			continue;
		if (begin > i)
			add(&c.came, b);
		if (end <= j)
			add(&c.went, b);
		if (begin > i && end > j) {
			add(&c.fresh, b);
			c.born[slice_of(s, b, i, j)] += b->bytes;
		} else if (begin <= i && end <= j)
			add(&c.gone, b);
	}
	return c;
}
