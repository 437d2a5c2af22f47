/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocators of a run: the one that was asked for (--allocator), to be loaded
 * below the shim; and a jemalloc inside the program, which the shim can't see
 * and which is told to profile itself.
 */
#ifndef RUN_ALLOCATOR_H
#define RUN_ALLOCATOR_H

#include <stdbool.h>

#include "allocator.h"
#include "folder.h"
#include "run_options.h"

struct run_allocator {
	char *library; /* to be preloaded behind the shim; NULL: none */
	struct allocator inside; /* what the program brings */
	bool profiles_itself; /* a jemalloc inside is to write dumps */
	int lg_sample; /* of those: 2^n bytes between samples */
};

/*
 * Looks at the program and finds the library; says what the user should know,
 * in a line each. 0, or -1 after error(): there is no such library.
 * run_allocator_release in any case.
 */
int run_allocator_plan(struct run_allocator *a, const struct run_options *o,
	const char *file, const char *shim);
void run_allocator_release(struct run_allocator *a);

/*
 * In the new process: sets the variable that the jemalloc inside reads, so that
 * its dumps go to the folder of the prefix. What the user has set there stays
 * in force beside it.
 */
void run_allocator_environment(
	const struct run_allocator *a, const char *prefix);

/*
 * Drops from the list, for a run that is about one process, the dumps that a
 * jemalloc inside wrote of others.
 */
void run_allocator_keep_own(
	const struct run_allocator *a, struct folder_list *dumps, int pid);

/* The program is gone: did its jemalloc leave what was asked of it? */
void run_allocator_check(
	const struct run_allocator *a, const struct folder_list *dumps);

#endif
