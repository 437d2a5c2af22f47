/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interned stacks: equal addresses in, equal reference out. Append-only and
 * lock-free; a stack is never moved, changed or freed.
 */
#ifndef HF_STACKS_H
#define HF_STACKS_H

#include "state.h"

/* What makes a stack what it is. */
struct hf_stack_key {
	const uintptr_t *pcs; /* leaf first */
	uint32_t depth;
	uint32_t unloads; /* hf_unloads_of the addresses */
	uint32_t epoch; /* now; not of what makes it, but of when it was seen */
	uint16_t flags; /* HFS_TRUNCATED, ... */
	uint64_t hash; /* hf_stacks_mix of each pc in turn, from 0 */
	uint16_t thread, label; /* numbers of names */
	uint32_t phase;
};

static inline uint64_t
hf_stacks_mix(uint64_t hash, uintptr_t pc)
{
	return (hash ^ pc) * 0xff51afd7ed558ccdULL;
}

/* For those who have not done so on the way. */
uint64_t hf_stacks_hash(const uintptr_t *pcs, uint32_t depth);

/*
 * The stack, added if it is new. 0 if there is no room. Two threads that add
 * an equal stack in the same moment as a table grows may get two records;
 * readers add equal ones up.
 */
hfs_ref hf_stacks_intern(struct hf_region *r, const struct hf_stack_key *key);

static inline struct hfs_stack *
hf_stacks_at(const struct hf_region *r, hfs_ref ref)
{
	return hf_state_at(r, ref);
}

/* All of them: from _first by _after until 0. Those outside the file first. */
static inline hfs_ref
hf_stacks_first(const struct hf_region *r)
{
	hfs_ref outside = r->header->newest_stack_outside;

	return outside ? outside : r->header->newest_stack;
}

static inline hfs_ref
hf_stacks_after(const struct hf_region *r, hfs_ref ref)
{
	hfs_ref older = hf_stacks_at(r, ref)->older;

	return older || hf_state_in_file(r, ref) ? older
						 : r->header->newest_stack;
}

#endif
