/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks come sorted, so that each shares a prefix with the one before it
 * and only what follows that prefix is new: one path of open nodes is enough,
 * and nodes are made in preorder.
 */
#include "tree.h"

#include <stdlib.h>

#include "err.h"

/* The open path: node ids from the root on, and the last child of each. */
struct path {
	uint32_t *nodes, *last_child;
	uint32_t length; /* at least 1: the root */
};

static uint32_t
add_node(struct tree *t, struct path *path, uint32_t frame)
{
	uint32_t id = t->count;
	uint32_t depth = path->length;
	uint32_t parent = depth > 0 ? path->nodes[depth - 1] : NONE;

	GROW32(t->nodes, t->count);
	if (t->more) {
		GROW32(t->more, t->count);
		t->more[t->count] = (struct tree_more){ 0 };
	}
	t->nodes[t->count++] = (struct tree_node){
		.frame = frame,
		.parent = parent,
		.next_sibling = NONE,
		.depth = depth,
		.wrapper = parent != NONE,
	};
	if (parent != NONE && path->last_child[depth - 1] != NONE)
		t->nodes[path->last_child[depth - 1]].next_sibling = id;
	if (depth > 0)
		path->last_child[depth - 1] = id;
	path->nodes[depth] = id;
	path->last_child[depth] = NONE;
	path->length++;
	if (depth > t->depth)
		t->depth = depth;
	return id;
}

/* Is it the same function? Strings are interned: equal ones are one. */
static bool
is_same(const struct profile *p, uint32_t x, uint32_t y)
{
	const struct function *a, *b;

	if (x == y || p->frames[x].function == p->frames[y].function)
		return true;
	a = &p->functions[p->frames[x].function];
	b = &p->functions[p->frames[y].function];
	if (a->name != b->name || a->file != b->file)
		return false;
	return a->module == b->module ||
	       (a->module != NONE && b->module != NONE &&
		       p->modules[a->module].path ==
			       p->modules[b->module].path);
}

/* How many nodes of the open path the stack goes through, without the root. */
static uint32_t
shared(const struct tree *t, const struct path *path, const uint32_t *frames,
	uint32_t depth)
{
	const struct profile *p = t->shown->profile;
	uint32_t i = 0;

	while (i < depth && i + 1 < path->length &&
		is_same(p, frames[i], t->nodes[path->nodes[i + 1]].frame))
		i++;
	return i;
}

static void
add_more(struct tree *t, const struct path *path, const struct shown_stack *s,
	uint32_t depth)
{
	for (uint32_t i = 0; i <= depth; i++) {
		struct tree_more *more = &t->more[path->nodes[i]];

		more->objects += s->objects;
		more->bytes += s->bytes;
		more->var += s->var;
	}
}

static void
add_stack(struct tree *t, struct path *path, const struct shown_stack *s,
	uint32_t depth)
{
	const uint32_t *frames = t->shown->frames + s->first;

	path->length = 1 + shared(t, path, frames, depth);
	while (path->length <= depth)
		add_node(t, path, frames[path->length - 1]);
	for (uint32_t i = 0; i <= depth; i++) {
		struct tree_node *node = &t->nodes[path->nodes[i]];

		node->total += s->value;
		/* Charged in one stack: no wrapper, whatever it is in others.
		 */
		if (i <= s->charge)
			node->wrapper = false;
	}
	t->nodes[path->nodes[depth]].self += s->value;
	if (t->more)
		add_more(t, path, s, depth);
}

static uint32_t
deepest(const struct shown *s)
{
	uint32_t depth = 0;

	for (uint32_t i = 0; i < s->stack_count; i++)
		if (s->stacks[i].depth > depth)
			depth = s->stacks[i].depth;
	return depth;
}

static bool
any_more(const struct shown *s)
{
	for (uint32_t i = 0; i < s->stack_count; i++)
		if (s->stacks[i].objects != 0 || s->stacks[i].bytes != 0 ||
			s->stacks[i].var != 0)
			return true;
	return false;
}

void
tree_build(struct tree *t, const struct shown *s, bool wrappers)
{
	size_t room = deepest(s) + 1;
	struct path path = {
		.nodes = xmalloc(room * sizeof *path.nodes),
		.last_child = xmalloc(room * sizeof *path.last_child),
	};

	*t = (struct tree){ .shown = s };
	if (any_more(s))
		GROW32(t->more, t->count);
	add_node(t, &path, NONE);
	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];

		add_stack(t, &path, stack,
			wrappers ? stack->depth : stack->charge);
	}
	free(path.nodes);
	free(path.last_child);
}

void
tree_release(struct tree *t)
{
	free(t->nodes);
	free(t->more);
	*t = (struct tree){ 0 };
}
