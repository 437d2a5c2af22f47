/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far an estimate may be from the truth. docs/SAMPLING.md derives it.
 */
#ifndef STATS_H
#define STATS_H

struct interval {
	double low, high;
};

/*
 * The 95 % interval of an estimate with that variance: a gamma (Garwood)
 * interval for n_eff = value^2 / var Poisson counts, scaled by value / n_eff.
 * var 0: the value itself, twice. value 0: [0, 0].
 */
struct interval stats_interval95(double value, double var);

/*
 * The same of a difference of two estimates, whose variances have been added;
 * it may be negative. The normal interval: value +- 1.96 deviations.
 */
struct interval stats_difference95(double value, double var);

/*
 * The regularised incomplete beta function I_x(a, b); a, b > 0. The probability
 * of at least k of n at chance x each is I_x(k, n - k + 1), for any k in (0,
 * n].
 */
double stats_beta(double x, double a, double b);

/* The probability of at most z under the normal distribution. */
double stats_normal(double z);

#endif
