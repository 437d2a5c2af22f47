/* SPDX-License-Identifier: Apache-2.0 */
/* What became of the process that a live state is of. */
#ifndef LIVE_OWNER_H
#define LIVE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "heapflame_state.h"

enum live_fate {
	LIVE_RUNNING,
	LIVE_EXITED, /* whoever started it says so; without a final dump */
	LIVE_SIGNALLED, /* the same */
	LIVE_DUMPED, /* it exited; its final dump holds the same, and more */
	LIVE_REPLACED, /* its pid runs another program by now, by exec */
	LIVE_GONE /* killed, crashed or _exit: nobody was there to say */
};

struct live_owner {
	enum live_fate fate;
	int pid; /* in our pid namespace; 0: it has none, or it isn't known */
	int status; /* LIVE_EXITED: exit status, -1 not known; or the signal */
};

/*
 * A process that writes to a state has it mapped: that is asked of /proc where
 * it can be, else of the file. `path` is where the state was read from.
 */
void live_owner_find(
	struct live_owner *o, const char *path, const struct hfs_header *h);

/* Memory of a running process as of now, in bytes; false: it can't be had. */
struct live_rss {
	uint64_t rss, anonymous, file, shared, highest;
};
bool live_owner_rss(const struct live_owner *o, struct live_rss *r);

/*
 * OOM kills in the state's cgroup since its process began; 0 also where it
 * can't be known. `path` in the header is that cgroup's, as the process saw it.
 */
uint64_t live_owner_oom_kills(const struct hfs_header *h);

#endif
