/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growth against simulated truth: what leaks is found, what doesn't is not,
 * and the rest is called what it is. tests/bench/growth_power.c has the whole
 * tables.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "growth_shapes.h"

#define STACKS 300
#define DUMPS  40
#define HOUR   3600.0

static void
start(struct sim *s, uint64_t seed, double seconds)
{
	*s = (struct sim){ .random = seed * 7919 };
	sim_start(s, DUMPS, seconds / DUMPS, seconds, 0.1);
}

/* A program's stacks that do not leak. */
static void
make_harmless(struct trend *list, int count, uint64_t seed)
{
	for (int i = 0; i < count; i++) {
		struct sim s;

		start(&s, seed * 1000 + (uint64_t)i, HOUR);
		harmless_make(&s, (enum harmless)(i % HARMLESS),
			N_BYTES * sim_about(&s, 2, 80),
			sim_uniform(&s) < 0.5 ? &small_sizes : &mixed_sizes);
		list[i] = sim_judge(&s, true);
	}
}

/* At most one stack in 200 runs of 300. */
static void
what_does_not_leak_is_let_be(void **state)
{
	struct trend list[STACKS];
	int alarms = 0;

	for (uint64_t run = 1; run <= 200; run++) {
		make_harmless(list, STACKS, run);
		trend_decide(list, STACKS, TREND_ALPHA);
		for (int i = 0; i < STACKS; i++)
			alarms += list[i].class == TREND_LINEAR;
	}
	if (alarms > 1)
		fail_msg("%d alarms in 200 runs without a leak", alarms);
}

/* Is the leak seen as one of the stacks of such a program? */
static bool
found_among(const struct trend *others, struct trend leak)
{
	struct trend list[STACKS];

	memcpy(list, others, (STACKS - 1) * sizeof *list);
	list[STACKS - 1] = leak;
	trend_decide(list, STACKS, TREND_ALPHA);
	return list[STACKS - 1].class == TREND_LINEAR;
}

enum base { NOTHING, STANDING, CHURNING, BASES };

/* 20 N of growth while it is looked at. */
static struct trend
leak_on(enum base base, double rate, uint64_t seed, bool with_blocks)
{
	double seconds = 20 * N_BYTES / rate / (1 - 1.0 / DUMPS);
	struct sim s;

	start(&s, seed, seconds);
	sim_flow(&s, rate, &mixed_sizes, 0, s.end, never_dies, NULL);
	if (base == STANDING)
		sim_load(&s, 200 << 20, &mixed_sizes, 0, s.begin);
	if (base == CHURNING)
		sim_churn(&s, 200 << 20, &mixed_sizes, seconds / 200, true,
			NULL, NULL);
	return sim_judge(&s, with_blocks);
}

static void
leaks_of_20_intervals_are_found(void **state)
{
	static const double rates[] = { 1 << 10, 32 << 10, 1 << 20 };
	struct trend others[STACKS];

	make_harmless(others, STACKS - 1, 4711);
	for (int base = 0; base < BASES; base++) {
		int found = 0;

		for (uint64_t i = 0; i < 300; i++)
			found += found_among(others,
				leak_on((enum base)base, rates[i % 3],
					900 * (uint64_t)base + i, true));
		if (found < 285)
			fail_msg("base %d: %d of 300 found", base, found);
	}
}

/* Without live samples, where what is allocated stays. */
static void
leaks_are_found_without_live_samples(void **state)
{
	int found[BASES] = { 0 };

	for (int base = 0; base < BASES; base++)
		for (uint64_t i = 0; i < 100; i++) {
			struct trend t = leak_on(
				(enum base)base, 1 << 14, 5000 + i, false);

			found[base] += t.class == TREND_LINEAR && t.p < 5e-4;
		}
	assert_true(found[NOTHING] >= 90);
	assert_true(found[STANDING] >= 90);
	/* Hidden by what comes and goes, not claimed by chance. */
	assert_true(found[CHURNING] <= 1);
}

/* Block by block with a countdown in bytes, as the shim does it. */
static void
the_real_sampler_finds_it_too(void **state)
{
	int found = 0;

	for (uint64_t run = 1; run <= 100; run++) {
		double left, t = 0;
		struct trend_block b;
		struct sim s;

		start(&s, 31 * run, HOUR);
		left = sim_exponential(&s, N_BYTES);
		while (t < s.end) {
			double size = floor(sim_about(&s, 16, 65536));
			double p = -expm1(-(size + 1) / N_BYTES);

			t += size * (s.end - s.begin) / (20 * N_BYTES);
			if ((left -= size + 1) >= 0)
				continue;
			left = sim_exponential(&s, N_BYTES);
			b = (struct trend_block){ .birth_ns = SECONDS(t),
				.first = sim_dump_from(&s, t),
				.last = s.count - 1,
				.bytes = size / p,
				.var = size * size * (1 - p) / p / p };
			if (b.first < s.count)
				sim_keep(&s, b);
		}
		found += sim_judge(&s, true).class == TREND_LINEAR;
	}
	assert_true(found >= 97);
}

