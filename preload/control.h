/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one word that every allocation looks at, and the history of N.
 *
 * A thread counts what it has allocated, and takes a sample when the count has
 * reached the threshold; after each it sets its count to the threshold less
 * what the next interval is. Each start, stop or change of N lowers the
 * threshold by more than any interval can be, so that every thread comes to
 * the slow path at its next allocation and draws anew; the exponential has no
 * memory, so nothing is biased by it. Dormant is far above all counts.
 *
 * Counts are unsigned: a request above PTRDIFF_MAX, which no allocator grants,
 * takes the count above every threshold, and the slow path takes it back. Only
 * one so near to SIZE_MAX that the sum wraps ("malloc(-n)") passes, and sets
 * the thread back by n bytes; telling those apart would cost an instruction.
 */
#ifndef HF_CONTROL_H
#define HF_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "state.h"

#define HF_THRESHOLD_STEP  (1ULL << 46)
#define HF_THRESHOLD_FIRST (1ULL << 62)
/* Where a new thread's count begins: it comes to the slow path. */
#define HF_COUNT_NEW (1ULL << 63)
#define HF_DORMANT   (HF_COUNT_NEW + (1ULL << 62))

struct hf_control {
	/* 0 until the profiler is set up: every allocation comes to the slow
	   path, which then only forwards. */
	_Atomic uint64_t threshold;
	_Atomic uint32_t intervals; /* the last of them is in force */
	struct hfs_interval interval[HFS_INTERVALS];
};

extern HF_HIDDEN struct hf_control hf_control;

static inline uint64_t
hf_control_threshold(void)
{
	return atomic_load_explicit(
		&hf_control.threshold, memory_order_acquire);
}

/*
 * This count asks for the slow path. A plain read, which the compiler can make
 * part of the comparison: a thread that sees a change an allocation later
 * is none the worse for it.
 */
static inline bool
hf_control_due(uint64_t count)
{
	return count >= *(const uint64_t *)&hf_control.threshold;
}

/* N number i, in bytes. */
static inline uint64_t
hf_control_interval(uint32_t i)
{
	return hf_control.interval[i].bytes;
}

/* Index of the N in force. */
uint32_t hf_control_current(void);

/* The first N, and sampling on or not. Once, before any sample. */
void hf_control_start(uint64_t interval, bool active);

/* The hooks only forward from now on, for ever. */
void hf_control_off(void);

/*
 * A new N from now on. False if another thread is changing it or the history
 * is full: then the old one stands.
 */
bool hf_control_change(uint64_t interval);

/* The history as it stands, for the region's readers. */
void hf_control_publish(struct hf_region *r);

#endif
