/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `check` says of an estimate. Above all its operating characteristic, on
 * seeded simulated runs: at the interval that it asks for an unchanged program
 * passes, and one that has grown by twice the tolerance fails.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chance.h"
#include "verdict.h"

#define MIB	  1048576.0
#define DEFAULT_N 524288.0

static uint64_t random_state = 1;

static struct estimate
estimate(double value, double var, double interval)
{
	struct estimate e = { .value = value,
		.var = var,
		.interval = interval,
		.unseen = 1,
		.known = true };

	estimate_set_rate(&e, interval, true);
	return e;
}

static struct estimate
exact(double value)
{
	return estimate(value, 0, 1);
}

/* As many bytes in blocks of each of these sizes; a run sampled at N. */
static struct estimate
sampled(double bytes, double interval)
{
	static const double sizes[] = { 64, 1000, 40000 };
	double value = 0, var = 0;

	for (int i = 0; i < 3; i++) {
		double s = sizes[i], p = -expm1(-(s + 1) / interval);
		double count = bytes / 3 / s;
		double at = floor(log(random_next(&random_state)) / log1p(-p));

		for (; at < count;
			at += 1 + floor(log(random_next(&random_state)) /
					  log1p(-p))) {
			value += s / p;
			var += s / p * (s / p) * (1 - p);
		}
	}
	return estimate(value, var, interval);
}

static void
exact_figures_are_always_decided(void **state)
{
	struct estimate e = exact(100);
	struct change c = { .now = exact(105),
		.base = exact(100),
		.tolerance = 0.05,
		.family = 1 };

	assert_int_equal(verdict_of_limit(&e, 100, 1), VERDICT_HOLDS);
	assert_int_equal(verdict_of_limit(&e, 99, 1000), VERDICT_FAILS);
	e = exact(0);
	assert_int_equal(verdict_of_limit(&e, 0, 1), VERDICT_HOLDS);
	assert_int_equal(verdict_of_change(&c), VERDICT_HOLDS);
	c.now = exact(106);
	assert_int_equal(verdict_of_change(&c), VERDICT_FAILS);
	c.now = c.base = exact(0);
	c.tolerance = 0;
	assert_int_equal(verdict_of_change(&c), VERDICT_HOLDS);
	c.now = exact(1);
	assert_int_equal(verdict_of_change(&c), VERDICT_FAILS);
}

static void
a_limit_within_the_error_is_not_decided(void **state)
{
	/* 100 samples of 1 MiB each: the 95 % interval is 81.4 to 121.6. */
	struct estimate e = estimate(100 * MIB, 100 * MIB * MIB, MIB);

	assert_int_equal(verdict_of_limit(&e, 122 * MIB, 1), VERDICT_HOLDS);
	assert_int_equal(verdict_of_limit(&e, 121 * MIB, 1), VERDICT_UNDECIDED);
	assert_int_equal(verdict_of_limit(&e, 80 * MIB, 1), VERDICT_UNDECIDED);
	assert_int_equal(verdict_of_limit(&e, 70 * MIB, 1), VERDICT_FAILS);
	/* With many limits one of them fails by chance more easily. */
	assert_int_equal(
		verdict_of_limit(&e, 70 * MIB, 1000), VERDICT_UNDECIDED);
	e.known = false;
	assert_int_equal(verdict_of_limit(&e, 1e18, 1), VERDICT_UNDECIDED);
	assert_int_equal(verdict_sample_of_limit(&e, 1e18, 1), 0);
}

