/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the 95 % intervals of single stacks hold the truth in 90 to 99 of 100
 * runs? 500 seeded runs of stacks whose blocks are of one size, of many small,
 * of small and large ones, allocated and of these a third still live; the
 * figures go through select.c as a dump's would. docs/SAMPLING.md, section 3.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "select.h"
#include "stats.h"
#include "tests/unit/by_hand.h"

#define RUNS  500
#define SIZES 18
#define N     524288

static uint64_t random_state = 1;

static double
uniform(void)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

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

static const double expected[] = { 20, 50, 200 }; /* bytes, in N */
#define LEVELS ((int)(sizeof expected / sizeof *expected))
#define STACKS (MIXES * LEVELS)

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

struct truth {
	double v[4]; /* by enum metric */
};

static void
add_sample(struct row *r, uint64_t size, double p, bool live)
{
	double w[2] = { (double)size / p, 1 / p };

	for (int k = 0; k < 2; k++) {
		r->v[ALLOC_SPACE + k].sum += w[k];
		r->v[ALLOC_SPACE + k].var += w[k] * w[k] * (1 - p);
		if (live) {
			r->v[INUSE_SPACE + k].sum += w[k];
			r->v[INUSE_SPACE + k].var += w[k] * w[k] * (1 - p);
		}
	}
	r->samples++;
	r->samples_live += live;
	if (r->size_max == 0 || size < r->size_min)
		r->size_min = size;
	if (size > r->size_max)
		r->size_max = size;
}

/* Every third block lives. Not each block is gone through, only the hits: the
 * number of blocks from one to the next is geometric. */
static void
sample_blocks(struct row *r, struct truth *t, uint64_t size, uint64_t count)
{
	double p = -expm1(-((double)size + 1) / N);
	double at = floor(log(uniform()) / log1p(-p));

	for (; at < (double)count; at += 1 + floor(log(uniform()) / log1p(-p)))
		add_sample(r, size, p, fmod(at, 3) == 0);
	t->v[ALLOC_SPACE] += (double)(size * count);
	t->v[ALLOC_OBJECTS] += (double)count;
	t->v[INUSE_SPACE] += (double)(size * ((count + 2) / 3));
	t->v[INUSE_OBJECTS] += (double)((count + 2) / 3);
}

static void
one_run(struct profile *p, struct truth *truth)
{
	uint32_t process = hand_process(p, 1, PROCESS_ENDED, N);

	for (int i = 0; i < STACKS; i++) {
		const struct mix *m = &mixes[i / LEVELS];
		double bytes = expected[i % LEVELS] * N;
		char name[32];
		struct row *r;

		snprintf(name, sizeof name, "main;site%02d", i);
		r = hand_row(p, process, name);
		truth[i] = (struct truth){ 0 };
		for (int k = 0; k < sizes_of(m); k++)
			sample_blocks(r, &truth[i], size_of(m, k),
				count_of(m, k, bytes));
	}
}

static int held[STACKS][4];

static void
look(struct profile *p, enum metric m, const struct truth *truth)
{
	struct selection selection = { .metric = (int)m,
		.show_wrappers = true };
	struct shown s;

	assert_int_equal(select_stacks(&s, p, &selection), 0);
	for (uint32_t k = 0; k < s.stack_count; k++) {
		const struct shown_stack *it = &s.stacks[k];
		const char *name =
			shown_name(&s, s.frames[it->first + it->depth - 1]);
		int i = atoi(name + strlen("site"));
		struct interval v =
			stats_interval95((double)it->value, it->var);

		assert_in_range(i, 0, STACKS - 1);
		held[i][m] += v.low <= truth[i].v[m] && truth[i].v[m] <= v.high;
	}
	shown_release(&s);
}

/*
 * 90 to 99 %: of bytes always, of objects where 50 samples or more are expected
 * of all allocated; with less, sizes that are spread widely can't all be seen.
 */
static bool
is_honest(int i, enum metric m)
{
	double share = 100.0 * held[i][m] / RUNS;
	bool few = i % LEVELS == 0 && !metric_is_space(m);
	bool good = share >= (few ? 85 : 90) && share <= (few ? 99.8 : 99);

	print_message("%-18s %4.0f N %-13s %5.1f %%%s\n",
		mixes[i / LEVELS].name, expected[i % LEVELS], metric_names[m],
		share, good ? "" : "  <-- wrong");
	return good;
}

static void
each_stacks_interval_is_honest(void **state)
{
	static const enum metric metrics[] = { INUSE_SPACE, INUSE_OBJECTS,
		ALLOC_SPACE, ALLOC_OBJECTS };
	static struct truth truth[STACKS];
	int wrong = 0;

	for (int run = 0; run < RUNS; run++) {
		struct profile p;

		profile_init(&p);
		one_run(&p, truth);
		for (int m = 0; m < 4; m++)
			look(&p, metrics[m], truth);
		profile_release(&p);
	}
	for (int i = 0; i < STACKS; i++)
		for (int m = 0; m < 4; m++)
			wrong += !is_honest(i, (enum metric)m);
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_stacks_interval_is_honest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
