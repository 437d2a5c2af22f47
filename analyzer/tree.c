/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks come sorted, so that each shares a prefix with the one before it
 * and only what follows that prefix is new: one path of open nodes is enough,
 * and nodes are made in preorder. So they are counted first, and their array
 * is what it will be at once. Nodes get what ends in them; totals are added up
 * from the last node to the first.
 */
#include "tree.h"

#include <stdlib.h>

#include "err.h"

/* The open path: node ids from the root on, and the last child of each. */
struct path {
	uint32_t *nodes, *last_child;
	uint32_t length; /* at least 1: the root */
	uint32_t plain; /* so many of them, from the root, are no wrappers */
};

static void
add_node(struct tree *t, struct path *path, uint32_t frame)
{
	uint32_t id = t->count++;
	uint32_t depth = path->length;
	uint32_t parent = depth > 0 ? path->nodes[depth - 1] : NONE;

	t->nodes[id] = (struct tree_node){
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

static uint32_t
depth_of(const struct shown_stack *stack, bool wrappers)
{
	return wrappers ? stack->depth : stack->charge;
}

/* How many frames stack i has in common with the one before it. */
static uint32_t
shared(const struct shown *s, uint32_t i, bool wrappers)
{
	const struct shown_stack *here = &s->stacks[i], *before = here - 1;
	uint32_t most, n = 0;

	if (i == 0)
		return 0;
	most = depth_of(here, wrappers);
	if (depth_of(before, wrappers) < most)
		most = depth_of(before, wrappers);
	while (n < most && is_same(s->profile, s->frames[here->first + n],
				   s->frames[before->first + n]))
		n++;
	return n;
}

static void
add_stack(struct tree *t, struct path *path, const struct shown_stack *s,
	uint32_t depth)
{
	const uint32_t *frames = t->shown->frames + s->first;
	uint32_t leaf;

	if (path->plain > path->length)
		path->plain = path->length;
	while (path->length <= depth)
		add_node(t, path, frames[path->length - 1]);
	/* Charged in one stack: no wrapper, whatever it is in others. */
	for (; path->plain <= s->charge && path->plain <= depth; path->plain++)
		t->nodes[path->nodes[path->plain]].wrapper = false;
	leaf = path->nodes[depth];
	t->nodes[leaf].self += s->value;
	if (t->more) {
		t->more[leaf].objects += s->objects;
		t->more[leaf].bytes += s->bytes;
		t->more[leaf].var += s->var;
	}
}

static void
add_up(struct tree *t)
{
	for (uint32_t i = t->count; i-- > 0;) {
		struct tree_node *node = &t->nodes[i];

		node->total += node->self;
		if (i == 0)
			return;
		t->nodes[node->parent].total += node->total;
		if (t->more) {
			struct tree_more *above = &t->more[node->parent];

			above->objects += t->more[i].objects;
			above->bytes += t->more[i].bytes;
			above->var += t->more[i].var;
		}
	}
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

/* Of each stack what it shares; the rest of it is new nodes, made room for. */
static uint32_t *
count_nodes(struct tree *t, const struct shown *s, bool wrappers)
{
	uint32_t *common = xmalloc((s->stack_count + 1) * sizeof *common);
	size_t nodes = 1;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		common[i] = shared(s, i, wrappers);
		nodes += depth_of(&s->stacks[i], wrappers) - common[i];
	}
	t->nodes = xmalloc_large(nodes * sizeof *t->nodes);
	if (any_more(s))
		t->more = xcalloc(nodes, sizeof *t->more);
	return common;
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
	struct path path = {
		.nodes = xmalloc(room * sizeof *path.nodes),
		.last_child = xmalloc(room * sizeof *path.last_child),
	};
	uint32_t *common;

	*t = (struct tree){ .shown = s };
	common = count_nodes(t, s, wrappers);
	add_node(t, &path, NONE);
	for (uint32_t i = 0; i < s->stack_count; i++) {
		path.length = 1 + common[i];
		add_stack(t, &path, &s->stacks[i],
			depth_of(&s->stacks[i], wrappers));
	}
	add_up(t);
	free(common);
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
