/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To be preloaded: takes the stack of every Kth allocation in two ways, as the
 * shim does by default (cfi) and by libunwind, and compares them.
 *
 *   ORACLE_REPORT=FILE  gets .PID added and is written at exit
 *   ORACLE_EVERY=K      default 1; 0: none, but what oracle_compare asks for
 *
 * A program that wants a stack compared where it can't allocate calls
 * oracle_compare, if it is there.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "next.h"
#include "readable.h"
#include "state.h"
#include "verdict.h"

HF_EXPORT void *malloc(size_t n);
HF_EXPORT void *calloc(size_t k, size_t n);
HF_EXPORT void *realloc(void *p, size_t n);
HF_EXPORT void oracle_compare(void);

static uint64_t every = 1;
static _Atomic uint64_t allocations, skipped;
/*
 * Set until the constructor is done, and while a stack is being compared: the
 * buffers are too large for a signal handler's stack, so there is one of each,
 * and whoever comes while they are in use does without.
 */
static _Atomic bool in_use = true;
static struct stack cfi, libunwind;
static char report[4096];
static pid_t started_as;

static void
capture(const struct hf_unwinder *u, struct stack *s)
{
	struct hf_capture c = { .pcs = s->pc,
		.room = STACK_MAX,
		.hook = __builtin_frame_address(0) };

	u->capture(&c);
	s->depth = c.depth;
	s->flags = c.flags;
}

void
oracle_compare(void)
{
	int saved_errno = errno;

	if (atomic_exchange(&in_use, true)) {
		atomic_fetch_add(&skipped, 1);
		return;
	}
	capture(&hf_unwind_cfi, &cfi);
	capture(&hf_unwind_libunwind, &libunwind);
	if (libunwind.flags & HFS_UNWINDER_BUSY)
		atomic_fetch_add(&skipped, 1);
	else
		verdict_add(&cfi, &libunwind);
	atomic_store(&in_use, false);
	errno = saved_errno;
}

static void
allocation(void)
{
	if (every && atomic_fetch_add_explicit(
			     &allocations, 1, memory_order_relaxed) %
				     every ==
			     0)
		oracle_compare();
}

/* Not the last thing that they do: a tail call would leave no frame of ours. */
void *
malloc(size_t n)
{
	allocation();
	return hf_next.malloc(n);
}

void *
calloc(size_t k, size_t n)
{
	allocation();
	return hf_next.calloc(k, n);
}

void *
realloc(void *p, size_t n)
{
	allocation();
	return hf_next.realloc(p, n);
}

/*
 * What the search for the next allocator may call when it tries an operator
 * new. Nothing here asks it to, so these are never entered; hidden, they
 * are nobody else's either.
 */
#define OPERATOR(name, parameters, ...)                                        \
	void *name parameters;                                                 \
	void *name parameters                                                  \
	{                                                                      \
		return hf_next.malloc(n);                                      \
	}
HF_NEXT_NEWS(OPERATOR)

/* glibc as it was before 2.35, which does not tell where unwind tables are. */
void *__real_hf_next_symbol(const char *name);
void *__wrap_hf_next_symbol(const char *name);
void *
__wrap_hf_next_symbol(const char *name)
{
	if (strcmp(name, "_dl_find_object") == 0 && getenv("ORACLE_OLD_GLIBC"))
		return NULL;
	return __real_hf_next_symbol(name);
}

static void __attribute__((constructor)) start(void)
{
	const char *path = getenv("ORACLE_REPORT"), *k = getenv("ORACLE_EVERY");

	if (!path || !hf_state_start(true))
		return;
	snprintf(report, sizeof report, "%s.%d", path, getpid());
	started_as = getpid();
	if (k)
		every = (uint64_t)atol(k);
	hf_control_start(1, true);
	hf_readable_start();
	if (hf_unwind_cfi.start() && hf_unwind_libunwind.start() &&
		verdict_start())
		atomic_store(&in_use, false);
}

/* A forked child's counts begin with its parent's, so it writes none. */
static void __attribute__((destructor)) end(void)
{
	if (report[0] && getpid() == started_as &&
		!atomic_exchange(&in_use, true))
		verdict_write(report, skipped);
}
