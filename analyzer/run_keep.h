/* SPDX-License-Identifier: Apache-2.0 */
/* What `run` does for its folder while the program runs, and at its end. */
#ifndef RUN_KEEP_H
#define RUN_KEEP_H

#include "run_gather.h"
#include "run_merge.h"

struct run_keep {
	struct run_gather states; /* begun by the caller */
	struct run_merge merge;
	pid_t pass; /* a child that merges, or 0 */
	size_t not_below; /* processes at which the next one may begin */
};

/* The program runs. */
void run_keep_start(struct run_keep *k, pid_t program);

/* After how many ms to call it again; see launch.h. */
int run_keep_tick(struct run_keep *k);

/* The program ended with that wait status. */
void run_keep_end(struct run_keep *k, int status);

#endif
