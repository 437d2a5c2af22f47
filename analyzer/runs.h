/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files are meant, which of them are one process, which processes are
 * one run.
 *
 * - No name given: the newest run in the working directory.
 * - A folder stands for the dumps and live states in it (`*.heap`, `*.live`,
 *   also packed as `.gz` and `.zst`; `.tmp` is skipped), and for those in
 * folders `heapflame.*` of a `heapflame run` below it.
 * - A number that is no file is a process: its live state. "-" is standard
 *   input.
 * - Dumps of one process are a series; the last one counts. A live state is
 *   newer than all dumps that it knows of but the final one, and older than all
 *   while it has no samples.
 * - Processes whose lives overlap are one run and add up. Of several runs
 *   found in folders the newest is taken, the others are named in one line on
 *   stderr; `all` adds them. Files named one by one are all taken.
 */
#ifndef RUNS_H
#define RUNS_H

#include "profile.h"

/* Fills p (inited by the caller), symbols not yet looked up. 0 or -1. */
int runs_load(struct profile *p, char *const *names, int count, bool all);

/*
 * Every dump and live state of the processes that runs_load takes, not only
 * the last of each: process by process, from first to last. visit() returns 0
 * to go on. 0, or what visit() returned, or -1 after error().
 */
struct runs_dump {
	const struct runs_file *file; /* see runs_files.h */
	const struct series *series; /* private */
	uint32_t process; /* equal for dumps of one process; from 0 on */
	bool last; /* of its process */
};
int runs_each(char *const *names, int count, bool all,
	int (*visit)(void *context, const struct runs_dump *d), void *context);

/* Reads one into an empty p, as runs_load does. 0, or -1 after error(). */
int runs_dump_read(const struct runs_dump *d, struct profile *p);

/*
 * The peak is read from half of the samples, what is live from all of them. If
 * a process held the most at its end, the half may say less than the whole:
 * then the whole is the better word.
 */
void runs_settle_peaks(struct profile *p);

/*
 * The folder or file that the loaded profile came from, for naming outputs:
 * outputs of a run go beside its dumps. Valid until the next load.
 */
const char *runs_origin(void);

#endif
