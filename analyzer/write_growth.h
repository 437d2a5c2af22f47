/* SPDX-License-Identifier: Apache-2.0 */
/* What grows, for people and for programs. */
#ifndef WRITE_GROWTH_H
#define WRITE_GROWTH_H

#include <stdio.h>

#include "growth.h"
#include "growth_limit.h"

struct growth_view {
	int top; /* stacks; 0: all */
	bool exact; /* plain digits instead of KiB, MiB */
	bool steady; /* those that neither grow nor shrink, too */
	bool looks; /* points are looks at a live state, not dumps */
	int columns; /* of the terminal; 0: it is none */
	const struct growth_limit *limit;
};

void write_growth(
	FILE *out, const struct growth *g, const struct growth_view *v);

/* heapflame-growth/1 */
void write_growth_json(
	FILE *out, const struct growth *g, const struct growth_view *v);

/* How many of the stacks are listed. */
uint32_t growth_listed(const struct growth *g, const struct growth_view *v);

#endif
