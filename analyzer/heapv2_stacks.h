/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of one dump on their way into the profile, one at a time: begin,
 * an address for each frame, figures, finish.
 */
#ifndef HEAPV2_STACKS_H
#define HEAPV2_STACKS_H

#include "heapv2.h"
#include "heapv2_rows.h"
#include "heapv2_symbols.h"

/*
 * Frames of a stack that are kept. heapflame and jemalloc write 128 or less by
 * default; what is far beyond is no program, and everything that shows a tree
 * would suffer from it.
 */
#define DEPTH_MAX 4096

struct heapv2_stacks {
	struct profile *p; /* borrowed */
	struct addrmap *map; /* borrowed */
	const struct heapv2_names *names; /* borrowed */
	const struct heapv2_symbols *symbols; /* borrowed; NULL: none */
	uint32_t process; /* whose rows they become */
	uint32_t parts; /* of a merged file: its first part is that process */

	/* The stack that is being read. */
	bool open;
	uint64_t addresses[DEPTH_MAX];
	uint32_t locations[DEPTH_MAX];
	uint32_t depth;
	bool too_deep, has_own;
	struct heapv2_rows rows; /* from t lines */
	struct heapv2_stack own; /* from the # s line; counts if has_own */

	/* All that were read. */
	struct heapv2_numbered *numbers;
	size_t number_count, number_capacity;
	bool numbers_sorted;
	struct heapv2_cached *cache;
};

void heapv2_stacks_init(struct heapv2_stacks *s, struct profile *p,
	struct addrmap *map, const struct heapv2_names *names,
	const struct input *of);
void heapv2_stacks_release(struct heapv2_stacks *s);

/* Finishes the one before, if there is one. */
void heapv2_stacks_begin(struct heapv2_stacks *s);
/*
 * Takes " 0x..." off the text, as often as it stands there and is easily read.
 */
void heapv2_stacks_addresses(struct heapv2_stacks *s, struct scan *text);
void heapv2_stacks_address(struct heapv2_stacks *s, uint64_t address);

/*
 * Into the profile with it; nothing happens if none is open. One without an own
 * line gets a row when heapv2_stacks_commit is called, at the end of the file.
 */
void heapv2_stacks_finish(struct heapv2_stacks *s);
void heapv2_stacks_commit(struct heapv2_stacks *s);

/* The row of the finished stack of that number (# s), or NONE. */
uint32_t heapv2_stacks_row(struct heapv2_stacks *s, uint64_t number);

#endif
