/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stacks of programs that never ran, as their dumps would show them: each block
 * is sampled by its own p = 1 - exp(-(size + 1) / N), independently, which is
 * what a Poisson process of hits over the bytes does. Of many small blocks only
 * the sampled ones are made. Time is in seconds from the program's start.
 */
#ifndef GROWTH_SHAPES_H
#define GROWTH_SHAPES_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "chance.h"
#include "err.h"
#include "trend.h"

#define N_BYTES	   524288.0
#define DUMPS_MAX  256
#define FOREVER	   1e300
#define SECONDS(t) ((uint64_t)((t)*1e9))

struct sim {
	uint64_t random;
	double begin, end; /* of what is seen: the first and last dump */
	struct trend_point points[DUMPS_MAX];
	uint32_t count;
	struct trend_block *blocks;
	uint32_t block_count;
};

static double
sim_uniform(struct sim *s)
{
	return random_next(&s->random);
}

static double
sim_between(struct sim *s, double low, double high)
{
	return low + (high - low) * sim_uniform(s);
}

/* As many orders of magnitude on each side. */
static double
sim_about(struct sim *s, double low, double high)
{
	return low * pow(high / low, sim_uniform(s));
}

static double
sim_exponential(struct sim *s, double mean)
{
	return -mean * log(sim_uniform(s));
}

/* Dumps at even times, give or take a tenth, some of them missing. */
static void
sim_start(
	struct sim *s, uint32_t dumps, double begin, double end, double missing)
{
	double gap = (end - begin) / (dumps - 1);

	s->count = s->block_count = 0;
	s->begin = begin;
	s->end = end;
	for (uint32_t i = 0; i < dumps; i++) {
		bool inner = i > 0 && i + 1 < dumps;
		double t = begin + gap * i;

		if (inner && sim_uniform(s) < missing)
			continue;
		if (inner)
			t += gap * sim_between(s, -0.1, 0.1);
		s->points[s->count++] =
			(struct trend_point){ .ns = SECONDS(t) };
	}
}

