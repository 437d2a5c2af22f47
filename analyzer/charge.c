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
#include <string.h>

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

void
charger_init(
	struct charger *c, const struct profile *p, const struct wrappers *w)
{
	*c = (struct charger){ .p = p, .w = w };
}

void
charger_release(struct charger *c)
{
	free(c->known);
	*c = (struct charger){ 0 };
}

static void
make_room(struct charger *c)
{
	uint32_t n = c->p->function_count;

	if (n <= c->capacity)
		return;
	n += n / 2;
	c->known = xrealloc(c->known, n);
	memset(c->known + c->capacity, 0, n - c->capacity);
	c->capacity = n;
}

static bool
is_wrapper(struct charger *c, uint32_t frame)
{
	uint32_t f = c->p->frames[frame].function;
	const struct function *function = &c->p->functions[f];
	bool yes;

	make_room(c);
	if (!c->known[f]) {
		yes = is_nameless_allocator(c->p, function) ||
		      wrappers_match(
			      c->w, strtab_get(&c->p->strings, function->name));
		c->known[f] = yes ? 2 : 1;
	}
	return c->known[f] == 2;
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

uint32_t
charger_charge(struct charger *c, const uint32_t *frames, uint32_t depth)
{
	uint32_t charge = depth, least = 0; /* frames that are never charged */

	if (!c->w)
		return depth;
	while (least + 1 < depth && is_marker(c->p, frames[least]))
		least++;
	while (charge > least + 1) {
		uint32_t left = charge - 1;

		if (!is_wrapper(c, frames[charge - 1]))
			left = without_nameless(c->p, frames, charge);
		if (left == charge)
			break;
		charge = left;
	}
	return charge;
}

void
charge_stacks(struct shown *s, const struct wrappers *w)
{
	struct charger c;

	charger_init(&c, s->profile, w);
	for (uint32_t i = 0; i < s->stack_count; i++) {
		struct shown_stack *stack = &s->stacks[i];

		stack->charge = charger_charge(
			&c, s->frames + stack->first, stack->depth);
	}
	charger_release(&c);
}
