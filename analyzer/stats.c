/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An estimate that n_eff samples stand behind errs like a Poisson count of
 * n_eff. Its exact 95 % interval runs from the 2.5 % point of a gamma
 * distribution of shape n_eff to the 97.5 % point of one of shape n_eff + 1.
 * Those points are found by the Wilson-Hilferty approximation, and below the
 * shape where that is good to six digits improved by Newton steps on the
 * regularised incomplete gamma function.
 */
#include "stats.h"

#include <math.h>

#define Z975	  1.959963984540054 /* 97.5 % point of the normal */
#define ENOUGH	  3000.0 /* shape above which the approximation stands alone */
#define TERMS_MAX 5000
#define STEPS_MAX 100
#define PRECISION 1e-13
#define SMALLEST  1e-300 /* stands for 0 where a division would follow */

/* Sum of the power series of P(a, x); for x < a + 1. */
static double
lower_series(double a, double x)
{
	double term = 1 / a, sum = term;

	for (int i = 1; i < TERMS_MAX; i++) {
		term *= x / (a + i);
		sum += term;
		if (term < sum * PRECISION)
			break;
	}
	return sum * exp(a * log(x) - x - lgamma(a));
}

/* Continued fraction of 1 - P(a, x), by Lentz's method; for x >= a + 1. */
static double
upper_fraction(double a, double x)
{
	double b = x + 1 - a, c = 1 / SMALLEST, d = 1 / b, h = d;

	for (int i = 1; i < TERMS_MAX; i++) {
		double an = -i * (i - a), change;

		b += 2;
		d = an * d + b;
		d = 1 / (fabs(d) < SMALLEST ? SMALLEST : d);
		c = b + an / c;
		c = fabs(c) < SMALLEST ? SMALLEST : c;
		change = d * c;
		h *= change;
		if (fabs(change - 1) < PRECISION)
			break;
	}
	return h * exp(a * log(x) - x - lgamma(a));
}

/* The probability of at most x under a gamma distribution of shape a. */
static double
gamma_below(double a, double x)
{
	if (x <= 0)
		return 0;
	return x < a + 1 ? lower_series(a, x) : 1 - upper_fraction(a, x);
}

double
stats_gamma(double a, double x)
{
	return gamma_below(a, x);
}

/* A first value: z is the normal's point of probability p. */
static double
first_guess(double a, double p, double z)
{
	double v = 1 / (9 * a), root = 1 - v + z * sqrt(v);

	if (root > 0.2 || a > 1)
		return a * root * root * root;
	/* Near 0 P(a, x) is x^a / gamma(a + 1). */
	return exp((log(p) + lgamma(a + 1)) / a);
}

/* The x below which a gamma variable of shape a lies with probability p. */
static double
gamma_point(double a, double p, double z)
{
	double low = 0, high = INFINITY;
	double x = first_guess(a, p, z);

	if (a > ENOUGH)
		return x;
	for (int i = 0; i < STEPS_MAX; i++) {
		double excess = gamma_below(a, x) - p, next;

		if (excess > 0)
			high = x;
		else
			low = x;
		next = x - excess / exp((a - 1) * log(x) - x - lgamma(a));
		/* A step out of what is known to hold it is halved instead. */
		if (!(next > low && next < high))
			next = isinf(high) ? 2 * x : (low + high) / 2;
		if (fabs(next - x) <= x * PRECISION)
			return next;
		x = next;
	}
	return x;
}

/* z: the normal's point of probability 1 - tail. */
static struct interval
gamma_interval(double value, double var, double tail, double z)
{
	double n, unit;

	if (!(value > 0) || !(var > 0))
		return (struct interval){ value, value };
	n = value / var * value;
	/* So many that the interval is narrower than a double can say. */
	if (!isfinite(n))
		return (struct interval){ value, value };
	unit = value / n;
	return (struct interval){
		.low = unit * gamma_point(n, tail, -z),
		.high = unit * gamma_point(n + 1, 1 - tail, z),
	};
}

struct interval
stats_interval95(double value, double var)
{
	return gamma_interval(value, var, 0.025, Z975);
}

struct interval
stats_interval(double value, double var, double tail)
{
	return gamma_interval(value, var, tail, -stats_normal_point(tail));
}

struct interval
stats_difference95(double value, double var)
{
	double half = var > 0 ? Z975 * sqrt(var) : 0;

	if (!isfinite(half))
		half = 0;
	return (struct interval){ .low = value - half, .high = value + half };
}

double
stats_effective(double value, double var)
{
	double n = var > 0 ? value / var * value : 0;

	return isfinite(n) ? n : 0;
}

bool
stats_is_noise(double value, struct interval i)
{
	double half = (i.high - i.low) / 2;

	return half > 0 && half >= fabs(value);
}

/* The continued fraction of I_x(a, b), by Lentz's method; x below its mean. */
static double
beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < SMALLEST ? SMALLEST : d);
	h = d;
	for (int i = 1; i < TERMS_MAX; i++) {
		double even = i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i));
		double odd = -(a + i) * (a + b + i) * x /
			     ((a + 2 * i) * (a + 2 * i + 1));
		double change;

		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < SMALLEST ? SMALLEST : d);
		c = fabs(c) < SMALLEST ? SMALLEST : c;
		h *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < SMALLEST ? SMALLEST : d);
		c = fabs(c) < SMALLEST ? SMALLEST : c;
		change = d * c;
		h *= change;
		if (fabs(change - 1) < PRECISION)
			break;
	}
	return h;
}

double
stats_beta(double x, double a, double b)
{
	double front;

	if (x <= 0 || x >= 1)
		return x >= 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) +
		    b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(1 - x, b, a) / b;
}

double
stats_normal(double z)
{
	return erfc(-z / sqrt(2)) / 2;
}

/* Halved until two doubles are next to each other; the tails are what it is
 * good for, so it is the lower one that is looked for. */
double
stats_normal_point(double p)
{
	double low = -40, high = 0;

	if (p > 0.5)
		return -stats_normal_point(1 - p);
	for (int i = 0; i < 64; i++) {
		double middle = (low + high) / 2;

		if (stats_normal(middle) < p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}
