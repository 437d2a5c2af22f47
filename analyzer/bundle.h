/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers dumps and the names of all that is in them, for write_bundle():
 *
 *	struct bundling b = { 0 };
 *	if (bundle_gather(&b, names, count, false) == 0)
 *		... bundle_write(&b, path) ...
 *	bundle_release(&b);
 */
#ifndef BUNDLE_H
#define BUNDLE_H

#include <stdbool.h>

#include "write_bundle.h"

struct bundling {
	struct profile p; /* every address, and no figures */
	bool only_last; /* earlier dumps of a process are not wanted */
	bool last; /* only the last dump of each process is read */
	struct bundled *list;
	size_t count, capacity;
	char **running; /* names of states of processes that run */
	size_t running_count, running_capacity;
};

/* The dumps that runs_each() finds. 0, or -1 after error(). */
int bundle_gather(struct bundling *b, char *const *names, int count, bool all);
/* The file at `path` appears whole or not at all. 0, or -1 after error(). */
int bundle_write(const struct bundling *b, const char *path);
void bundle_release(struct bundling *b);

#endif
