/* SPDX-License-Identifier: Apache-2.0 */
/* Which frame of a stack decided to allocate. */
#ifndef CHARGE_H
#define CHARGE_H

#include "select.h"
#include "wrappers.h"

struct charger {
	const struct profile *p; /* borrowed; functions may be added to it */
	const struct wrappers *w; /* borrowed; NULL: the leaf is charged */
	char *known; /* by function: 0 not asked yet, 1 no wrapper, 2 one */
	uint32_t capacity;
};

void charger_init(
	struct charger *c, const struct profile *p, const struct wrappers *w);
void charger_release(struct charger *c);

/*
 * How many frames, from the root on, are left without the wrappers at the
 * leaf's end. A function without a name gives way to the named one of its
 * module that called it, and in the library of an allocator to whoever called
 * that. If all frames are wrappers the outermost is charged; frames of our own
 * making never are, unless there is no other.
 */
uint32_t charger_charge(
	struct charger *c, const uint32_t *frames, uint32_t depth);

/* Sets stacks[].charge. */
void charge_stacks(struct shown *s, const struct wrappers *w);

#endif
