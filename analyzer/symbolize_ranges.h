/* SPDX-License-Identifier: Apache-2.0 */
/* Address ranges with a value each, and which of them holds an address. */
#ifndef SYMBOLIZE_RANGES_H
#define SYMBOLIZE_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t start, end; /* end is not in it */
	uint64_t value; /* the owner's */
	int rank; /* of equal ranges the one of lowest rank counts */
};

/* `= {0}` is an empty set; release takes it back to that. */
struct ranges {
	struct range *list;
	uint64_t *furthest; /* the highest end up to and with each range */
	size_t count, capacity;
};

/* Adds one; an empty one is ignored. All are added before ranges_sort. */
void ranges_add(struct ranges *r, struct range range);
void ranges_sort(struct ranges *r);

/*
 * The innermost that holds the address (the one that begins last), or NULL.
 * Ranges are meant to nest not too deep: it gives up after some.
 */
const struct range *ranges_find(const struct ranges *r, uint64_t address);

void ranges_release(struct ranges *r);

#endif
