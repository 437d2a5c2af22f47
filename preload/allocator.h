/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next allocator says of itself, for telling a leak from
 * fragmentation. It takes the allocator's locks and may take long (144 ms for
 * a million free chunks): only on a host's thread, outside of all hooks, for
 * the final dump and those asked for. Never in the helper, where glibc's
 * arenas are not locked.
 */
#ifndef HF_ALLOCATOR_H
#define HF_ALLOCATOR_H

#include "state.h"

/* Looks for what there is to ask; in the constructor. */
void hf_allocator_start(void);

/* Into the region's header. Nothing, where it can't be asked. */
void hf_allocator_note(struct hfs_header *h);

#endif
