/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file was mapped at an address, and when: a set of executable segments,
 * each valid for the epochs [first, last) of docs/FORMAT.md section 4.
 */
#ifndef ADDRMAP_H
#define ADDRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct segment {
	uint64_t start, end; /* addresses */
	uint64_t offset; /* in the file, of start */
	uint64_t first, last; /* epochs; last UINT64_MAX: still there */
	uint32_t module;
};

/* `= {0}` is an empty one; release takes it back to that. */
struct addrmap {
	struct segment *segments;
	size_t count, capacity;
	uint64_t *bounds; /* epochs at which something comes or goes; sorted */
	size_t bound_count;
	uint64_t *entries; /* see addrmap.c */
	size_t *node_begin;
	bool built;
};

/* Empty segments and such that never were are ignored. */
void addrmap_add(struct addrmap *m, const struct segment *s);

/*
 * The segment that holds the address at that epoch, or NULL. Of overlapping
 * ones any. Valid until the next add. Not dear: some comparisons.
 */
const struct segment *addrmap_find(
	struct addrmap *m, uint64_t address, uint64_t epoch);

void addrmap_release(struct addrmap *m);

#endif
