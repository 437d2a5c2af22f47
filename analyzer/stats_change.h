/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the difference of two estimates may be from the truth, and how likely
 * it is by chance alone. docs/SAMPLING.md, "Differences", derives it.
 */
#ifndef STATS_CHANGE_H
#define STATS_CHANGE_H

#include <stdbool.h>

#include "stats.h"

/* What came, or what went: an estimate that knows nothing of the other one. */
struct stats_side {
	double value, var;
	/* Where value is 0: nothing is there, not merely nothing seen. */
	bool all_seen;
};

/*
 * The 95 % interval of `change`, which is came - went but for rounding: the
 * distances of Garwood's limits of both sides, added as squares (MOVER). On a
 * side where nothing was seen there may be up to 3.7 samples' worth, as large
 * as the other side's.
 */
struct interval stats_change95(
	double change, struct stats_side came, struct stats_side went);

/*
 * Two-sided: how likely are sides that differ as much or more if there is no
 * difference? The binomial that n_eff Poisson counts of either side make.
 */
double stats_change_p(struct stats_side came, struct stats_side went);

#endif
