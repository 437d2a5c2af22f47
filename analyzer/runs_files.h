/* SPDX-License-Identifier: Apache-2.0 */
/* The files that names on a command line stand for, with their heads. */
#ifndef RUNS_FILES_H
#define RUNS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "read.h"
#include "read_bundle.h"

struct runs_file {
	char *path;
	char *run_folder; /* of a `heapflame run`, if it lies in one; or NULL */
	bool named; /* by itself, not found in a folder */
	struct head head;
	const struct bundle *bundle; /* that it lies in, or NULL */
	size_t member; /* of the bundle */
};

/* `= {0}` is an empty list; release takes it back to that. */
struct runs_files {
	struct runs_file *list;
	size_t count, capacity;
	struct bundle **bundles; /* that are open */
	size_t bundle_count, bundle_capacity;
};

/*
 * Adds the file, or the dumps and live states in the folder and in the run
 * folders below it, or the dumps in a bundle, or, for a number that is no file,
 * the live state of that process. 0, or -1 after error(): a name that is not
 * there, a named file that is no profile. What is merely found and no profile
 * costs a warning.
 */
int runs_files_add(struct runs_files *f, const char *name);
void runs_files_release(struct runs_files *f);

/* The whole of it, as read_file() does. */
int runs_file_read(const struct runs_file *file, struct profile *p);

/* Without files of processes that a merged file says it has in it. */
void runs_files_drop_merged(struct runs_files *f);

#endif
