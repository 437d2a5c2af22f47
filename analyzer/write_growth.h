/* SPDX-License-Identifier: Apache-2.0 */
/* What grows, for people and for programs. */
#ifndef WRITE_GROWTH_H
#define WRITE_GROWTH_H

#include <stdio.h>

#include "amount.h"
#include "growth.h"
#include "growth_limit.h"
#include "units.h"

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

/* Parts of the above. */
void write_growth_head(
	FILE *out, const struct growth *g, const struct growth_view *v);
#define GROWTH_HOUR 3600
struct interval growth_an_hour(const struct interval *a_second);
const char *growth_bytes(char buf[UNITS_MAX], double bytes, bool exact);
/* "+12.3 MiB ± 0.8" */
#define GROWTH_CELL (AMOUNT_MAX + 1)
const char *growth_change(char buf[GROWTH_CELL], double value,
	const struct interval *i, bool exact);
const char *growth_points_name(const struct growth_view *v, uint32_t count);

/* How many of the stacks are listed. */
uint32_t growth_listed(const struct growth *g, const struct growth_view *v);

#endif
