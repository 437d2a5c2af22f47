/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of select_base.c that knows what the same process has on both sides:
 * a sample that is in both is no error of their difference. docs/SAMPLING.md,
 * "Differences".
 */
#ifndef SELECT_SHARED_H
#define SELECT_SHARED_H

#include "select.h"

enum { SIDE_NOW, SIDE_BASE };

struct shared_side {
	const struct profile *p;
	const uint32_t *stacks; /* by row: its stack of both; NONE: not shown */
	enum metric metric; /* as p numbers it */
	bool exact; /* no errors */
};

/* What changed of a stack. */
struct shared_change {
	struct value came, went; /* see struct shown_pair */
	double var[2]; /* by side: of its rows */
	uint64_t samples[2], alone[2]; /* all, and those the other has not */
	bool known; /* false: no row is of this stack */
};

/*
 * Fills out[0 .. count), a stack each, all zero before, and says how it went;
 * false: no process is on both sides, and nothing was done. The figures are
 * those of all of the time: not of a phase's end, nor inherited ones.
 */
bool shared_find(struct shared_change *out, uint32_t count,
	const struct shared_side sides[2], struct shown_shared *how);

#endif
