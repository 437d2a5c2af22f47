/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which stacks are shown. */
#ifndef SELECT_ORDER_H
#define SELECT_ORDER_H

#include "profile.h"

struct stack_order {
	const struct profile *p;
	const uint32_t *places; /* of functions; see select_places */
	const uint32_t *frames; /* what the slices below are of; root first */
};

struct slice {
	uint32_t first, depth;
};

/*
 * By place first, so that the same function is found together at any depth,
 * then by line, then by the frames themselves. 0: they are equal.
 */
int stack_compare(const struct stack_order *o, struct slice x, struct slice y);

#endif
