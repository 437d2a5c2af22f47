/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* qsort_r */
#include "tree_callers.h"

#include <stdlib.h>

#include "err.h"

struct order {
	const struct shown *shown;
	const uint32_t *places; /* by function */
};

static uint32_t
place_of(const struct order *o, uint32_t at)
{
	const struct shown *s = o->shown;

	return o->places[s->profile->frames[s->frames[at]].function];
}

static int
compare(const void *a, const void *b, void *context)
{
	const struct shown_stack *x = a, *y = b;

	for (uint32_t i = 0; i < x->depth && i < y->depth; i++) {
		uint32_t left = place_of(context, x->first + i);
		uint32_t right = place_of(context, y->first + i);

		if (left != right)
			return left < right ? -1 : 1;
	}
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static void
reverse(uint32_t *frames, uint32_t depth)
{
	for (uint32_t i = 0; i < depth / 2; i++) {
		uint32_t frame = frames[i];

		frames[i] = frames[depth - 1 - i];
		frames[depth - 1 - i] = frame;
	}
}

void
shown_reverse(struct shown *out, const struct shown *s)
{
	uint32_t *places = select_places(s->profile);
	struct order order = { out, places };
	size_t frames = 0;

	*out = *s;
	/* Only one of the two may own these. */
	out->pairs = NULL;
	out->stack_of = NULL;
	for (uint32_t i = 0; i < s->stack_count; i++)
		frames += s->stacks[i].depth;
	out->stacks = xmalloc((s->stack_count + 1) * sizeof *out->stacks);
	out->frames = xmalloc((frames + 1) * sizeof *out->frames);
	out->frame_count = 0;
	for (uint32_t i = 0; i < s->stack_count; i++) {
		struct shown_stack *stack = &out->stacks[i];

		*stack = s->stacks[i];
		stack->first = out->frame_count;
		stack->charge = stack->depth;
		for (uint32_t d = 0; d < stack->depth; d++)
			out->frames[out->frame_count++] =
				s->frames[s->stacks[i].first + d];
		reverse(out->frames + stack->first, stack->depth);
	}
	qsort_r(out->stacks, out->stack_count, sizeof *out->stacks, compare,
		&order);
	free(places);
}
