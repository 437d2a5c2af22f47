/* SPDX-License-Identifier: Apache-2.0 */
/* A running process, looked at again and again. */
#ifndef GROWTH_WATCH_H
#define GROWTH_WATCH_H

#include <signal.h>

#include "growth.h"
#include "growth_limit.h"

struct growth_watch {
	const char *name; /* a PID, or a live state's file */
	double for_ms, every_ms;
	const volatile sig_atomic_t *interrupted; /* not 0: it is enough */
};

/*
 * As growth_find(), from the live state of that process, until the time is
 * over, it ends, or the user has had enough. Its limit is read in the end.
 */
int growth_watch(struct growth *g, const struct growth_watch *w,
	const struct growth_options *o, struct growth_limit *limit);

#endif
