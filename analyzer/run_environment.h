/* SPDX-License-Identifier: Apache-2.0 */
/* The environment that `run` gives to the program. */
#ifndef RUN_ENVIRONMENT_H
#define RUN_ENVIRONMENT_H

#include "run_allocator.h"
#include "run_options.h"

/*
 * Changes the environment of this process: LD_PRELOAD, HEAPFLAME_* and what an
 * allocator inside the program reads. `prefix` is absolute, its folder exists.
 * 0, or -1 after error().
 */
int run_environment_set(const struct run_options *o, const char *library,
	const struct run_allocator *a, const char *prefix);

#endif
