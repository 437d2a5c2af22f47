/* SPDX-License-Identifier: Apache-2.0 */
/* What memory a process may take, and how much of that is left. */
#ifndef GROWTH_LIMIT_H
#define GROWTH_LIMIT_H

#include <stdbool.h>

#include "growth.h"

struct growth_limit {
	const char *what; /* "the cgroup limit"; NULL: no limit is known */
	double bytes, left;
};

/*
 * Of a running process, as we see its pid: of its cgroup and those above it the
 * one with the least left. Pages of files that can be dropped count as left.
 */
void growth_limit_of(struct growth_limit *l, int pid);

/* One that was said, against what the judged processes had in memory in the
 * end, or if that is not known held. */
void growth_limit_said(
	struct growth_limit *l, const struct growth *g, double bytes);

#endif
