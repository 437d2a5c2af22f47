/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is charged: seen from the leaf, the first frame that is no allocation
 * wrapper. Only the run of wrappers at the leaf's end is skipped; a wrapper
 * further out called back into code that decided.
 */
#include "charge.h"

#include <stdlib.h>

#include "err.h"

/* Is the frame one that nobody called: a process, "[truncated]", ...? */
static bool
is_marker(const struct profile *p, uint32_t frame)
{
	const struct function *f = &p->functions[p->frames[frame].function];

	return !f->named && f->module == NONE;
}

/* Answers of wrappers_match by function: 0 not asked yet, 1 no, 2 yes. */
static bool
is_wrapper(const struct shown *s, const struct wrappers *w, char *known,
	uint32_t frame)
{
	uint32_t f = s->profile->frames[frame].function;

	if (!known[f])
		known[f] = wrappers_match(w, shown_name(s, frame)) ? 2 : 1;
	return known[f] == 2;
}

void
charge_stacks(struct shown *s, const struct wrappers *w)
{
	char *known = xcalloc(s->profile->function_count + 1, 1);

	for (uint32_t i = 0; i < s->stack_count; i++) {
		struct shown_stack *stack = &s->stacks[i];
		const uint32_t *frames = s->frames + stack->first;
		uint32_t least = 0;

		while (least + 1 < stack->depth &&
			is_marker(s->profile, frames[least]))
			least++;
		stack->charge = stack->depth;
		while (w && stack->charge > least + 1 &&
			is_wrapper(s, w, known, frames[stack->charge - 1]))
			stack->charge--;
	}
	free(known);
}
