/* SPDX-License-Identifier: Apache-2.0 */
#include "stats_change.h"

#include <math.h>

/* Garwood's upper limit of no count at all: -ln 0.025. */
#define NONE_SEEN 3.688879454113936
#define MANY	  10000.0 /* counts */

/* What one sample of it stands for; 0: it is exact, or nothing. */
static double
unit_of(struct stats_side s)
{
	return s.value > 0 && s.var > 0 ? s.var / s.value : 0;
}

static struct interval
limits(struct stats_side s, struct stats_side other)
{
	if (s.value > 0)
		return stats_interval95(s.value, s.var);
	return (struct interval){
		.low = 0,
		.high = s.all_seen ? 0 : NONE_SEEN * unit_of(other),
	};
}

struct interval
stats_change95(double change, struct stats_side came, struct stats_side went)
{
	struct interval c = limits(came, went), w = limits(went, came);

	return (struct interval){
		.low = change - hypot(came.value - c.low, w.high - went.value),
		.high = change + hypot(c.high - came.value, went.value - w.low),
	};
}

/* Of a count with that mean: at least n, at most n. */
static double
poisson_tail(double n, double mean)
{
	if (n > mean)
		return stats_gamma(n, mean);
	return 1 - stats_gamma(n + 1, mean);
}

/* So many that the normal says the same, and sooner. */
static double
of_many(struct stats_side came, struct stats_side went)
{
	double z = fabs(came.value - went.value) / sqrt(came.var + went.var);

	return 2 * stats_normal(-z);
}

double
stats_change_p(struct stats_side came, struct stats_side went)
{
	double uc = unit_of(came), uw = unit_of(went), c, w, chance, more, less;

	if (!(came.value > 0) && !came.all_seen)
		uc = uw;
	if (!(went.value > 0) && !went.all_seen)
		uw = uc;
	if (!(uc > 0) && !(uw > 0))
		return came.value == went.value;
	c = uc > 0 ? came.value / uc : 0;
	w = uw > 0 ? went.value / uw : 0;
	if (c > MANY || w > MANY)
		return of_many(came, went);
	if (!(uc > 0))
		return fmin(1, 2 * poisson_tail(w, came.value / uw));
	if (!(uw > 0))
		return fmin(1, 2 * poisson_tail(c, went.value / uc));
	/* Of two rates that are equal in bytes, each sample is of came with: */
	chance = uw / (uc + uw);
	more = c > 0 ? stats_beta(chance, c, w + 1) : 1;
	less = w > 0 ? stats_beta(1 - chance, w, c + 1) : 1;
	return fmin(1, 2 * fmin(more, less));
}
