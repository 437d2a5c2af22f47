/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live states of a run's processes that ended without a final dump, brought
 * from where they were kept into the run's folder: in a tmpfs they would be
 * lost with the machine, or with the container.
 */
#ifndef RUN_GATHER_H
#define RUN_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "run_files.h"
#include "run_options.h"

struct run_gather {
	const struct run_options *options;
	const struct run_files *files; /* complete once the program runs */
	pid_t program; /* what run started */

	/* Filled in. */
	uint64_t program_start; /* ms; of the last program by that pid */
	bool oom; /* the program fell to the OOM killer of its cgroup */
	bool lost; /* one could not be copied, and stayed where it was */
};

/*
 * Those of processes that are gone by now; what is of no interest is only
 * removed. Of the program itself once its wait status is known: NULL before.
 * Returns how many there were.
 */
size_t run_gather_states(struct run_gather *s, const int *status);

#endif
