/* SPDX-License-Identifier: Apache-2.0 */
/* A dump of a live state, without its process. */
#ifndef STATE_DUMP_H
#define STATE_DUMP_H

/*
 * Reads the state at `path` and writes a dump of kind m: to `output`, or, if
 * that is NULL, beside the program's own dumps where the state is ours, else in
 * the working directory. `root`: of the process's files, or NULL. Says its name
 * on stdout. 0, or -1 after error().
 */
int state_dump(const char *path, const char *root, const char *output);

#endif