static int
times(enum harmless kind, enum trend_class class)
{
	struct trend list[50];
	int n = 0;

	for (uint64_t i = 0; i < 50; i++) {
		struct sim s;

		start(&s, i + 1, HOUR);
		harmless_make(&s, kind, 300 * N_BYTES, &mixed_sizes);
		list[i] = sim_judge(&s, true);
	}
	trend_decide(list, 50, TREND_ALPHA);
	for (int i = 0; i < 50; i++)
		n += list[i].class == class;
	return n;
}

static void
the_rest_is_called_what_it_is(void **state)
{
	int steps = times(STEPS, TREND_STEP);

	assert_true(times(STATIC, TREND_STEADY) == 50);
	assert_true(times(SHORT_CHURN, TREND_STEADY) >= 45);
	assert_true(times(OLD_CHURN, TREND_STEADY) >= 45);
	/* Some are full at once. */
	assert_true(times(CACHE_LRU, TREND_PLATEAU) >= 30);
	assert_true(times(CACHE_RANDOM, TREND_PLATEAU) >= 30);
	assert_true(times(CACHE_LRU, TREND_PLATEAU) +
			    times(CACHE_LRU, TREND_STEP) >=
		    45);
	assert_true(times(QUEUE, TREND_SAWTOOTH) >= 45);
	assert_true(times(QUEUE_SLOW, TREND_SAWTOOTH) >= 45);
	assert_true(times(DAILY, TREND_SAWTOOTH) >= 45);
	assert_true(steps >= 15);
	assert_true(steps + times(STEPS, TREND_PLATEAU) >= 40);
}

/* What begins in the last quarter may be a leak, a queue or a load. */
static void
a_late_start_is_no_verdict(void **state)
{
	struct trend t;
	struct sim s;

	start(&s, 3, HOUR);
	sim_load(&s, 100 * N_BYTES, &small_sizes, 0.7 * HOUR, HOUR);
	t = sim_judge(&s, true);
	trend_decide(&t, 1, TREND_ALPHA);
	assert_int_equal(t.class, TREND_LATE);
}

static struct trend
find(const struct trend_point *points, uint32_t count,
	const struct trend_block *blocks, uint32_t block_count,
	uint64_t warm_up_ns)
{
	struct trend_input in = { points, count, blocks, block_count,
		warm_up_ns };
	struct trend t;

	trend_find(&t, &in);
	return t;
}

/* All that it held goes each time, and twice as much comes: no chance, and no
 * straight line. */
static void
a_buffer_that_doubles_grows_unevenly(void **state)
{
	struct trend_point points[40];
	struct trend_block blocks[7];
	struct trend t;

	for (uint32_t i = 0; i < 40; i++)
		points[i] = (struct trend_point){ .ns = SECONDS(i) };
	for (uint32_t i = 0; i < 7; i++)
		blocks[i] = (struct trend_block){
			.birth_ns = SECONDS(6 * i),
			.first = 6 * i,
			.last = i == 6 ? 39 : 6 * i + 5,
			.bytes = N_BYTES * (1 << i),
			.var = N_BYTES,
		};
	t = find(points, 40, blocks, 7, 0);
	trend_decide(&t, 1, TREND_ALPHA);
	assert_int_equal(t.class, TREND_UNEVEN);
}

static void
a_start_up_load_is_left_out(void **state)
{
	int found = 0;

	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct trend t;
		struct sim s;

		start(&s, seed, HOUR);
		sim_load(&s, 400 * N_BYTES, &mixed_sizes, 0, 0.1 * HOUR);
		sim_load(&s, 40 * N_BYTES, &mixed_sizes, 0, HOUR);
		t = sim_judge(&s, true);
		if (t.class != TREND_LINEAR)
			continue;
		found++;
		assert_true(t.from_ns >= SECONDS(0.1 * HOUR));
		assert_true(t.growth < 60 * N_BYTES);
	}
	assert_true(found >= 47);
}

