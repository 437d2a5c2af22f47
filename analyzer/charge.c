/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is charged: seen from the leaf, the first frame that is no allocation
 * wrapper. Only the run of wrappers at the leaf's end is skipped; a wrapper
 * further out called back into code that decided.
 *
 * "[perl+0x111213]" is no answer, either. In a stripped module such a local
 * function is charged to the exported one that it works for, and stays to be
 * seen as what that one called. It is never charged across modules: a stripped
 * program would end up under libc's name.
 */
#include "charge.h"

#include <stdlib.h>

#include "allocator.h"
#include "err.h"

/* Is the frame one that nobody called: a process, "[truncated]", ...? */
static bool
is_marker(const struct profile *p, uint32_t frame)
{
	const struct function *f = &p->functions[p->frames[frame].function];

	return !f->named && f->module == NONE;
}

/*
 * A local function of an allocator's library that is stripped, as Debian's are:
 * whatever it is, it allocates for its caller.
 */
static bool
is_nameless_allocator(const struct profile *p, const struct function *f)
{
	uint32_t module = f->named ? NONE : f->module;

	return module != NONE && allocator_is_library(strtab_get(
					 &p->strings, p->modules[module].path));
}

/* Answers of wrappers_match by function: 0 not asked yet, 1 no, 2 yes. */
static bool
is_wrapper(const struct shown *s, const struct wrappers *w, char *known,
	uint32_t frame)
{
	uint32_t f = s->profile->frames[frame].function;
	bool yes;

	if (!known[f]) {
		yes = is_nameless_allocator(
			      s->profile, &s->profile->functions[f]) ||
		      wrappers_match(w, shown_name(s, frame));
		known[f] = yes ? 2 : 1;
	}
	return known[f] == 2;
}

/* The module of a frame without a name; NONE if it has a name or no module. */
static uint32_t
nameless_in(const struct profile *p, uint32_t frame)
{
	const struct function *f = &p->functions[p->frames[frame].function];

	return f->named ? NONE : f->module;
}

/*
 * How many frames are left of `charge` when nameless ones at its end give way
 * to the named function of their module that called them. As many as there
 * were, if nothing but nameless frames lie between here and another module.
 */
static uint32_t
without_nameless(
	const struct profile *p, const uint32_t *frames, uint32_t charge)
{
	uint32_t module = nameless_in(p, frames[charge - 1]);

	if (module == NONE)
		return charge;
	for (uint32_t i = charge - 1; i > 0; i--) {
		const struct function *f =
			&p->functions[p->frames[frames[i - 1]].function];

		if (f->module != module)
			break;
		if (f->named)
			return i;
	}
	return charge;
}

/* least: frames at the root that are never charged. */
static uint32_t
charged(const struct shown *s, const struct wrappers *w, char *known,
	const struct shown_stack *stack, uint32_t least)
{
	const uint32_t *frames = s->frames + stack->first;
	uint32_t charge = stack->depth;

	while (charge > least + 1) {
		uint32_t left = charge - 1;

		if (!is_wrapper(s, w, known, frames[charge - 1]))
			left = without_nameless(s->profile, frames, charge);
		if (left == charge)
			break;
		charge = left;
	}
	return charge;
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
		stack->charge =
			w ? charged(s, w, known, stack, least) : stack->depth;
	}
	free(known);
}