/* The first dump at that time or after it. */
static uint32_t
sim_dump_from(const struct sim *s, double t)
{
	uint32_t low = 0, high = s->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if ((double)s->points[middle].ns < t * 1e9)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
sim_keep(struct sim *s, struct trend_block b)
{
	GROW32(s->blocks, s->block_count);
	s->blocks[s->block_count++] = b;
}

/* A block that was sampled; allocated figures are sums over those. */
static void
sim_sampled(struct sim *s, double birth, double death, double size)
{
	double p = -expm1(-(size + 1) / N_BYTES);
	struct trend_block b = {
		.birth_ns = SECONDS(birth),
		.first = sim_dump_from(s, birth),
		.last = sim_dump_from(s, death),
		.bytes = size / p,
		.var = size * size * (1 - p) / p / p,
	};

	if (b.first >= s->count)
		return;
	s->points[b.first].allocated += b.bytes;
	s->points[b.first].allocated_var += b.var;
	if (b.first >= b.last)
		return;
	b.last--;
	sim_keep(s, b);
}

struct sizes {
	int count;
	double size[8]; /* the same number of bytes of each */
};

static const struct sizes small_sizes = { 4, { 24, 200, 1500, 9000 } };
static const struct sizes mixed_sizes = { 8,
	{ 64, 512, 2048, 8192, 32768, 65536, 131072, 262144 } };
static const struct sizes large_sizes = { 3, { 200000, 400000, 900000 } };

/* When a block that was born then dies. */
typedef double (*sim_death)(struct sim *s, double birth, const double *arg);

static double
never_dies(struct sim *s, double birth, const double *arg)
{
	return FOREVER;
}

static double
dies_at_age(struct sim *s, double birth, const double *arg)
{
	return birth + arg[0];
}

static double
dies_at_random(struct sim *s, double birth, const double *arg)
{
	return birth + sim_exponential(s, arg[0]);
}

/* At the end of its period: arg is period and phase (0 to 1). */
static double
dies_with_period(struct sim *s, double birth, const double *arg)
{
	return (floor(birth / arg[0] + arg[1]) + 1 - arg[1]) * arg[0];
}

/* Fills in the first part of the period, drains in the rest, last in first
 * out: arg[2] is the first part. */
static double
dies_as_it_drains(struct sim *s, double birth, const double *arg)
{
	double turn = birth / arg[0] + arg[1], at = turn - floor(turn);

	return birth + arg[0] * (arg[2] - at) / arg[2];
}

/* One size's blocks: large ones come at even times, of small ones the sampled
 * come at random. Rates are in bytes a second. */
static void
sim_flow_of(struct sim *s, double rate, double size, double from, double to,
	sim_death death, const double *arg)
{
	double p = -expm1(-(size + 1) / N_BYTES);
	bool even = p > 0.05;
	double gap = even ? size / rate : size / rate / p;
	double t =
		from + (even ? gap * sim_uniform(s) : sim_exponential(s, gap));

	while (t < to && t < s->end) {
		if (!even || sim_uniform(s) < p)
			sim_sampled(s, t, death(s, t, arg), size);
		t += even ? gap : sim_exponential(s, gap);
	}
}

static void
sim_flow(struct sim *s, double rate, const struct sizes *of, double from,
	double to, sim_death death, const double *arg)
{
	for (int i = 0; i < of->count; i++)
		sim_flow_of(
			s, rate / of->count, of->size[i], from, to, death, arg);
}

/* `bytes` of blocks that come within that time. */
static void
sim_load(struct sim *s, double bytes, const struct sizes *of, double from,
	double to)
{
	sim_flow(s, bytes / (to - from), of, from, to, never_dies, NULL);
}

/*
 * Blocks of exponential lifetime, as many as keep `level` bytes alive (times
 * load(t), if there is one). Those that no dump sees are not made.
 */
typedef double (*sim_loaded)(double t, const double *arg);

static void
sim_churn_of(struct sim *s, double level, double size, double lifetime,
	bool from_start, sim_loaded load, const double *arg)
{
	double p = -expm1(-(size + 1) / N_BYTES);
	double mean = level / size * p; /* samples alive */
	double before = from_start ? 0 : -10 * lifetime;

	for (uint32_t i = 0; i < s->count; i++) {
		double t = (double)s->points[i].ns * 1e-9;
		double seen = -expm1(-(t - before) / lifetime);
		double here = mean * seen * (load ? load(t, arg) : 1), age;

		for (double n = sim_exponential(s, 1); n < here;
			n += sim_exponential(s, 1)) {
			age = -lifetime * log1p(-sim_uniform(s) * seen);
			sim_sampled(s, fmax(t - age, 0),
				t + sim_exponential(s, lifetime), size);
		}
		/* What died before anybody looked. */
		s->points[i].allocated += level / lifetime * (t - before) *
					  (1 - seen * lifetime / (t - before));
		before = t;
	}
}

static void
sim_churn(struct sim *s, double level, const struct sizes *of, double lifetime,
	bool from_start, sim_loaded load, const double *arg)
{
	for (int i = 0; i < of->count; i++)
		sim_churn_of(s, level / of->count, of->size[i], lifetime,
			from_start, load, arg);
}

static int
by_first(const void *x, const void *y)
{
	const struct trend_block *a = x, *b = y;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* The points' own figures, from the blocks; call it when all are there. */
static void
sim_finish(struct sim *s)
{
	for (uint32_t i = 0; i < s->block_count; i++) {
		const struct trend_block *b = &s->blocks[i];

		for (uint32_t k = b->first; k <= b->last; k++) {
			s->points[k].live += b->bytes;
			s->points[k].live_var += b->var;
			s->points[k].samples++;
		}
	}
	for (uint32_t i = 1; i < s->count; i++) {
		s->points[i].allocated += s->points[i - 1].allocated;
		s->points[i].allocated_var += s->points[i - 1].allocated_var;
	}
	if (s->blocks)
		qsort(s->blocks, s->block_count, sizeof *s->blocks, by_first);
}

static void
sim_release(struct sim *s)
{
	free(s->blocks);
	s->blocks = NULL;
}

/* What is said of one that is complete; it is let go. */
static struct trend
sim_judge(struct sim *s, bool with_blocks)
{
	static struct trend_block nothing;
	struct trend_input in = { .points = s->points, .count = s->count };
	struct trend t;

	sim_finish(s);
	if (with_blocks) {
		in.blocks = s->blocks ? s->blocks : &nothing;
		in.block_count = s->block_count;
	}
	trend_find(&t, &in);
	sim_release(s);
	return t;
}

/* Between 0.5 and 1.5, arg: period, phase. */
static double
by_day(double t, const double *arg)
{
	return 1 + 0.5 * sin(2 * M_PI * (t / arg[0] + arg[1]));
}

/* A load that wanders within bounds: three waves that never agree. */
static double
wandering(double t, const double *arg)
{
	double x = t / arg[0] + arg[1];

	return 1 + 0.25 * (sin(2 * M_PI * x) + sin(2 * M_PI * 1.618 * x) +
				  sin(2 * M_PI * 0.414 * x + 1));
}

/*
 * Stacks that do not leak. What takes longer than what is seen of it can't be
 * told from a leak by anyone; these don't: see each.
 */
enum harmless {
	SHORT_CHURN,
	LONG_CHURN,
	OLD_CHURN, /* lives as long as we look, but as much dies as is born */
	CACHE_LRU, /* full by the middle of the time */
	CACHE_RANDOM,
	KEY_SET, /* saturates, with at most an eighth of the time */
	QUEUE, /* 2.5 to 12 periods, drained at once; ends anywhere */
	QUEUE_SLOW, /* drained as slowly as it fills */
	STEPS, /* one to three, in the first half */
	DOUBLING,
	STATIC,
	DAILY, /* a wave that fits in at least 1.5 times */
	WANDERING,
	HARMLESS
};

static const char *const harmless_names[HARMLESS] = { "churn, short lives",
	"churn, long lives", "churn, very long lives", "cache, LRU",
	"cache, random eviction", "key set", "queue, drained at once",
	"queue, drained slowly", "steps at the start", "doubling buffer",
	"static", "daily wave", "wandering load" };

/* Full at that time; what comes then drives out the oldest, or any. */
static void
sim_cache(struct sim *s, double bytes, const struct sizes *of, double full,
	bool lru)
{
	if (lru) {
		sim_flow(s, bytes / full, of, 0, s->end, dies_at_age, &full);
		return;
	}
	sim_flow(s, bytes / full, of, full, s->end, dies_at_random, &full);
	/* Those of the filling are driven out at random, too. */
	for (int i = 0; i < of->count; i++) {
		double size = of->size[i];
		double n = bytes / of->count / size *
			   -expm1(-(size + 1) / N_BYTES);

		for (double x = sim_exponential(s, 1); x < n;
			x += sim_exponential(s, 1))
			sim_sampled(s, full * x / n,
				full + sim_exponential(s, full), size);
	}
}

static void
harmless_cache(struct sim *s, double bytes, const struct sizes *of, bool lru)
{
	double full = sim_about(s, 0.03, 0.5);

	sim_cache(s, bytes, of, s->begin + (s->end - s->begin) * full, lru);
}

static void
harmless_steps(struct sim *s, double bytes, const struct sizes *of)
{
	double span = s->end - s->begin;
	int steps = 1 + (int)(3 * sim_uniform(s));

	for (int i = 0; i < steps; i++) {
		double at = s->begin + span * sim_between(s, -0.1, 0.45);

		at = fmax(at, 0);
		sim_load(s, bytes / steps, of, at,
			at + span * sim_between(s, 0.001, 0.05));
	}
}

/* A buffer that holds what comes at an even rate, doubled when it is full. */
static void
harmless_doubling(struct sim *s, double bytes)
{
	double filled = s->begin + (s->end - s->begin) * sim_about(s, 0.3, 3);

	for (double size = 4096, born = 0; born < s->end; size *= 2) {
		double dies = filled * size / bytes;

		if (sim_uniform(s) < -expm1(-(size + 1) / N_BYTES))
			sim_sampled(s, born, dies, size);
		born = dies;
	}
}

static void
harmless_key_set(struct sim *s, double bytes, const struct sizes *of)
{
	double tau = (s->end - s->begin) * sim_about(s, 0.01, 0.125);

	for (int i = 0; i < of->count; i++) {
		double p = -expm1(-(of->size[i] + 1) / N_BYTES);
		double n = bytes / of->count / of->size[i] * p, x;

		for (x = sim_exponential(s, 1); x < n;
			x += sim_exponential(s, 1))
			sim_sampled(s, sim_exponential(s, tau), FOREVER,
				of->size[i]);
	}
}

static void
harmless_make(
	struct sim *s, enum harmless kind, double bytes, const struct sizes *of)
{
	double span = s->end - s->begin, arg[3];

	arg[0] = span / sim_about(s, 2.5, 12);
	arg[1] = sim_uniform(s);
	arg[2] = sim_between(s, 0.3, 0.7);
	switch (kind) {
	case SHORT_CHURN:
		sim_churn(s, bytes, of, span * sim_about(s, 1e-4, 0.01), true,
			NULL, NULL);
		break;
	case LONG_CHURN:
		sim_churn(s, bytes, of, span * sim_about(s, 0.01, 0.15), true,
			NULL, NULL);
		break;
	case OLD_CHURN:
		sim_churn(s, bytes, of, span * sim_about(s, 0.2, 5), false,
			NULL, NULL);
		break;
	case CACHE_LRU:
	case CACHE_RANDOM:
		harmless_cache(s, bytes, of, kind == CACHE_LRU);
		break;
	case KEY_SET:
		harmless_key_set(s, bytes, of);
		break;
	case QUEUE:
		sim_flow(s, bytes / arg[0], of, 0, s->end, dies_with_period,
			arg);
		break;
	case QUEUE_SLOW:
		for (double t = -arg[1] * arg[0]; t < s->end; t += arg[0])
			sim_flow(s, bytes / arg[0] / arg[2], of, fmax(t, 0),
				t + arg[0] * arg[2], dies_as_it_drains, arg);
		break;
	case STEPS:
		harmless_steps(s, bytes, of);
		break;
	case DOUBLING:
		harmless_doubling(s, bytes);
		break;
	case STATIC:
		sim_load(s, bytes, of, 0, fmax(s->begin, span / 1000));
		break;
	case DAILY:
		arg[0] = span / sim_about(s, 1.5, 10);
		sim_churn(s, bytes, of, span * sim_about(s, 1e-4, 0.01), true,
			by_day, arg);
		break;
	case WANDERING:
		arg[0] = span / sim_about(s, 4, 40);
		sim_churn(s, bytes, of, span * sim_about(s, 1e-4, 0.01), true,
			wandering, arg);
		break;
	case HARMLESS:
		break;
	}
}

#endif
