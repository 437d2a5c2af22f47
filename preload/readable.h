/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is that word of the stack there to be read? A stack grows by pages, threads,
 * coroutines and signal stacks have their own, and unwind tables can be wrong.
 * Each thread remembers a run of pages that it has found readable around its
 * stack pointer; a page outside is tried with a system call that reads it and
 * answers EFAULT, needs no descriptor, and is never filtered (rt_sigprocmask
 * with a nonsensical `how`).
 */
#ifndef HF_READABLE_H
#define HF_READABLE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "sys.h"
#include "thread.h"

#define HF_PAGE	     4096UL
#define HF_FAR_PAGES 2048 /* that one frame may span: 8 MiB */

/* The page at `page` is readable now. 140 ns. */
static inline bool
hf_readable_probe(uintptr_t page)
{
	return hf_sys4(SYS_rt_sigprocmask, -1, (long)page, 0, 8) != -EFAULT;
}

/* Starts a capture at this stack pointer. */
void hf_readable_begin(uintptr_t sp);

/* Pages up to the one with [at, at + 8) are tried and remembered. */
bool hf_readable_extend(uintptr_t at);

/* [at, at + 8) can be read. `at` is a multiple of 8. */
static inline bool
hf_readable(uintptr_t at)
{
	return HF_LIKELY(at >= hf_thread.stack_low &&
			 at < hf_thread.stack_high) ||
	       hf_readable_extend(at);
}

#endif
