/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one word that every allocation looks at, and the history of N.
 *
 * A thread counts what it has allocated, and takes a sample when the count has
 * reached the threshold; after each it sets its count to the threshold less
 * what the next interval is. Each start, stop or change of N lowers the
 * threshold by more than any interval can be, so that every thread comes to
 * the slow path at its next allocation and draws anew; the exponential has no
 * memory, so nothing is biased by it, nor by one that comes later. Dormant is
 * far above all counts.
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

#define HF_THRESHOLD_FIRST (1ULL << 62)
/* Where a new thread's count begins: it comes to the slow path. */
#define HF_COUNT_NEW (1ULL << 63)
#define HF_DORMANT   HFS_DORMANT

/*
 * A page of its own, at a place that the code reaches directly: once there is a
 * file of the state, its first page is mapped here, and others can ask for
 * something (struct hfs_control). threshold is 0 until the profiler is set up:
 * every allocation comes to the slow path, which then only forwards.
 */
union hf_control_page {
	struct hfs_control words;
	char page[HFS_PAGE];
};

extern HF_HIDDEN union hf_control_page hf_control_page;
#define hf_control hf_control_page.words

/* Every N so far; the last is in force. Private: a fork child has its own. */
struct hf_intervals {
	_Atomic uint32_t count;
	struct hfs_interval interval[HFS_INTERVALS];
};

extern HF_HIDDEN struct hf_intervals hf_intervals;

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
	return hf_intervals.interval[i].bytes;
}

/* Index of the N in force. */
uint32_t hf_control_current(void);

/* The first N, and sampling on or not. Once, before any sample. */
void hf_control_start(uint64_t interval, bool active);

/* The hooks only forward from now on, for ever. */
void hf_control_off(void);

/* Sampling, now. */
static inline bool
hf_control_active(void)
{
	return atomic_load_explicit(&hf_control.active, memory_order_relaxed);
}

/* BUSY: another thread is changing something this very moment. */
enum hf_outcome { HF_DONE, HF_REFUSED, HF_BUSY };

/* Sampling on or off. Refused: all has been changed too often, or is off. */
enum hf_outcome hf_control_set_active(bool active);

/* A new N from now on. Refused: out of range, or the history is full. */
enum hf_outcome hf_control_change(uint64_t interval);

/* The history as it stands, for the region's readers. */
void hf_control_publish(struct hf_region *r);

/*
 * Moves the words into page 0 of the file `fd`, which is mapped at `to`, and
 * maps it in their place. In the helper, before the region is there.
 */
void hf_control_move(struct hfs_control *to, int fd);

/*
 * A fork child has its parent's page until it has one of its own: before it
 * changes anything it must call this.
 */
void hf_control_own(void);

/* Somebody from outside wants something: cheap enough for the slow path. */
static inline bool
hf_control_asked(void)
{
	return atomic_load_explicit(
		       &hf_control.request, memory_order_relaxed) !=
	       atomic_load_explicit(&hf_control.handled, memory_order_relaxed);
}

/* What was asked for is done, or refused; the threads may rest again. */
void hf_control_answered(uint32_t request, enum hf_outcome outcome);

#endif
