/* SPDX-License-Identifier: Apache-2.0 */
/* The stacks of several struct shown of one profile, in one order. */
#ifndef TREE_TURNS_H
#define TREE_TURNS_H

#include "select.h"

/* One stack: columns[column].stacks[stack]. */
struct turn {
	uint32_t column, stack;
};

/*
 * Sorted as each of them is; equal stacks stand together, by column. Caller
 * frees.
 */
struct turn *turns_of(
	const struct shown *columns, uint32_t count, uint32_t *turn_count);

#endif
