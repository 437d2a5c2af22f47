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
	t->nodes[t->count++] = (struct tree_node){
		.frame = frame,
		.parent = parent,
		.first_child = NONE,
		.next_sibling = NONE,
		.depth = depth,
		.wrapper = parent != NONE,
	};
	if (parent != NONE && path->last_child[depth - 1] == NONE)
		t->nodes[parent].first_child = id;
	else if (parent != NONE)
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

static uint32_t
place_of(const struct tree *t, const uint32_t *places, uint32_t frame)
{
	return places[t->shown->profile->frames[frame].function];
}

/* How many nodes of the open path the stack goes through, without the root. */
static uint32_t
shared(const struct tree *t, const struct path *path, const uint32_t *places,
	const uint32_t *frames, uint32_t depth)
{
	uint32_t i = 0;

	while (i < depth && i + 1 < path->length &&
		place_of(t, places, frames[i]) ==
			place_of(t, places, t->nodes[path->nodes[i + 1]].frame))
		i++;
	return i;
}

static void
add_stack(struct tree *t, struct path *path, const uint32_t *places,
	const struct shown_stack *s, uint32_t depth)
{
	const uint32_t *frames = t->shown->frames + s->first;

	path->length = 1 + shared(t, path, places, frames, depth);
	while (path->length <= depth)
		add_node(t, path, frames[path->length - 1]);
	for (uint32_t i = 0; i <= depth; i++) {
		struct tree_node *node = &t->nodes[path->nodes[i]];

		node->total += s->value;
		node->objects += s->objects;
		node->bytes += s->bytes;
		node->var += s->var;
		/* Charged in one stack: no wrapper, whatever it is in others.
		 */
		if (i <= s->charge)
			node->wrapper = false;
	}
	t->nodes[path->nodes[depth]].self += s->value;
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

void
tree_build(struct tree *t, const struct shown *s, bool wrappers)
{
	size_t room = deepest(s) + 1;
	uint32_t *places = select_places(s->profile);
	struct path path = {
		.nodes = xmalloc(room * sizeof *path.nodes),
		.last_child = xmalloc(room * sizeof *path.last_child),
	};

	*t = (struct tree){ .shown = s };
	add_node(t, &path, NONE);
	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];

		add_stack(t, &path, places, stack,
			wrappers ? stack->depth : stack->charge);
	}
	free(path.nodes);
	free(path.last_child);
	free(places);
}

void
tree_release(struct tree *t)
{
	free(t->nodes);
	*t = (struct tree){ 0 };
}
