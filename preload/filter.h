/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What free() looks at: counters of one byte, one a hash of the address. A
 * counter is raised before a sample of that address is published, lowered
 * after it is gone, stuck at 255. 0 says for sure: not sampled.
 *
 * It grows while others look: a larger one, a *level*, is begun beside it; from
 * then on samples are raised in both, and when those that were there before
 * are, too, free() is given the larger one. The smaller one stays, for whoever
 * still has it in hand, and the samples that were raised in it are lowered in
 * it when they go. A thread that frees a block has it from the one that
 * allocated it, so it never sees an older filter than that one did.
 */
#ifndef HF_FILTER_H
#define HF_FILTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys.h"

#define HF_FILTER_LEAST_BITS 15 /* of level 0; each level has twice as many */
#define HF_FILTER_LEVELS     12

/*
 * The filter for free(), as one word: the counters lie at a multiple of 32 and
 * this points `shift` further, 32 minus the bits of their number.
 */
extern HF_HIDDEN const uint8_t *_Atomic hf_filter;

/* Of the low half of the address: one multiplication with a short constant. */
static inline const uint8_t *
hf_filter_slot(const uint8_t *filter, const void *p)
{
	return filter + ((uint32_t)(uintptr_t)p * 0x9e3779b1u >>
				((uintptr_t)filter & 31));
}

/*
 * False: certainly no live sample. True also for NULL now and then. A plain
 * read of the counter, which the compiler can make part of the comparison.
 */
static inline bool
hf_filter_maybe(const void *p)
{
	return *hf_filter_slot(
		       atomic_load_explicit(&hf_filter, memory_order_relaxed),
		       p) != 0;
}

/* It may grow to so many bytes. */
void hf_filter_start(uint64_t most);

/* The levels that a sample is raised in: low << 4 | high, in one byte. */
unsigned hf_filter_raise(const void *block);
void hf_filter_lower(const void *block, unsigned levels);

/* Raises it in the level after `high`, or takes that back. */
void hf_filter_raise_next(const void *block, unsigned high);
void hf_filter_lower_next(const void *block, unsigned high);

/* The newest level; all live samples have to be in it before the next. */
unsigned hf_filter_newest(void);

/* With so many live samples a larger one is due, or begun and not finished. */
bool hf_filter_due(uint64_t live);

/*
 * One thread at a time: begins the next level (*fresh) unless one is begun,
 * false if there is none; and, when all samples are in it, hands it to free().
 */
bool hf_filter_begin(bool *fresh);
void hf_filter_finish(void);

#endif
