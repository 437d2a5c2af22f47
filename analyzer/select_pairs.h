/* SPDX-License-Identifier: Apache-2.0 */
/* The part of select_base.c that makes one stack of what two sides hold. */
#ifndef SELECT_PAIRS_H
#define SELECT_PAIRS_H

#include "select_shared.h"

/* One stack's figures on both sides, by SIDE_*, before rounding. */
struct pair_sums {
	struct unrounded figures[2];
	double var[2];
};

/* What rounding owes each side so far: the next stack settles it. */
struct pair_owed {
	struct unrounded side[2];
};

/*
 * Fills what is of both sides in *stack and *pair. Where both hold the same the
 * integers are the same, too: of two roundings a byte here and there would
 * stay, and look like a leak. What is not there is 0. change: what is known to
 * cancel; NULL: nothing does.
 */
void pair_make(struct shown_stack *stack, struct shown_pair *pair,
	const struct pair_sums *sums, struct pair_owed *owed,
	const struct shared_change *change);

#endif
