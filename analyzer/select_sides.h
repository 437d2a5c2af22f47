/* SPDX-License-Identifier: Apache-2.0 */
/* The part of select_base.c that brings the stacks of two sides together. */
#ifndef SELECT_SIDES_H
#define SELECT_SIDES_H

#include "select_shared.h"

struct sides {
	const struct shown *base;
	const struct selection *selection;
	bool exact[2]; /* by SIDE_* */
	bool cancel; /* what one process has on both sides does */
	double factor; /* the base is scaled by it */
};

/* Makes `out`, which is of p, the difference. */
void sides_subtract(
	struct shown *out, struct profile *p, const struct sides *s);

#endif
