/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text of short lines may cost: a distinct stack takes hundreds of
 * bytes here, and more when it is shown, a line of a file that nobody vouches
 * for as few as five. So distinct stacks are bounded by what has been read: at
 * most 10 bytes of ours a byte of the file, and 64 MiB. What comes beyond is
 * counted in one stack "[other stacks]", so that totals stay right.
 *
 *	struct read_budget budget;
 *
 *	read_budget_init(&budget, p);
 *	for each line:
 *		if (the stack is new and !read_budget_allows(&budget, s->taken))
 *			stack = read_budget_other(&budget);
 *	read_budget_end(&budget, s->name);
 */
#ifndef READ_BUDGET_H
#define READ_BUDGET_H

#include <stdbool.h>

#include "profile.h"

struct read_budget {
	struct profile *p;
	uint64_t before; /* what p cost already */
	uint64_t rows_to_come; /* that the reader keeps until its end */
	uint64_t names_to_come; /* of places that symbolize.c will look up */
	uint64_t frame_cost; /* bytes of a frame of a stack, when it is shown */
	uint64_t turned_away; /* lines */
	uint32_t other; /* the stack, or NONE */
};

void read_budget_init(struct read_budget *b, struct profile *p);

/*
 * What a frame takes, where that is known better: a compact format has stacks
 * that share their frames, and little room for many others.
 */
void read_budget_frames(struct read_budget *b, uint64_t bytes);

/* Takes so many bytes besides what is counted in the profile. */
void read_budget_spend(struct read_budget *b, uint64_t bytes);

/*
 * Is there room for one more stack, `taken` bytes of the file (packed as they
 * are) having been read? Cheap, but not free: ask for new ones only.
 */
bool read_budget_allows(const struct read_budget *b, uint64_t taken);

/*
 * How many frames deep a new stack may be; 0: there is no room for any. For
 * formats in which one line may be a stack of millions.
 */
uint32_t read_budget_depth(const struct read_budget *b, uint64_t taken);

/* The stack for what found no room; counts how often that was. */
uint32_t read_budget_other(struct read_budget *b);

/* One warning, if any stack was turned away. */
void read_budget_end(const struct read_budget *b, const char *name);

#endif