static void
the_warm_up_may_be_given(void **state)
{
	struct trend t;
	struct sim s;

	start(&s, 8, HOUR);
	sim_load(&s, 400 * N_BYTES, &small_sizes, 0, 0.3 * HOUR);
	sim_load(&s, 60 * N_BYTES, &small_sizes, 0, HOUR);
	sim_finish(&s);
	t = find(s.points, s.count, s.blocks, s.block_count,
		SECONDS(0.35 * HOUR));
	assert_int_equal(t.class, TREND_LINEAR);
	assert_true(t.from_ns >= SECONDS(0.35 * HOUR));
	t = find(s.points, s.count, s.blocks, s.block_count,
		SECONDS(0.99 * HOUR));
	assert_int_equal(t.class, TREND_FEW);
	sim_release(&s);
}

/* The slope's interval holds the rate as often as it says. */
static void
slopes_are_within_their_intervals(void **state)
{
	int held = 0, runs = 400;

	for (int run = 0; run < runs; run++) {
		double rate = 40 * N_BYTES / HOUR;
		struct trend t;
		struct sim s;

		start(&s, 77 + (uint64_t)run, HOUR);
		sim_flow(&s, rate, &small_sizes, 0, HOUR, never_dies, NULL);
		t = sim_judge(&s, true);
		held += t.slope95.low <= rate && rate <= t.slope95.high;
		assert_true(t.slope95.low <= t.slope);
		assert_true(t.slope <= t.slope95.high);
		assert_true(t.growth95.low <= t.growth);
		assert_true(t.growth <= t.growth95.high);
	}
	assert_in_range(held, runs * 0.92, runs * 0.99);
}

/* 41 points in steps of a minute, of a leak of a MiB each, all kept. */
static void
make_points(struct trend_point *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		double bytes = (100 + i) * 1048576.0;

		p[i] = (struct trend_point){ .ns = (i + 1) * 60000000000ULL,
			.live = bytes,
			.live_var = bytes * N_BYTES,
			.allocated = bytes,
			.allocated_var = bytes * N_BYTES };
	}
}

static void
damage_and_resets_are_survived(void **state)
{
	struct trend_point p[41];
	struct trend t;

	make_points(p, 41);
	t = find(p, 41, NULL, 0, 0);
	assert_int_equal(t.class, TREND_LINEAR);
	assert_true(fabs(t.slope - 1048576 / 60.0) < 1);
	/* A dump that was cut off before this stack. */
	p[20] = (struct trend_point){ .ns = p[20].ns };
	t = find(p, 41, NULL, 0, 0);
	assert_int_equal(t.class, TREND_LINEAR);
	assert_true(fabs(t.growth - 40 * 1048576.0) < 1);
	/* One that is off for no reason. */
	make_points(p, 41);
	p[30].live *= 3;
	assert_int_equal(find(p, 41, NULL, 0, 0).class, TREND_LINEAR);
	/* Points that go back in time are not used. */
	make_points(p, 41);
	p[11].ns = p[10].ns;
	p[12].ns = 0;
	assert_int_equal(find(p, 41, NULL, 0, 0).class, TREND_LINEAR);
	/* From point 15 on it is another life, which begins at nothing. */
	make_points(p, 41);
	for (int i = 15; i < 41; i++)
		p[i].allocated = p[i].live -= 114 * 1048576.0;
	t = find(p, 41, NULL, 0, 0);
	assert_int_equal(t.class, TREND_LINEAR);
	assert_true(t.from_ns == p[15].ns);
}

static void
few_points_say_so(void **state)
{
	struct trend_point p[4];

	make_points(p, 4);
	assert_int_equal(find(p, 0, NULL, 0, 0).class, TREND_FEW);
	assert_int_equal(find(p, 3, NULL, 0, 0).class, TREND_FEW);
	assert_int_not_equal(find(p, 4, NULL, 0, 0).class, TREND_FEW);
}

