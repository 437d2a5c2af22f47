/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each thread has of its own. Initial-exec TLS: the only kind whose
 * access can't allocate or take a lock. At most 128 bytes, because a library
 * loaded late must fit into the loader's small reserve.
 *
 * Nobody but the thread itself (and a signal handler on it) touches it, so
 * there is nothing to clean up when a thread ends.
 */
#ifndef HF_THREAD_H
#define HF_THREAD_H

#include <stdint.h>

struct hf_thread {
	/* What was allocated, as control.h counts it. */
	uint64_t count;
	/* The threshold that the interval was drawn against; 0: never. */
	uint64_t base;
	uint64_t random;
	/* Readable pages for this capture: [stack_low, stack_high). */
	uintptr_t stack_low, stack_high;
	/* The thread's own stack is there from here up to its end; or 0. */
	uintptr_t native_low;
	/* Index of the N that the interval was drawn with. */
	uint32_t interval;
	/* In the profiler: hooks entered now only forward. */
	uint32_t busy;
	/* 1: an operator new is being tried; 2: it came to a hook. See next.c
	 */
	uint32_t probe;
	/* Its name and its label: numbers of names.h, in those regions. */
	uint16_t name, label;
	uint32_t name_region, label_region;
	uint32_t name_wait; /* ns */
	uint64_t name_due; /* when it is to be asked for again */
};

_Static_assert(sizeof(struct hf_thread) <= 128, "two cache lines");

extern __thread struct hf_thread hf_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

#endif
