/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is that word of the stack there to be read? A stack grows by pages, threads,
 * coroutines and signal stacks have their own, and unwind tables can be wrong.
 *
 * A page is tried with a system call that reads it and answers EFAULT, needs no
 * descriptor, and is never filtered (rt_sigprocmask with a nonsensical `how`).
 * Pages of the thread's own stack are tried once: it ends at a place that is
 * known (the thread block; the kernel's random bytes for the first thread),
 * and what hangs together with that place stays as long as the thread does.
 * On any other stack each capture tries its pages anew, since a coroutine's
 * stack may be gone or another's the next time.
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

/* In the constructor, on the first thread. */
void hf_readable_start(void);

/* Starts a capture at this stack pointer. */
void hf_readable_begin(uintptr_t sp);

/* Pages up to the one with [at, at + 8) are tried and remembered. */
bool hf_readable_extend(uintptr_t at);

/* [at, at + 8) can be read. `at` is a multiple of 8. */
static inline bool
hf_readable(uintptr_t at)
{
	return HF_LIKELY(at >= hf_thread.stack_low &&
			 at <= hf_thread.stack_high - 8) ||
	       hf_readable_extend(at);
}

/*
 * The same where `at` may be anything: the pages in between are not tried, and
 * nothing is remembered.
 */
static inline bool
hf_readable_alone(uintptr_t at)
{
	return (at >= hf_thread.stack_low && at <= hf_thread.stack_high - 8) ||
	       hf_readable_probe(at & -HF_PAGE);
}

#endif
