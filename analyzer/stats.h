/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far an estimate may be from the truth. docs/SAMPLING.md derives it.
 */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>

struct interval {
	double low, high;
};

/*
 * The 95 % interval of an estimate with that variance: a gamma (Garwood)
 * interval for n_eff = value^2 / var Poisson counts, scaled by value / n_eff.
 * var 0: the value itself, twice. value 0: [0, 0].
 */
struct interval stats_interval95(double value, double var);

/* The same with so much in each tail: 0.025 is the one above. */
struct interval stats_interval(double value, double var, double tail);

/*
 * The same of a difference of two estimates, whose variances have been added;
 * it may be negative. The normal interval: value +- 1.96 deviations.
 */
struct interval stats_difference95(double value, double var);

/*
 * How many Poisson counts err as much, of their size: value^2 / var. 0 where
 * there is no error, or nothing that errs.
 */
double stats_effective(double value, double var);

/*
 * Is the error, half the width of the interval, as large as the value, so that
 * it is not to be told from zero? Of a difference: zero lies in its interval;
 * of an estimate: fewer than some 5 samples are behind it. Never without error.
 */
bool stats_is_noise(double value, struct interval i);

/*
 * The regularised incomplete beta function I_x(a, b); a, b > 0. The probability
 * of at least k of n at chance x each is I_x(k, n - k + 1), for any k in (0,
 * n].
 */
double stats_beta(double x, double a, double b);

/*
 * The regularised lower incomplete gamma function P(a, x), a > 0: the
 * probability of at least a counts under a Poisson distribution of mean x.
 */
double stats_gamma(double a, double x);

/* The probability of at most z under the normal distribution, and the z of a
 * probability between 0 and 1. */
double stats_normal(double z);
double stats_normal_point(double p);

#endif
