/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live states (include/heapflame_state.h) of processes: which file is a
 * process's, and its head mapped. The only file that looks for them in
 * /proc and maps them; reading one as a profile is read_live's part.
 */
#ifndef STATE_MAP_H
#define STATE_MAP_H

#include <stdbool.h>

#include "heapflame_state.h"

/*
 * The path by which this machine can open the live state of a running process,
 * also one in a container: below /proc/PID/root, or in /proc/PID/map_files.
 * Good while the process lives. Caller frees. NULL after one line that says
 * what is missing: the process, the permission, the library, a state.
 */
char *state_path(int pid);
char *state_path_if_any(int pid); /* the same without a word */

/* "123" as a process id, if `name` is a number and no such file exists; or 0.
 */
int state_pid(const char *name);

/* The path of the state that is meant by a PID or a file's name, likewise. */
char *state_path_of(const char *name);

/*
 * The root of the files of the process of that PID if it is not ours, as in a
 * container: "/proc/PID/root". Else, and for a file's name, NULL. Caller frees.
 */
char *state_root_of(const char *name);

/* The first bytes of a state: its control words and what process it is of. */
struct state_map {
	int fd;
	struct hfs_header *header; /* mapped; read-only unless writable */
};

/*
 * Opens and maps the state at `path`. A file that somebody cuts off afterwards
 * kills us with SIGBUS: for commands that need the words themselves, not for
 * files from elsewhere. 0, or -1 after error(). unmap takes one zeroed, too.
 */
int state_map(struct state_map *m, const char *path, bool writable);
void state_unmap(struct state_map *m);

/* The same, writable, of a process that lives; -1 after error() also if not. */
int state_map_living(struct state_map *m, const char *path);

/*
 * Whether a process still writes to it: its own namespace's pid and start
 * time, or, from another one, whether somebody has it mapped for writing.
 */
bool state_is_alive(const struct state_map *m);

#endif
