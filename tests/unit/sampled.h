/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile as sampling at N makes it of blocks of known sizes, with the truth
 * beside it: functions that hold from 2 to 200 N in blocks of one size, of
 * many, of small and large ones, each reached on two ways. Every third block
 * lives and was there at the peak, every third was freed soon.
 */
#ifndef SAMPLED_H
#define SAMPLED_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/by_hand.h"
#include "tests/unit/chance.h"

#define SIZES 18
#define N     524288

static uint64_t random_state = 1;

/* Blocks of `low` to `high` bytes, on a scale of powers. */
struct mix {
	const char *name;
	double low, high;
	bool even_bytes; /* as many bytes of each size, else as many blocks */
};

static const struct mix mixes[] = {
	{ "one size", 64, 64, false },
	{ "16 B to 144 B", 16, 144, false },
	{ "16 B to 4 KiB", 16, 4096, false },
	{ "32 B to 8 KiB", 32, 8192, false },
	{ "16 B to 1 MiB", 16, 1 << 20, true },
	{ "64 B and 64 KiB", 64, 65536, true },
	{ "300 KiB to 1 MiB", 300 << 10, 1 << 20, false },
};
#define MIXES ((int)(sizeof mixes / sizeof *mixes))

/* Bytes, in N, of a function; half of them on each of its two ways. */
static const double expected[] = { 2, 5, 10, 20, 50, 200 };
#define LEVELS	  ((int)(sizeof expected / sizeof *expected))
#define FUNCTIONS (MIXES * LEVELS)
#define STACKS	  (2 * FUNCTIONS)

static int
sizes_of(const struct mix *m)
{
	if (m->low == m->high)
		return 1;
	return m->low == 64 ? 2 : SIZES;
}

static uint64_t
size_of(const struct mix *m, int i)
{
	int n = sizes_of(m);

	return (uint64_t)(m->low *
			  pow(m->high / m->low, n > 1 ? i / (n - 1.0) : 0));
}

/* How many blocks of the i-th size, so that all are `bytes` together. */
static uint64_t
count_of(const struct mix *m, int i, double bytes)
{
	double sum = 0;
	int n = sizes_of(m);

	for (int k = 0; k < n; k++)
		sum += m->even_bytes ? 1 : (double)size_of(m, k);
	return (uint64_t)ceil(
		bytes / sum / (m->even_bytes ? (double)size_of(m, i) : 1));
}

/*
 * What there is to be held: each stack, each function (flat), the callers of
 * all functions of a mix, and main (cum).
 */
enum { STACK, FLAT = STACKS, CUM = FLAT + FUNCTIONS, MAIN = CUM + MIXES };
#define THINGS	     (MAIN + 1)
#define METRICS_HERE 8

static double truth[THINGS][METRICS_HERE]; /* by enum metric */

/* One that stands for `size` / p, whose like are seen with probability p. */
static void
add_weight(struct row *r, enum metric space, uint64_t size, double p)
{
	double w[2] = { (double)size / p, 1 / p };

	for (int k = 0; k < 2; k++) {
		r->v[space + k].sum += w[k];
		r->v[space + k].var += w[k] * w[k] * (1 - p);
	}
}

/* The i-th block, if it was sampled. Peaks are of one half of the samples. */
static void
add_sample(struct row *r, uint64_t size, double p, uint64_t i)
{
	double half = -expm1(-((double)size + 1) / (2.0 * N));

	add_weight(r, ALLOC_SPACE, size, p);
	if (i % 3 == 0) {
		add_weight(r, INUSE_SPACE, size, p);
		r->samples_live++;
		if (random_next(&random_state) < half / p)
			add_weight(r, PEAK_SPACE, size, half);
	} else if (i % 3 == 1) {
		add_weight(r, TEMP_SPACE, size, p);
	}
	r->samples++;
	if (r->size_max == 0 || size < r->size_min)
		r->size_min = size;
	if (size > r->size_max)
		r->size_max = size;
}

static void
add_truth(int stack, enum metric space, uint64_t size, uint64_t count)
{
	const int things[] = { stack, FLAT + stack / 2,
		CUM + stack / 2 / LEVELS, MAIN };

	for (int i = 0; i < 4; i++) {
		truth[things[i]][space] += (double)(size * count);
		truth[things[i]][space + 1] += (double)count;
	}
}

/* Not each block is gone through, only the hits: the number of blocks from one
 * to the next is geometric. */
static void
sample_blocks(struct row *r, int stack, uint64_t size, uint64_t count)
{
	double p = -expm1(-((double)size + 1) / N);
	double at = floor(log(random_next(&random_state)) / log1p(-p));

	for (; at < (double)count;
		at += 1 + floor(log(random_next(&random_state)) / log1p(-p)))
		add_sample(r, size, p, (uint64_t)at);
	add_truth(stack, ALLOC_SPACE, size, count);
	add_truth(stack, INUSE_SPACE, size, (count + 2) / 3);
	add_truth(stack, PEAK_SPACE, size, (count + 2) / 3);
	add_truth(stack, TEMP_SPACE, size, (count + 1) / 3);
}

static void
one_run(struct profile *p)
{
	uint32_t process = hand_process(p, 1, PROCESS_ENDED, N);

	p->processes[process].has[TEMP_SPACE] = true;
	p->processes[process].has[TEMP_OBJECTS] = true;
	memset(truth, 0, sizeof truth);
	for (int i = 0; i < STACKS; i++) {
		int mix = i / 2 / LEVELS;
		double bytes = expected[i / 2 % LEVELS] * N / 2;
		char name[64];
		struct row *r;

		snprintf(name, sizeof name, "main;mix%02d;way%d;site%02d", mix,
			i % 2, i / 2);
		r = hand_row(p, process, name);
		for (int k = 0; k < sizes_of(&mixes[mix]); k++)
			sample_blocks(r, i, size_of(&mixes[mix], k),
				count_of(&mixes[mix], k, bytes));
		row_guess_objects_at_peak(r);
	}
}

#endif
