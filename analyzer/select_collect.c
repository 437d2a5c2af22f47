/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* strsep */
#include "select_collect.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

static void
push(struct collector *c, uint32_t frame)
{
	GROW(c->frames, c->frame_count, c->frame_capacity);
	c->frames[c->frame_count++] = frame;
}

/* The frames of one location, outermost first. */
static void
push_location(struct collector *c, uint32_t location)
{
	const struct location *l = &c->p->locations[location];

	for (uint32_t i = l->depth; i > 0; i--)
		push(c, c->p->location_frames[l->first + i - 1]);
}

/* "make/gcc", if it is to be shown; else "". */
static const char *
ancestors(const struct collector *c, uint32_t process)
{
	return c->s->bys == 0 || c->s->by[0] != BY_PROCESS
		       ? ""
		       : roots_ancestors(c->p, process);
}

uint32_t
collect_roots(const struct collector *c, uint32_t process)
{
	uint32_t n = (uint32_t)c->s->bys;
	bool in_name = false;

	for (const char *at = ancestors(c, process); *at; at++) {
		n += *at != '/' && !in_name;
		in_name = *at != '/';
	}
	return n;
}

/* Under --by process: "make", "gcc" before "cc1plus 4711". */
static void
push_ancestors(struct collector *c, uint32_t process)
{
	char *names = xstrdup(ancestors(c, process)), *rest = names, *name;

	while ((name = strsep(&rest, "/")))
		if (*name)
			push(c, roots_marker(c->p, name));
	free(names);
}

/* Where the roots of --by begin; the module's is not known yet. */
static size_t
push_roots(struct collector *c, const struct row *r)
{
	size_t start;

	push_ancestors(c, r->process);
	start = c->frame_count;
	for (int i = 0; i < c->s->bys; i++) {
		enum select_by by = c->s->by[i];

		push(c, by == BY_MODULE ? NONE
					: roots_by(&c->roots, r, NONE, by));
	}
	return start;
}

/* Now that it is clear which frame is charged. */
static void
fill_roots(struct collector *c, const struct row *r, size_t roots, size_t first)
{
	for (int i = 0; i < c->s->bys; i++) {
		uint32_t depth = (uint32_t)(c->frame_count - first);
		const uint32_t *frames = c->frames + first;

		if (c->s->by[i] == BY_MODULE)
			c->frames[roots + (size_t)i] = roots_by(&c->roots, r,
				frames[charger_charge(
					       &c->charger, frames, depth) -
					1],
				BY_MODULE);
	}
}

static void
push_frames(struct collector *c, const struct row *r)
{
	const struct stack stack = c->p->stacks[r->stack];
	uint32_t command = roots_command(&c->roots, r, c->s);
	size_t start;

	if (stack.depth > 0 && stack.truncated)
		push(c, roots_marker(c->p, "[truncated]"));
	start = c->frame_count;
	if (command != NONE)
		push(c, command);
	for (uint32_t i = stack.depth; i > 0; i--)
		push_location(c, c->p->stack_locations[stack.first + i - 1]);
	if (c->frame_count == start)
		push(c, roots_marker(c->p, "[no stack]"));
}

/* False: a rule drops it. */
static bool
push_stack(struct collector *c, const struct row *r, bool inherited)
{
	size_t roots = push_roots(c, r), first;

	if (inherited)
		push(c, roots_marker(c->p, "[inherited by fork]"));
	first = c->frame_count;
	push_frames(c, r);
	if (c->rules.any) {
		uint32_t depth = (uint32_t)(c->frame_count - first);

		if (!rules_apply(&c->rules, c->frames + first, &depth))
			return false;
		c->frame_count = first + depth;
		if (depth == 0)
			push(c, roots_marker(c->p, "[hidden]"));
	}
	fill_roots(c, r, roots, first);
	return true;
}

/* False: a rule drops it. */
static bool
add_entry(struct collector *c, struct entry e)
{
	if (c->frame_count > UINT32_MAX / 2) {
		error("the stacks of this profile are too many to be shown");
		exit(EXIT_FAILED);
	}
	e.first = (uint32_t)c->frame_count;
	if (!push_stack(c, &c->p->rows[e.row], e.inherited)) {
		c->frame_count = e.first;
		return false;
	}
	e.depth = (uint32_t)c->frame_count - e.first;
	GROW(c->entries, c->count, c->capacity);
	c->entries[c->count++] = e;
	return true;
}

/* What of a row counts, its own or what it inherited, if it is anything. */
static void
collect_side(struct collector *c, uint32_t row, bool inherited)
{
	enum metric_side side = inherited	 ? OF_INHERITED
				: c->span.at_end ? OF_PHASE
						 : OF_ALL;
	struct entry e = { .row = row, .inherited = inherited };
	const struct figures *f = &e.figures;

	metric_add(&e.figures, &c->p->rows[row], c->metric, side);
	if (!(f->value > 0) && !(c->s->keep_empty && f->objects > 0))
		return;
	c->whole += f->value;
	if (add_entry(c, e))
		figures_add(&c->kept, f);
}

void
collect(struct collector *c, const struct wrappers *w)
{
	bool live = c->metric == INUSE_SPACE || c->metric == INUSE_OBJECTS;
	/* Not the child's own: only where each stands for itself. */
	bool inherited = live && !c->span.phases && !c->s->leave_inherited &&
			 select_is_by(c->s, BY_PROCESS);

	roots_init(&c->roots, c->p, c->s->by_program);
	charger_init(&c->charger, c->p, w);
	/* Most stacks have one row, and most locations one frame. */
	c->frame_capacity =
		(size_t)c->p->stack_location_count + c->p->row_count;
	c->frames = xmalloc_large(c->frame_capacity * sizeof *c->frames);
	for (uint32_t i = 0; i < c->p->row_count; i++) {
		if (!span_holds(&c->span, &c->p->rows[i]))
			continue;
		collect_side(c, i, false);
		if (inherited && c->p->rows[i].inherited_objects.sum > 0)
			collect_side(c, i, true);
	}
}

void
collect_release(struct collector *c)
{
	span_release(&c->span);
	rules_release(&c->rules);
	roots_release(&c->roots);
	charger_release(&c->charger);
	free(c->frames);
	free(c->entries);
}
