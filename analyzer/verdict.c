/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A figure of n effective samples errs like a Poisson count of n. Against a
 * limit that is Garwood's interval; of two such counts the one is, given their
 * sum, a binomial, whatever the level they share. Both are exact for few
 * samples, where the normal approximation fails an unchanged function far too
 * often, and are the normal for many.
 */
#include "verdict.h"

#include <math.h>

/* Counts above which the binomial is the normal to all digits that matter, and
 * the continued fraction behind it takes too many terms. */
#define MANY 1e5
/* Below it nearly all bytes are sampled, at the costs of all. */
#define SAMPLE_MIN 256
#define SAMPLE_MAX (UINT64_C(1) << 30)
#define Z975	   1.959963984540054

const char *const verdict_names[] = {
	[VERDICT_HOLDS] = "holds",
	[VERDICT_FAILS] = "fails",
	[VERDICT_UNDECIDED] = "undecided",
};

static bool
is_exact(const struct estimate *e)
{
	return e->known && e->interval == 1;
}

/* What is there with probability `tail`, and no sample of it. */
static double
unseen(const struct estimate *e, double tail)
{
	return is_exact(e) ? 0 : -log(tail) * e->unseen * e->interval;
}

void
estimate_set_rate(struct estimate *e, double interval_min, bool bytes)
{
	double most = e->unseen * e->value;

	e->rate = 0;
	if (!(e->var > 0) || !(interval_min > 0))
		return;
	e->rate = e->var / interval_min;
	/* No sample stands for more bytes than N. */
	if (bytes && e->rate > most)
		e->rate = most;
}

static double
upper_end(const struct estimate *e, double tail)
{
	double high = stats_interval(e->value, e->var, tail).high;

	return fmax(high, e->value + unseen(e, tail));
}

static double
lower_end(const struct estimate *e, double tail)
{
	return stats_interval(e->value, e->var, tail).low;
}

struct interval
estimate_interval(const struct estimate *e)
{
	if (!e->known)
		return (struct interval){ NAN, NAN };
	return (struct interval){ lower_end(e, 0.025), upper_end(e, 0.025) };
}

/* The limit is not known itself: it lies between the two. */
static enum verdict
decide(const struct estimate *e, double least, double most, double alarm)
{
	if (lower_end(e, alarm) > most)
		return VERDICT_FAILS;
	return upper_end(e, VERDICT_FALSE_PASS) <= least ? VERDICT_HOLDS
							 : VERDICT_UNDECIDED;
}

enum verdict
verdict_of_limit(const struct estimate *e, double limit, double family)
{
	if (!e->known)
		return VERDICT_UNDECIDED;
	return decide(e, limit, limit, VERDICT_FALSE_ALARM / family);
}

/*
 * A side as a count: what one sample of it stands for, and how many there are.
 * Where nothing was seen one would have stood for N.
 */
static double
unit_of(const struct estimate *e)
{
	return e->value > 0 && e->var > 0 ? e->var / e->value
					  : e->unseen * e->interval;
}

/* The probability of at least what `now` has, if it is `factor` times the
 * base; and with `more` of more than that. */
static double
tail_of(const struct change *c, double factor, bool more)
{
	double x = c->now.value / unit_of(&c->now);
	double y = c->base.value / unit_of(&c->base);
	double a = factor / unit_of(&c->now), b = 1 / unit_of(&c->base);

	if (x + y > MANY)
		return stats_normal(
			(factor * c->base.value - c->now.value) /
			sqrt(c->now.var + factor * factor * c->base.var));
	return more ? stats_beta(a / (a + b), x + 1, fmax(y, 1e-9))
		    : stats_beta(a / (a + b), fmax(x, 1e-9), y + 1);
}

static bool
has_error(const struct estimate *e)
{
	return !is_exact(e) && (e->var > 0 || e->value == 0);
}

