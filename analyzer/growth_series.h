/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dumps of one process on their way to trends; for growth*.c only. What a
 * dump says of a row is kept only where it is not what the last one said, and a
 * live sample once however many dumps list it: so a thousand dumps take little
 * more than what is distinct in them.
 */
#ifndef GROWTH_SERIES_H
#define GROWTH_SERIES_H

#include "growth.h"

struct growth_point {
	uint64_t ns; /* since the process's start */
	bool listed; /* all live samples */
};

/* What a row held from one point on, until its next entry. */
struct growth_held {
	double live, live_var, allocated, allocated_var;
	uint32_t samples; /* live */
	uint32_t point, next; /* next: of the same row, or NONE */
};

struct growth_block {
	uint64_t birth_ns;
	double bytes, var;
	uint32_t first, last; /* points that list it, of the listed ones */
	uint32_t row;
};

/* A block that may be listed again. */
struct growth_alive {
	uint64_t id;
	uint32_t block;
};

struct growth_series {
	/* Rows keep their index from one point to the next. */
	struct profile *p; /* borrowed */
	struct growth_process about;
	struct growth_point *points;
	struct growth_held *held;
	struct growth_block *blocks;
	struct growth_alive *alive; /* by id */
	uint32_t *first_held, *last_held; /* by row; NONE */
	uint32_t row_count, alive_count;
	uint32_t point_count, held_count, block_count;
	uint32_t listed_count; /* of the points */
	/* As the last point has them; names are strings of p. */
	struct process process;
	struct phase *phases;
};

/* An empty list. */
void growth_init(struct growth *g, const struct growth_options *o);

void growth_series_init(struct growth_series *s, struct profile *p);
void growth_series_release(struct growth_series *s);

/* What p holds, which is of one dump, is the next point. */
void growth_series_add(struct growth_series *s);

/* There is no more of it: its stacks become some of g's. 0, or -1. */
int growth_judge(struct growth *g, struct growth_series *s,
	const struct growth_options *o);

/* Once all were judged: which of many, and their order. -1 after error(): no
 * process had enough points. */
int growth_finish(struct growth *g);

#endif