/* Nothing seen is not nothing: up to 3.7 N are unseen in 1 of 40 cases. */
static void
what_was_not_seen_may_be_there(void **state)
{
	struct estimate e = estimate(0, 0, DEFAULT_N);
	uint64_t n;

	assert_int_equal(
		verdict_of_limit(&e, 3.6 * DEFAULT_N, 1), VERDICT_UNDECIDED);
	assert_int_equal(
		verdict_of_limit(&e, 3.7 * DEFAULT_N, 1), VERDICT_HOLDS);
	n = verdict_sample_of_limit(&e, MIB, 1);
	assert_int_equal(n, 262144);
	e = estimate(0, 0, (double)n);
	assert_int_equal(verdict_of_limit(&e, MIB, 1), VERDICT_HOLDS);
	/* So small a limit takes every allocation. */
	assert_int_equal(verdict_sample_of_limit(&e, 100, 1), 1);
	/* A block of which the sample is certain says nothing of the small. */
	e = estimate(10 * MIB, 0, DEFAULT_N);
	assert_int_equal(
		verdict_of_limit(&e, 10.5 * MIB, 1), VERDICT_UNDECIDED);
}

/* How many of the runs at that N end so. */
static int
runs_ending(int runs, double truth, double limit, uint64_t n, enum verdict v)
{
	int found = 0;

	for (int i = 0; i < runs; i++) {
		struct estimate e = sampled(truth, (double)n);

		found += verdict_of_limit(&e, limit, 1) == v;
	}
	return found;
}

static void
the_interval_asked_for_decides_a_limit(void **state)
{
	static const double truths[] = { 85, 92, 108, 115 }; /* of 100 MiB */
	const int runs = 400;

	for (int i = 0; i < 4; i++) {
		double bytes = truths[i] * MIB;
		struct estimate e =
			estimate(bytes, bytes * 4 * DEFAULT_N, 4 * DEFAULT_N);
		uint64_t n;
		int found;

		assert_int_equal(
			verdict_of_limit(&e, 100 * MIB, 1), VERDICT_UNDECIDED);
		n = verdict_sample_of_limit(&e, 100 * MIB, 1);
		found = runs_ending(runs, bytes, 100 * MIB, n,
			truths[i] < 100 ? VERDICT_HOLDS : VERDICT_FAILS);
		print_message("%.0f MiB, limit 100: --sample %.0f KiB decides "
			      "%d of %d\n",
			truths[i], (double)n / 1024, found, runs);
		assert_in_range(n, 1024, 262144);
		assert_in_range(found, runs * 99 / 100, runs);
	}
}

static struct change
change(double now, double base, double n, double tolerance, double family)
{
	return (struct change){
		.now = sampled(now, n),
		.base = sampled(base, n),
		.tolerance = tolerance,
		.family = family,
	};
}

/* verdicts[v]: how many of the runs. */
static void
count_verdicts(int verdicts[3], int runs, double now, double base, double n,
	double tolerance)
{
	verdicts[0] = verdicts[1] = verdicts[2] = 0;
	for (int i = 0; i < runs; i++) {
		struct change c = change(now, base, n, tolerance, 1);

		verdicts[verdict_of_change(&c)]++;
	}
}

/* The interval that is asked for after a look at the default one. */
static uint64_t
asked_for(double base)
{
	struct estimate e = estimate(base, base * DEFAULT_N, DEFAULT_N);
	struct change first = {
		.now = e, .base = e, .tolerance = 0.05, .family = 1
	};
	bool both;
	uint64_t n = verdict_sample_of_change(&first, &both);

	assert_int_equal(verdict_of_change(&first), VERDICT_UNDECIDED);
	assert_true(both);
	return n;
}

/* The smallest program for which 16 KiB is asked: the next power of two down
 * would be asked for one that is a little smaller. */
static double
smallest_at_16k(void)
{
	double base = 600 * MIB;

	while (asked_for(base * 0.99) >= 16384)
		base *= 0.99;
	return base;
}

/*
 * The gate: at the interval that it asks for, 1,000 runs unchanged and 1,000
 * that are 10 % worse, of the program that leaves least room.
 */
