/* SPDX-License-Identifier: Apache-2.0 */
/* The dumps of processes into one profile, on several processors. */
#ifndef RUNS_READ_H
#define RUNS_READ_H

#include "runs_files.h"

/* The dumps of one process. */
struct series {
	const struct runs_file *files; /* in order */
	size_t count;
	int64_t start_ms, end_ms;
	bool named; /* one of them was, by itself */
	size_t run; /* index into runs; for those found in folders */
};

/*
 * Of each series, in that order, the last dump that can be read; of one that
 * was named the last must be. What is in p, and what is said, is the same
 * whatever the number of processors. 0, or -1 after error().
 */
int runs_read(
	struct profile *p, const struct series *const *list, size_t count);

/*
 * What a foreign dump does not know of its process's life, its files tell: for
 * the processes from that index on.
 */
void runs_complete_times(
	struct profile *p, uint32_t from, int64_t start_ms, int64_t end_ms);

#endif