/* A block that one dump did not list was there all the same. */
static void
a_block_lives_from_first_to_last(void **state)
{
	struct trend_point p[10] = { 0 };
	struct trend_block b[30];
	struct trend t;

	for (uint32_t i = 0; i < 10; i++)
		p[i].ns = (i + 1) * 60000000000ULL;
	for (uint32_t i = 0; i < 30; i++)
		b[i] = (struct trend_block){ .birth_ns = i * 20000000000ULL,
			.first = i / 3,
			.last = 9,
			.bytes = N_BYTES,
			.var = N_BYTES * N_BYTES };
	t = find(p, 10, b, 30, 0);
	assert_int_equal(t.class, TREND_LINEAR);
	assert_true(fabs(t.samples - 27) < 1e-6);
	assert_true(fabs(t.p / exp2(-27) - 1) < 1e-6);
	assert_true(fabs(t.slope - 27 * N_BYTES / 540) < 1e-6);
	assert_true(t.live == 30 * N_BYTES);
	/* Exact ones have no error of sampling. */
	for (uint32_t i = 0; i < 30; i++)
		b[i].var = 0;
	t = find(p, 10, b, 30, 0);
	assert_true(t.growth95.low == t.growth);
	assert_true(t.growth95.high == t.growth);
	/* Indices that no point has do no harm. */
	b[3].first = b[4].last = UINT32_MAX;
	b[5].first = 9;
	b[5].last = 2;
	t = find(p, 10, b, 30, 0);
	assert_true(t.live <= 30 * N_BYTES);
}

static void
many_stacks_make_it_harder(void **state)
{
	struct trend list[1000];

	for (int i = 0; i < 1000; i++)
		list[i] = (struct trend){ .class = TREND_LINEAR,
			.otherwise = TREND_STEADY,
			.p = 1e-3,
			.p_least = 1e-4 };
	trend_decide(list, 1, TREND_ALPHA);
	assert_int_equal(list[0].class, TREND_LINEAR);
	assert_true(fabs(trend_decide(list, 1000, TREND_ALPHA) - 0.05 / 501) <
		    1e-12);
	assert_int_equal(list[0].class, TREND_STEADY);
	/* Those that could never be found don't count. */
	for (int i = 0; i < 1000; i++)
		list[i] = (struct trend){ .class = TREND_LINEAR,
			.otherwise = TREND_STEADY,
			.p = i < 10 ? 1e-3 : 0.5,
			.p_least = i < 10 ? 1e-9 : 0.3 };
	assert_true(
		fabs(trend_decide(list, 1000, TREND_ALPHA) - 0.005) < 1e-12);
	assert_int_equal(list[9].class, TREND_LINEAR);
	assert_int_equal(list[10].class, TREND_STEADY);
	/* What is no leak is shown only where it is more than sampling. */
	list[0] = (struct trend){ .class = TREND_STEP, .otherwise_p = 1e-9 };
	list[1] = (struct trend){ .class = TREND_STEP, .otherwise_p = 0.04 };
	trend_decide(list, 2, TREND_ALPHA);
	assert_int_equal(list[0].class, TREND_STEP);
	assert_int_equal(list[1].class, TREND_STEADY);
	assert_true(trend_decide(list, 0, TREND_ALPHA) > 0);
}

static void
it_says_when_a_limit_is_reached(void **state)
{
	struct trend t = { .slope = 10, .slope95 = { 5, 20 } };
	struct trend_forecast f = trend_forecast(&t, 1000);
	char text[TREND_TIME_SIZE];

	assert_true(f.seconds == 100 && f.low == 50 && f.high == 200);
	t.slope95.low = -1;
	assert_true(isinf(trend_forecast(&t, 1000).high));
	assert_true(trend_forecast(&t, -1).high == 0);
	t = (struct trend){ 0 };
	assert_true(isinf(trend_forecast(&t, 1000).seconds));
	assert_string_equal(trend_time(text, 12000), "3 h 20 min");
	assert_string_equal(trend_time(text, 7199), "2 h 0 min");
	assert_string_equal(trend_time(text, 90), "90 s");
	assert_string_equal(trend_time(text, 600), "10 min");
	assert_string_equal(trend_time(text, 86400 * 9), "9 days");
	assert_string_equal(trend_time(text, INFINITY), "never");
	assert_string_equal(trend_time(text, NAN), "never");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_leak_is_let_be),
		cmocka_unit_test(leaks_of_20_intervals_are_found),
		cmocka_unit_test(leaks_are_found_without_live_samples),
		cmocka_unit_test(the_real_sampler_finds_it_too),
		cmocka_unit_test(the_rest_is_called_what_it_is),
		cmocka_unit_test(a_late_start_is_no_verdict),
		cmocka_unit_test(a_buffer_that_doubles_grows_unevenly),
		cmocka_unit_test(a_start_up_load_is_left_out),
		cmocka_unit_test(the_warm_up_may_be_given),
		cmocka_unit_test(slopes_are_within_their_intervals),
		cmocka_unit_test(damage_and_resets_are_survived),
		cmocka_unit_test(few_points_say_so),
		cmocka_unit_test(a_block_lives_from_first_to_last),
		cmocka_unit_test(many_stacks_make_it_harder),
		cmocka_unit_test(it_says_when_a_limit_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
