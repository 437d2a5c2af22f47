/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stats_change.h"

/* n samples of that weight. */
static struct stats_side
side(double n, double weight)
{
	return (struct stats_side){ n * weight, n * weight * weight, false };
}

static struct interval
interval(struct stats_side came, struct stats_side went)
{
	return stats_change95(came.value - went.value, came, went);
}

static void
six_to_none_is_more_than_chance(void **state)
{
	struct interval i = interval(side(5, 512), side(0, 512));

	assert_true(i.low < 0 && i.high > 5 * 512);
	i = interval(side(6, 512), side(0, 512));
	assert_true(i.low > 0);
	i = interval(side(0, 512), side(6, 512));
	assert_true(i.high < 0 && i.low > -14 * 512);
	/* 2 * 2^-6; five are as likely as 1 in 16. */
	assert_true(
		fabs(stats_change_p(side(6, 8), side(0, 8)) - 1.0 / 32) < 1e-9);
	assert_true(
		fabs(stats_change_p(side(0, 8), side(5, 8)) - 1.0 / 16) < 1e-9);
	/* At least 8 of 10, twice: 2 * 56 / 1024. */
	assert_true(fabs(stats_change_p(side(8, 3), side(2, 3)) -
			    112.0 / 1024) < 1e-9);
	assert_true(stats_change_p(side(7, 3), side(7, 3)) == 1);
}

/* Where all of the other side is known a single sample decides. */
static void
what_only_rises_has_risen(void **state)
{
	struct stats_side none = { .all_seen = true };
	struct interval i = interval(side(1, 512), none);

	assert_true(i.low > 0 && i.low < 16 && i.high > 5 * 512);
	assert_true(stats_change_p(side(1, 512), none) == 0);
	/* Not from something: 3 seen of 2.9 expected. */
	none = (struct stats_side){ 2.9 * 512, 0, true };
	assert_true(stats_change_p(side(3, 512), none) > 0.9);
	assert_true(stats_change_p(side(30, 512), none) < 1e-12);
	assert_true(stats_change_p(none, side(30, 512)) < 1e-12);
}

static void
sides_without_error_have_none(void **state)
{
	struct stats_side a = { 100, 0, false }, b = { 90, 0, false };
	struct stats_side none = { 0, 0, false };
	struct interval i = interval(a, b);

	assert_true(i.low == 10 && i.high == 10);
	assert_true(stats_change_p(a, b) == 0);
	assert_true(stats_change_p(a, a) == 1);
	i = interval(none, none);
	assert_true(i.low == 0 && i.high == 0);
	assert_true(stats_change_p(none, none) == 1);
	i = interval(none, b);
	assert_true(i.low == -90 && i.high == -90);
}

/* Large counts are normal: 1.96 deviations of both. */
static void
many_samples_are_as_the_normal_has_it(void **state)
{
	struct stats_side a = side(40000, 512), b = side(30000, 1024);
	struct interval i = interval(a, b);
	double half = 1.959964 * sqrt(a.var + b.var);

	assert_true(fabs(i.high - (a.value - b.value) - half) < 0.01 * half);
	assert_true(fabs((a.value - b.value) - i.low - half) < 0.01 * half);
	/* Where it takes over it says what the binomial does. */
	for (double n = 9999; n < 10002; n++) {
		double p = stats_change_p(side(n, 7), side(n - 280, 7));

		assert_true(p > 0.045 && p < 0.0499);
	}
	assert_true(stats_change_p(side(2e10, 7), side(2e10, 7)) == 1);
}

/*
 * Samples of several sizes weigh differently on both sides: of 64 at 1 and 8 at
 * 8 nothing can be concluded, of 64 and none at 8 a lot.
 */
static void
weights_need_not_be_equal(void **state)
{
	assert_true(stats_change_p(side(64, 1), side(8, 8)) > 0.5);
	assert_true(stats_change_p(side(64, 1), side(1, 8)) < 0.05);
	assert_true(stats_change_p(side(8, 1), side(3, 8)) > 0.05);
	/* The same but for the sign. */
	assert_true(fabs(stats_change_p(side(9, 2), side(3, 5)) -
			    stats_change_p(side(3, 5), side(9, 2))) < 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_to_none_is_more_than_chance),
		cmocka_unit_test(what_only_rises_has_risen),
		cmocka_unit_test(sides_without_error_have_none),
		cmocka_unit_test(many_samples_are_as_the_normal_has_it),
		cmocka_unit_test(weights_need_not_be_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
