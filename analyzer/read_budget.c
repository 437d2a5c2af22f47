/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The estimate counts elements: what each takes in the profile's arrays, their
 * hash tables (at worst 14 bytes an element, just after they grew) and, when
 * it is shown, in select.c, tree.c and svg_layout.c. It is checked against what
 * the kernel says in the tests.
 */
#include "read_budget.h"

#include <inttypes.h>

#include "err.h"

#define TIMES 10
#define SLACK ((uint64_t)40 << 20) /* of 64 MiB: the rest is ours anyway */

#define TABLE	   14
#define ROW_SHOWN  150 /* an entry and a shown stack */
#define ROW_LATER  300 /* and what the reader has of it */
#define NAME_LATER 250 /* a function, a frame, a name, a line of a report */
#define FRAME_COST 120 /* 3 numbers in arrays, a node, its place */
#define NAME_COST  130 /* its numbers, its sorting; twice its bytes apart */

static uint64_t
cost(const struct profile *p, uint64_t frame_cost)
{
	uint64_t sum;

	sum = p->row_count * (sizeof *p->rows + TABLE + ROW_SHOWN);
	sum += p->stack_count * (sizeof *p->stacks + TABLE);
	sum += p->stack_location_count * frame_cost;
	sum += p->location_count * (sizeof *p->locations + TABLE);
	sum += (uint64_t)p->location_frame_count * sizeof *p->location_frames;
	sum += p->frame_count * (sizeof *p->frames + TABLE);
	sum += p->function_count * (sizeof *p->functions + TABLE);
	sum += (uint64_t)p->strings.count * NAME_COST;
	return sum + 2 * p->strings.length;
}

void
read_budget_init(struct read_budget *b, struct profile *p)
{
	*b = (struct read_budget){ .p = p,
		.frame_cost = FRAME_COST,
		.before = cost(p, FRAME_COST),
		.other = NONE };
}

void
read_budget_frames(struct read_budget *b, uint64_t bytes)
{
	b->frame_cost = bytes;
	b->before = cost(b->p, bytes);
}

void
read_budget_spend(struct read_budget *b, uint64_t bytes)
{
	b->before -= bytes; /* may wrap: only differences count */
}

uint32_t
read_budget_depth(const struct read_budget *b, uint64_t taken)
{
	uint64_t later = b->rows_to_come * (sizeof *b->p->rows + ROW_LATER) +
			 b->names_to_come * NAME_LATER;
	uint64_t spent = cost(b->p, b->frame_cost) + later - b->before;
	uint64_t most = TIMES * taken + SLACK;
	uint64_t depth = spent < most ? (most - spent) / FRAME_COST + 1 : 0;

	/* Numbers of frames are 32 bits wide, in more than one place. */
	if (b->p->stack_location_count > UINT32_MAX / 4)
		return 0;
	return depth < UINT32_MAX / 4 ? (uint32_t)depth : UINT32_MAX / 4;
}

bool
read_budget_allows(const struct read_budget *b, uint64_t taken)
{
	return read_budget_depth(b, taken) > 0;
}

uint32_t
read_budget_other(struct read_budget *b)
{
	struct profile *p = b->p;

	b->turned_away++;
	if (b->other == NONE) {
		struct function f = { .file = NONE, .module = NONE };
		struct frame frame = { 0 };
		uint32_t i;

		f.name = strtab_add(&p->strings, "[other stacks]");
		frame.function = profile_function(p, f);
		i = profile_frame(p, frame);
		i = profile_location_named(p, NONE, 0, &i, 1);
		b->other = profile_stack(p, &i, 1, false);
	}
	return b->other;
}

void
read_budget_end(const struct read_budget *b, const char *name)
{
	if (b->turned_away > 0)
		warning("'%s' has more distinct stacks than its size allows "
			"for: %" PRIu64 " line%s counted in '[other stacks]'; "
			"if it is packed, unpack it first",
			name, b->turned_away,
			b->turned_away == 1 ? " is" : "s are");
}
