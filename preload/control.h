/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one word that every allocation looks at, and the history of N.
 *
 * A thread takes a sample when its countdown falls below the threshold. Each
 * start, stop or change of N raises the threshold by more than any countdown
 * can be, so that every thread comes to the slow path at its next allocation
 * and draws anew; the exponential has no memory, so nothing is biased by it.
 * Dormant is far below all countdowns.
 */
#ifndef HF_CONTROL_H
#define HF_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "state.h"

#define HF_THRESHOLD_STEP (1LL << 46)
#define HF_DORMANT	  (-HF_THRESHOLD_STEP)

struct hf_control {
	/* 0 until the profiler is set up: every allocation comes to the slow
	   path, which then only forwards. */
	_Atomic int64_t threshold;
	_Atomic uint32_t intervals; /* the last of them is in force */
	struct hfs_interval interval[HFS_INTERVALS];
};

extern struct hf_control hf_control;

static inline int64_t
hf_control_threshold(void)
{
	return atomic_load_explicit(
		&hf_control.threshold, memory_order_acquire);
}

/*
 * A countdown that asks for the slow path: below the threshold, or further
 * above it than any can be. That is what a request above PTRDIFF_MAX makes of
 * it; no allocator grants one, so the slow path takes its charge back.
 */
static inline bool
hf_control_due(int64_t left)
{
	uint64_t threshold = (uint64_t)atomic_load_explicit(
		&hf_control.threshold, memory_order_relaxed);

	return ((uint64_t)left - threshold) >> 47 != 0;
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
