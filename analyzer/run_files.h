/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files of one `heapflame run` go. */
#ifndef RUN_FILES_H
#define RUN_FILES_H

#include <limits.h>
#include <stdbool.h>

#define RUN_PREFIX_MAX 1024 /* the shim has room for no more */

/* Holds no pointers: it is shared between `run` and the process it forks. */
struct run_files {
	char folder[PATH_MAX]; /* as the user would name it */
	char prefix[RUN_PREFIX_MAX]; /* absolute; of the dumps */
	char picture[PATH_MAX]; /* the flame graph to write */
	bool own; /* the folder was made for this run alone */
};

/* Each: 0, or -1 after error(). */

/*
 * "heapflame.<exe>.<our pid>" in the working directory; where that can't be
 * written, in $STATE_DIRECTORY, $XDG_RUNTIME_DIR or /tmp/heapflame-<uid>, and
 * says so. A name that is taken gets a number: in a container every run may be
 * by the same pid.
 */
int run_files_choose(struct run_files *f, const char *exe);

/* In that folder, made if it is not there. */
int run_files_in(struct run_files *f, const char *folder);

/* Dumps are <prefix>.*; its folder is made if it is not there. */
int run_files_prefixed(struct run_files *f, const char *prefix);

/* In a new folder for temporary files, open to us alone. */
int run_files_temporary(struct run_files *f);

/* What follows the last slash of the prefix. */
const char *run_files_stem(const struct run_files *f);

#endif
