/* SPDX-License-Identifier: Apache-2.0 */
#include "heapv2_counts.h"

#include <math.h>

static void
spaces(struct scan *s)
{
	while (scan_char(s, ' ') || scan_char(s, '\t'))
		;
}

bool
heapv2_counts_pair(struct scan *s, uint64_t v[2])
{
	spaces(s);
	if (!scan_u64(s, &v[0]) || !scan_char(s, ':'))
		return false;
	spaces(s);
	return scan_u64(s, &v[1]);
}

bool
heapv2_counts_scan(struct scan *line, uint64_t v[HEAPV2_COUNTS])
{
	if (!heapv2_counts_pair(line, &v[0]))
		return false;
	spaces(line);
	return scan_char(line, '[') && heapv2_counts_pair(line, &v[2]) &&
	       scan_char(line, ']');
}

static void
unbias(struct heapv2_estimate *e, enum metric space, const uint64_t v[2],
	uint64_t interval)
{
	struct value *sizes = &e->v[space], *objects = &sizes[1];
	double n = (double)v[0], bytes = (double)v[1];
	double size = v[0] > 0 ? bytes / n : 0;
	double p = interval > 0 ? -expm1(-size / (double)interval) : 1;
	double missed;

	if (!(p > 0))
		p = 1;
	missed = (1 - p) / p / p;

	objects->sum += n / p;
	sizes->sum += bytes / p;
	objects->var += n * missed;
	sizes->var += n * missed * size * size;
}

void
heapv2_estimate_add(struct heapv2_estimate *e, const uint64_t v[HEAPV2_COUNTS],
	uint64_t interval)
{
	unbias(e, INUSE_SPACE, &v[0], interval);
	if (v[2] > 0 || v[3] > 0)
		unbias(e, ALLOC_SPACE, &v[2], interval);
	e->samples_live += v[0];
	e->samples += v[2] > 0 ? v[2] : v[0];
}

static uint64_t
missing(uint64_t all, uint64_t sum)
{
	return all > sum ? all - sum : 0;
}

/* One metric of all shares; `ended`: some objects are in no share. */
static void
fit(struct heapv2_share *shares, size_t count, int m, bool ended,
	const struct value *total, struct value *rest)
{
	struct value sum = { 0 };
	double factor = 1;

	for (size_t i = 0; i < count; i++) {
		sum.sum += shares[i].e.v[m].sum;
		sum.var += shares[i].e.v[m].var;
	}
	if (sum.sum > 0 && (!ended || sum.sum > total->sum)) {
		factor = total->sum / sum.sum;
		for (size_t i = 0; i < count; i++) {
			shares[i].e.v[m].sum *= factor;
			shares[i].e.v[m].var *= factor * factor;
		}
		*rest = (struct value){ 0 };
		return;
	}
	rest->sum = total->sum - sum.sum;
	rest->var = total->var > sum.var ? total->var - sum.var : 0;
}

void
heapv2_shares_fit(struct heapv2_share *shares, size_t count,
	const uint64_t counts[HEAPV2_COUNTS],
	const struct heapv2_estimate *total, struct heapv2_estimate *rest)
{
	uint64_t live = 0, ever = 0, samples = 0;

	for (size_t i = 0; i < count; i++) {
		live += shares[i].counts[0];
		ever += shares[i].counts[2];
		samples += shares[i].e.samples;
	}
	for (int m = 0; m < HEAPV2_COUNTS; m++)
		fit(shares, count, m,
			m <= INUSE_OBJECTS ? live < counts[0]
					   : ever < counts[2],
			&total->v[m], &rest->v[m]);
	rest->samples_live = missing(total->samples_live, live);
	rest->samples = missing(total->samples, samples);
}
