/* SPDX-License-Identifier: Apache-2.0 */
/* The intervals against published limits, and against what they promise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats.h"

static void
is_near(double x, double wanted, double relative)
{
	if (!(fabs(x - wanted) <= relative * fabs(wanted)))
		fail_msg(
			"%.10g is not within %g of %.10g", x, relative, wanted);
}

/* Exact 95 % limits of a Poisson mean, from tables. */
static void
poisson_counts_have_garwood_limits(void **state)
{
	static const struct {
		double count, low, high;
	} table[] = {
		{ 1, 0.025318, 5.571643 },
		{ 2, 0.242209, 7.224688 },
		{ 3, 0.618672, 8.767273 },
		{ 5, 1.623486, 11.668332 },
		{ 10, 4.795389, 18.390356 },
		{ 20, 12.216520, 30.888378 },
		{ 50, 37.110964, 65.918767 },
		{ 100, 81.363991, 121.626794 },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		/* Samples of weight 7: value 7 n, variance 49 n. */
		struct interval v = stats_interval95(
			7 * table[i].count, 49 * table[i].count);

		is_near(v.low, 7 * table[i].low, 2e-5);
		is_near(v.high, 7 * table[i].high, 2e-6);
	}
}

/* The chance of at most x under a gamma of shape 1 is 1 - e^-x. */
static void
fewer_than_one_sample_has_an_interval_too(void **state)
{
	struct interval v = stats_interval95(1, 4); /* n_eff = 1/4 */

	assert_true(v.low >= 0 && v.low < 1e-5);
	assert_true(v.high > 4 && v.high < 40);
	v = stats_interval95(1, 1);
	is_near(1 - exp(-v.low), 0.025, 1e-9);
}

static void
many_samples_have_the_normal_interval(void **state)
{
	static const double counts[] = { 1e4, 1e6, 1e9, 1e12 };

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		double n = counts[i], wide = 1.959964 * sqrt(n);
		struct interval v = stats_interval95(n, n);

		/* What is left over is the skew, of order 1. */
		assert_true(fabs(n - v.low - wide) < 3);
		assert_true(fabs(v.high - n - wide) < 3);
	}
}

/* The approximation takes over at some count: no step may show there. */
static void
interval_grows_without_a_step(void **state)
{
	double before = 0;

	for (double n = 2900; n < 3100; n += 0.5) {
		struct interval v = stats_interval95(n, n);

		assert_true(v.low < n && v.high > n);
		if (before > 0)
			assert_true(fabs(v.high - before - 0.5) < 0.02);
		before = v.high;
	}
}

static void
exact_and_nothing_have_no_width(void **state)
{
	struct interval v = stats_interval95(1234, 0);

	assert_true(v.low == 1234 && v.high == 1234);
	v = stats_interval95(0, 5);
	assert_true(v.low == 0 && v.high == 0);
	v = stats_interval95(1e300, 1e-300);
	assert_true(v.low == 1e300 && v.high == 1e300);
}

static void
few_samples_are_no_more_than_noise(void **state)
{
	for (int n = 1; n <= 12; n++) {
		double value = n * 100.0, var = n * 100.0 * 100.0;

		is_near(stats_effective(value, var), n, 1e-9);
		assert_true(stats_is_noise(value,
				    stats_interval95(value, var)) == (n <= 5));
	}
	assert_true(stats_effective(5, 0) == 0);
	assert_true(stats_effective(0, 5) == 0);
	assert_false(stats_is_noise(5, stats_interval95(5, 0)));
	assert_false(stats_is_noise(0, stats_interval95(0, 0)));
	/* Of differences: zero is in the interval. */
	assert_true(stats_is_noise(-1.9, stats_difference95(-1.9, 1)));
	assert_false(stats_is_noise(-2, stats_difference95(-2, 1)));
}

/* Against sums of binomial terms, and where it is known in closed form. */
static void
beta_is_the_binomials_tail(void **state)
{
	for (int n = 1; n <= 40; n += 3)
		for (int k = 1; k <= n; k++) {
			double sum = 0, term = pow(0.7, n); /* of 0 */

			for (int i = 1; i <= n; i++) {
				term *= (n - i + 1) / (double)i * 0.3 / 0.7;
				sum += i >= k ? term : 0;
			}
			is_near(stats_beta(0.3, k, n - k + 1), sum, 1e-9);
		}
	is_near(stats_beta(0.5, 300, 1), exp2(-300), 1e-9);
	is_near(stats_beta(0.5, 1e5, 1e5), 0.5, 1e-6);
	assert_true(stats_beta(0, 2, 3) == 0);
	assert_true(stats_beta(1, 2, 3) == 1);
}

static void
normal_has_its_points(void **state)
{
	is_near(stats_normal(-1.959963984540054), 0.025, 1e-9);
	is_near(stats_normal(0), 0.5, 1e-12);
	is_near(stats_normal(-8), 6.22096057e-16, 1e-6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(poisson_counts_have_garwood_limits),
		cmocka_unit_test(fewer_than_one_sample_has_an_interval_too),
		cmocka_unit_test(many_samples_have_the_normal_interval),
		cmocka_unit_test(interval_grows_without_a_step),
		cmocka_unit_test(exact_and_nothing_have_no_width),
		cmocka_unit_test(few_samples_are_no_more_than_noise),
		cmocka_unit_test(beta_is_the_binomials_tail),
		cmocka_unit_test(normal_has_its_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
