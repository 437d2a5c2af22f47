/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run of thousands of short processes, `make`, leaves one file of them, not
 * thousands: those that ended with little to tell are added up by program, in
 * <prefix>-merged.<id>.heap (docs/FORMAT.md, section 10).
 */
#ifndef RUN_MERGE_H
#define RUN_MERGE_H

#include <stdint.h>
#include <sys/types.h>

#include "run_files.h"

#define RUN_MERGE_MOST                                                         \
	64 /* processes that ended, each with files of its own                 \
	    */

struct run_merge {
	const struct run_files *files;
	pid_t program; /* stays apart */
	uint64_t id; /* of the merged file: any that no other run has */
};

/* How many processes that ended have files of their own; reads names only. */
size_t run_merge_count(const struct run_merge *m);

/*
 * If there are more than RUN_MERGE_MOST: those that tell the least into the
 * merged file, so that half as many stay apart. Returns how many went in.
 * Killed at any moment, it leaves files that add up to the same.
 */
size_t run_merge(const struct run_merge *m);

#endif
