/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of leaks have in common. */
#ifndef WRITE_LEAKS_H
#define WRITE_LEAKS_H

#include "write.h"

/*
 * What still accumulates first and what is of the start last, the largest
 * first among each. Caller frees.
 */
const struct shown_stack **leaks_in_order(
	const struct shown *s, const struct leaks_view *v);

/* How many of them v->top lets be listed. */
uint32_t leaks_listed(const struct shown *s, const struct leaks_view *v);

int64_t leaks_objects(const struct shown *s);

/* One leak's frames, as lines. */
void write_leak_stack(
	FILE *out, const struct shown *s, const struct shown_stack *leak);

/* A line below them: how sure the bytes are; nothing where they are exact. */
void write_leak_error(
	FILE *out, const struct shown *s, const struct shown_stack *leak);

/* A line: of what kind, from when to when; nothing where that is not known. */
void write_leak_age(FILE *out, const struct leak_age *age);

/* A line of the head: how much of each kind; nothing if none is told. */
void write_leak_kinds(
	FILE *out, const struct shown *s, const struct leaks_view *v);

#endif
