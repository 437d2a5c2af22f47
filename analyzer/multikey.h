/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorting things by long keys that begin alike, as names and stacks do: a key
 * is looked at 8 bytes at a time, and no part of it much more than once.
 */
#ifndef MULTIKEY_H
#define MULTIKEY_H

#include <stddef.h>
#include <stdint.h>

struct multikey {
	/*
	 * The `depth`-th 8 bytes of an item's key as a number: smaller sorts
	 * first. 0 behind the key's end, and only there.
	 */
	uint64_t (*word)(const void *context, uint32_t item, uint32_t depth);
	/* Says what word() will look at, some time before. NULL: nothing. */
	void (*fetch)(const void *context, uint32_t item, uint32_t depth);
	/* Puts items of equal keys in order, at least two. NULL: any order. */
	void (*ties)(const void *context, uint32_t *items, size_t count);
	const void *context;
};

void multikey_sort(const struct multikey *k, uint32_t *items, size_t count);

#endif
