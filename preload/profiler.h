/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The slow path: what happens to the few allocations that are sampled and the
 * few frees that may be of such a block. The only file that knows all below.
 *
 * Every failure has one of two ends: this sample is lost, and counted by cause;
 * or the profiler is off, and the hooks only forward. errno and the
 * floating-point environment are as the host left them. Any thread, and signal
 * handlers that interrupt one of these functions.
 */
#ifndef HF_PROFILER_H
#define HF_PROFILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live.h"

/* Between the decision and the outcome of one allocation. */
struct hf_ticket {
	bool sampled;
	uint32_t interval;
	const void *hook; /* its frame; set by hf_profiler_took */
};

/* A live sample on its way out. */
struct hf_detached {
	bool had;
	struct hf_live_entry entry;
};

/*
 * Options in force, unwinder ready: from now on samples may be taken. False: no
 * memory, or a library would have to be loaded, and may not.
 */
bool hf_profiler_start(bool may_load) HF_CHECKED;

/*
 * Called at each allocation before that; starts the profiler if it can be
 * started there. Not linked in: nobody starts it by itself.
 */
HF_HIDDEN void hf_profiler_early(void) __attribute__((weak));

/* The region of this process, made if there is none yet; or NULL. */
struct hf_region *hf_profiler_region(void);

/*
 * This thread is in a signal handler, which may have interrupted anything: or
 * that can't be told.
 */
bool hf_profiler_interrupted(void);

/*
 * At the end of a program that allocated nothing, with every allocation wanted:
 * an empty profile says so, no profile would say that nothing was seen.
 */
void hf_profiler_open_for_exit(void);

/*
 * Dormant: whoever would wake us must find our state, so it is made at once. In
 * the constructor, when all else is ready.
 */
void hf_profiler_open_dormant(void);

/*
 * The count has reached the threshold: draw the next interval, and say
 * whether this allocation is a sample. Charges were taken by the hook.
 */
struct hf_ticket hf_profiler_due(size_t size);

/* The outcome of a ticket; see hf_profiler_took, which all hooks call. */
void hf_profiler_record(
	struct hf_ticket ticket, const void *block, size_t size, bool realloc);

/*
 * The next allocator gave `block` (NULL: it failed, nothing happens). To be
 * called only if ticket.sampled.
 */
static inline __attribute__((always_inline)) void
hf_profiler_took(
	struct hf_ticket ticket, const void *block, size_t size, bool realloc)
{
	/* Of the function that this becomes part of: where the walk begins. */
	ticket.hook = __builtin_frame_address(0);
	hf_profiler_record(ticket, block, size, realloc);
}

/*
 * The block is about to be freed or moved: takes its sample out of the tables,
 * before the address can be handed out again. Then either _freed or, when a
 * realloc failed, _reattach.
 */
struct hf_detached hf_profiler_detach(const void *block);
void hf_profiler_freed(const struct hf_detached *d);
void hf_profiler_reattach(const void *block, const struct hf_detached *d);

#endif
