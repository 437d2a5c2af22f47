/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses belonged to a module that was unloaded, and in which epoch
 * last. What two stacks of equal addresses must have in common to be one stack:
 * nothing was unloaded below one of them in between. So a host that loads and
 * unloads all the time makes no new stacks of code that stays.
 *
 * Readers are lock-free; what they see is never less than what was noted before
 * they began.
 */
#ifndef HF_UNLOADS_H
#define HF_UNLOADS_H

#include <stdint.h>

#include "sys.h"

/* The last epoch that began with an unload at one of these; 0: there is none */
uint32_t hf_unloads_of(const uintptr_t *pcs, uint32_t depth);

/* [start, end) was unloaded, and so the epoch began. One thread at a time. */
void hf_unloads_note(uintptr_t start, uintptr_t end, uint32_t epoch);

/* Something was, and nobody knows where. Any thread. */
void hf_unloads_note_unknown(uint32_t epoch);

#endif