static void
the_gate_catches_ten_percent(void **state)
{
	double base = smallest_at_16k();
	int same[3], worse[3];

	count_verdicts(same, 1000, base, base, 16384, 0.05);
	count_verdicts(worse, 1000, 1.1 * base, base, 16384, 0.05);
	print_message("%.0f MiB, --sample 16 KiB, of 1,000 runs:\n"
		      "unchanged    %4d hold %4d fail %4d undecided\n"
		      "10 %% worse   %4d hold %4d fail %4d undecided\n",
		base / MIB, same[VERDICT_HOLDS], same[VERDICT_FAILS],
		same[VERDICT_UNDECIDED], worse[VERDICT_HOLDS],
		worse[VERDICT_FAILS], worse[VERDICT_UNDECIDED]);
	assert_in_range(same[VERDICT_FAILS], 0, 5);
	assert_in_range(same[VERDICT_HOLDS], 995, 1000);
	assert_in_range(worse[VERDICT_FAILS], 990, 1000);
	assert_int_equal(worse[VERDICT_HOLDS], 0);
}

/* Without tolerance, and at any N, too. */
static void
unchanged_ones_hardly_fail(void **state)
{
	static const double bytes[] = { 0.5, 1, 2, 4, 8, 32 }; /* in N */

	for (int i = 0; i < 6; i++) {
		double b = bytes[i] * DEFAULT_N;
		int verdicts[3];

		count_verdicts(verdicts, 20000, b, b, DEFAULT_N, 0);
		print_message("%4.1f N, no tolerance: %d of 20,000 fail\n",
			bytes[i], verdicts[VERDICT_FAILS]);
		assert_in_range(verdicts[VERDICT_FAILS], 0, 100);
	}
}

/* Of 200 functions of all sizes, any. */
static void
of_many_functions_none_fails_by_chance(void **state)
{
	int alarms = 0, found = 0;

	for (int run = 0; run < 1000; run++) {
		bool any = false;

		for (int i = 0; i < 200; i++) {
			double bytes = DEFAULT_N * pow(1.03, i - 60);
			struct change c =
				change(bytes, bytes, DEFAULT_N, 0.05, 200);

			any |= verdict_of_change(&c) == VERDICT_FAILS &&
			       verdict_of_growth(&c, DEFAULT_N) ==
				       VERDICT_FAILS;
		}
		alarms += any;
		if (run < 100) {
			struct change c = change(80 * DEFAULT_N, 20 * DEFAULT_N,
				DEFAULT_N, 0.05, 200);

			found += verdict_of_change(&c) == VERDICT_FAILS &&
				 verdict_of_growth(&c, DEFAULT_N) ==
					 VERDICT_FAILS;
		}
	}
	print_message("200 functions, unchanged: %d of 1,000 runs fail; from "
		      "20 N to 80 N: %d of 100 are found\n",
		alarms, found);
	assert_in_range(alarms, 0, 5);
	assert_in_range(found, 85, 100);
}

/* One side exact: the other's interval alone decides. */
static void
one_exact_side_is_a_limit(void **state)
{
	struct change c = { .now = exact(200 * MIB),
		.base = estimate(100 * MIB, 100 * MIB * MIB, MIB),
		.tolerance = 0.05,
		.family = 1 };

	assert_int_equal(verdict_of_change(&c), VERDICT_FAILS);
	c.now = exact(110 * MIB);
	assert_int_equal(verdict_of_change(&c), VERDICT_UNDECIDED);
	c.now = exact(80 * MIB);
	assert_int_equal(verdict_of_change(&c), VERDICT_HOLDS);
	c.now = c.base;
	c.base = exact(50 * MIB);
	assert_int_equal(verdict_of_change(&c), VERDICT_FAILS);
	c.base = exact(150 * MIB);
	assert_int_equal(verdict_of_change(&c), VERDICT_HOLDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_figures_are_always_decided),
		cmocka_unit_test(a_limit_within_the_error_is_not_decided),
		cmocka_unit_test(what_was_not_seen_may_be_there),
		cmocka_unit_test(the_interval_asked_for_decides_a_limit),
		cmocka_unit_test(the_gate_catches_ten_percent),
		cmocka_unit_test(unchanged_ones_hardly_fail),
		cmocka_unit_test(of_many_functions_none_fails_by_chance),
		cmocka_unit_test(one_exact_side_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
