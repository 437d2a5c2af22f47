/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phases: what is allocated from a mark to the next one, or to a stop. The
 * number of the phase is part of a stack's identity, so that its counters are
 * the phase's own. Lock-free; any thread.
 */
#ifndef HF_PHASES_H
#define HF_PHASES_H

#include "state.h"

/* Number of the present phase; 0: none. */
static inline uint32_t
hf_phases_current(const struct hf_region *r)
{
	return atomic_load_explicit(
		&r->header->phase_open, memory_order_relaxed);
}

/* NULL for number 0. */
struct hfs_phase *hf_phases_at(const struct hf_region *r, uint32_t number);

/*
 * Ends the present phase and begins one of that name (cut off at
 * HFS_NAME_MAX - 1). False: no room, there have been HFS_PHASES, or another
 * thread does the same this moment; the present one goes on then.
 */
bool hf_phases_begin(struct hf_region *r, const char *name, uint64_t now_ns);

void hf_phases_end(struct hf_region *r, uint64_t now_ns);

#endif
