/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking the stack of the calling thread. One file a way of doing it, behind
 * this header: unwind_cfi.c, unwind_libunwind.c, unwind_fp.c.
 *
 * A capture never allocates, never calls the loader, never waits, and reads no
 * memory that may not be there. The caller has saved errno.
 */
#ifndef HF_UNWIND_H
#define HF_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

#include "heapflame_state.h"
#include "options.h"
#include "stacks.h"
#include "sys.h"

struct hf_capture {
	uintptr_t *pcs; /* return addresses, leaf first; room for `room` */
	uint32_t room;
	/* __builtin_frame_address(0) of the hook: its caller comes first. */
	const void *hook;
	uint32_t depth; /* out */
	uint16_t flags; /* out: HFS_TRUNCATED, HFS_UNWINDER_BUSY */
	bool interrupted; /* out: a signal handler is under way */
	uint64_t hash; /* out: hf_stacks_mix of each in turn */
};

/* A frame's address, as __builtin_frame_address gives it, points to this. */
struct hf_frame_link {
	uintptr_t bp, pc; /* of the caller; its sp is just behind */
};

struct hf_unwinder {
	const char *name;
	/* start() loads a library: only in our own constructor */
	bool loads;
	/* Before any capture; false: it can't be used here. */
	bool (*start)(void);
	/* Frames of this library are left out. */
	void (*capture)(struct hf_capture *c);
};

extern const struct hf_unwinder hf_unwind_cfi, hf_unwind_libunwind;
extern const struct hf_unwinder hf_unwind_fp;

/* Adds pc unless it is ours; false when there is no more room (truncated). */
static inline bool
hf_unwind_add(struct hf_capture *c, uintptr_t pc)
{
	extern const char __ehdr_start[] __attribute__((visibility("hidden")));
	extern const char etext[] __attribute__((visibility("hidden")));

	if (pc >= (uintptr_t)__ehdr_start && pc < (uintptr_t)etext)
		return true;
	if (c->depth == c->room) {
		c->flags |= HFS_TRUNCATED;
		return false;
	}
	c->pcs[c->depth++] = pc;
	/* Here it costs nothing: the walk waits for its loads. */
	c->hash = hf_stacks_mix(c->hash, pc);
	return true;
}

#endif
