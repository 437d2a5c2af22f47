/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorted by start. The range that holds an address is the last one that begins
 * before it, or, where ranges nest, one not far before that: `furthest` tells
 * when there can be none any more.
 */
#include "symbolize_ranges.h"

#include <stdlib.h>

#include "err.h"

/* How many that end too early are looked at. */
#define NESTED_MAX 256

void
ranges_add(struct ranges *r, struct range range)
{
	if (range.start >= range.end)
		return;
	GROW(r->list, r->count, r->capacity);
	r->list[r->count++] = range;
}

static int
compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* The innermost, and of equal ones the preferred, comes last. */
static int
compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	int order = compare_u64(x->start, y->start);

	if (order == 0)
		order = compare_u64(y->end, x->end);
	if (order == 0)
		order = y->rank - x->rank;
	return order != 0 ? order : compare_u64(y->value, x->value);
}

void
ranges_sort(struct ranges *r)
{
	uint64_t furthest = 0;

	if (r->count == 0)
		return;
	qsort(r->list, r->count, sizeof *r->list, compare);
	r->furthest = xrealloc(r->furthest, r->count * sizeof *r->furthest);
	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].end > furthest)
			furthest = r->list[i].end;
		r->furthest[i] = furthest;
	}
}

const struct range *
ranges_find(const struct ranges *r, uint64_t address)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->list[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (int i = 0; i < NESTED_MAX && low > 0; i++) {
		low--;
		if (r->furthest[low] <= address)
			return NULL;
		if (r->list[low].end > address)
			return &r->list[low];
	}
	return NULL;
}

void
ranges_release(struct ranges *r)
{
	free(r->list);
	free(r->furthest);
	*r = (struct ranges){ 0 };
}