enum verdict
verdict_of_change(const struct change *c)
{
	double factor = 1 + c->tolerance, alarm;

	if (!c->now.known || !c->base.known)
		return VERDICT_UNDECIDED;
	alarm = VERDICT_FALSE_ALARM / c->family;
	if (!has_error(&c->base))
		return decide(&c->now, factor * c->base.value,
			factor * (c->base.value + unseen(&c->base, alarm)),
			alarm);
	if (!has_error(&c->now)) {
		double bound = c->now.value / factor;

		if (upper_end(&c->base, alarm) < bound)
			return VERDICT_FAILS;
		return lower_end(&c->base, VERDICT_FALSE_PASS) >= bound
			       ? VERDICT_HOLDS
			       : VERDICT_UNDECIDED;
	}
	if (tail_of(c, factor, false) <= alarm)
		return VERDICT_FAILS;
	return 1 - tail_of(c, factor, true) <= VERDICT_FALSE_PASS
		       ? VERDICT_HOLDS
		       : VERDICT_UNDECIDED;
}

enum verdict
verdict_of_growth(const struct change *c, double least)
{
	double grown = c->now.value - c->base.value - least;
	double z = -stats_normal_point(VERDICT_FALSE_ALARM / c->family);

	return c->now.known && c->base.known &&
			       grown > z * sqrt(c->now.var + c->base.var)
		       ? VERDICT_FAILS
		       : VERDICT_UNDECIDED;
}

struct interval
change_interval(const struct change *c)
{
	if (!c->now.known || !c->base.known)
		return (struct interval){ NAN, NAN };
	return stats_difference95(
		c->now.value - c->base.value, c->now.var + c->base.var);
}

enum verdict
verdict_of_rate(double rate, struct interval i, double limit, double family)
{
	double z = -stats_normal_point(VERDICT_FALSE_ALARM / family);
	double low = rate - (rate - i.low) * z / Z975;

	if (low > limit)
		return VERDICT_FAILS;
	return i.high <= limit ? VERDICT_HOLDS : VERDICT_UNDECIDED;
}

uint64_t
verdict_round_sample(double n)
{
	uint64_t power = SAMPLE_MIN;

	if (!(n >= SAMPLE_MIN))
		return 1;
	while (power < SAMPLE_MAX && (double)power * 2 <= n)
		power *= 2;
	return power;
}

/* Deviations that a distance must be, so that it is found. */
static double
deviations(double family)
{
	return -stats_normal_point(VERDICT_FALSE_ALARM / family) -
	       stats_normal_point(VERDICT_MISSED);
}

uint64_t
verdict_sample_of_limit(const struct estimate *e, double limit, double family)
{
	double distance = fabs(e->value - limit), n = INFINITY;

	if (!e->known)
		return 0;
	if (e->rate > 0)
		n = pow(distance / deviations(family), 2) / e->rate;
	/* What is unseen must fit, too. */
	if (e->unseen > 0)
		n = fmin(n, distance / (-log(VERDICT_FALSE_PASS) * e->unseen));
	return verdict_round_sample(n);
}

/* The N of both sides, or of `now` alone, that leave so much variance. */
static uint64_t
sample_for(const struct change *c, double variance, double more, bool *both)
{
	double factor = pow(1 + c->tolerance, 2);
	double now = c->now.rate * more, base = factor * c->base.rate;
	double of_base = factor * c->base.var;

	/* At most half of it for the baseline that there is. */
	*both = of_base > variance / 2;
	if (*both)
		return verdict_round_sample(variance / (now + base));
	return now > 0 ? verdict_round_sample((variance - of_base) / now)
		       : SAMPLE_MAX;
}

uint64_t
verdict_sample_of_change(const struct change *c, bool *both)
{
	double z = deviations(c->family);
	double limit = (1 + c->tolerance) * c->base.value;
	double most = c->tolerance * c->base.value;
	double here = fabs(c->now.value - limit);
	double interval = fmax(c->now.interval, c->base.interval);
	uint64_t n;

	*both = false;
	if (!c->now.known || !c->base.known)
		return 0;
	/* What has grown by twice the tolerance has more samples, too. */
	n = sample_for(c, pow(most / z, 2), 1 + 2 * c->tolerance, both);
	if ((double)n < interval)
		return n;
	return sample_for(c, pow(here / z, 2), 1, both);
}
