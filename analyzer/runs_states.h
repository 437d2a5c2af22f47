/* SPDX-License-Identifier: Apache-2.0 */
/* The live states of this machine, or container: of whom, and what they hold.
 */
#ifndef RUNS_STATES_H
#define RUNS_STATES_H

#include "live_owner.h"
#include "profile.h"

struct states_entry {
	char *file;
	char *exe, *id; /* NULL: not known */
	int pid; /* as the process knew itself; 0: not known */
	int pid_here; /* in our namespace, of a running one; or 0 */
	enum live_fate fate;
	int status; /* see live_owner.h */
	uint64_t oom_kills; /* in its cgroup, since it began */
	int64_t start_ms, end_ms; /* wall clock; the latest that is known */
	uint64_t samples, interval_min, interval_max;
	struct value live; /* bytes */
	uint64_t device, inode;
};

/* `= {0}` is an empty list; release takes it back to that. */
struct states {
	struct states_entry *list;
	size_t count, capacity;
	size_t closed; /* folders of others, that we may not read */
	char **folders; /* looked into, by their real names */
	size_t folder_count, folder_capacity;
};

/*
 * All that can be found: of running processes, containers included, those
 * beside them, and those in /dev/shm and in $XDG_RUNTIME_DIR. What can't be
 * read costs a warning. Running ones first, then by start, the newest first.
 */
void states_find(struct states *s);

/* Those in a folder, or a single file. 0, or -1 after error(). */
int states_add(struct states *s, const char *path);

void states_sort(struct states *s);
void states_release(struct states *s);

#endif
