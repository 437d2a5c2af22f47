/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree, sorted for the picture. A stack of pending nodes instead of
 * recursion, since a tree may be as deep as its input says. A node's children
 * are pushed with their places known already, the last one first, so that what
 * is popped comes out in preorder.
 */
#include "svg_layout.h"

#include <stdlib.h>

#include "err.h"

#define FEW   12
#define AHEAD 8 /* nodes */

struct pending {
	uint32_t node, parent;
	uint32_t size; /* nodes of its subtree */
	int64_t total, start;
};

struct work {
	struct pending *stack;
	size_t count, capacity;
};

static int
heaviest_last(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? -1 : 1;
	return x->node > y->node ? -1 : x->node < y->node;
}

static void
push(struct work *w, struct pending p)
{
	GROW(w->stack, w->count, w->capacity);
	w->stack[w->count++] = p;
}

/* Most frames have few children: no need to call for those. */
static void
sort_children(struct pending *list, size_t count)
{
	if (count > FEW) {
		qsort(list, count, sizeof *list, heaviest_last);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct pending p = list[i];
		size_t j = i;

		for (; j > 0 && heaviest_last(&list[j - 1], &p) > 0; j--)
			list[j] = list[j - 1];
		list[j] = p;
	}
}

/* Pushes the children of what has become frame number `frame`. */
static void
push_children(
	struct work *w, const struct tree *t, struct pending p, uint32_t frame)
{
	size_t first = w->count;
	int64_t start = p.start;
	uint32_t child, next;

	for (child = tree_first_child(t, p.node); child != NONE; child = next) {
		uint32_t end = p.node + p.size;

		next = t->nodes[child].next_sibling;
		if (next != NONE)
			end = next;
		push(w, (struct pending){
				.node = child,
				.parent = frame,
				.size = end - child,
				.total = t->nodes[child].total,
			});
	}
	if (w->count == first)
		return;
	sort_children(w->stack + first, w->count - first);
	for (size_t i = w->count; i > first; i--) {
		w->stack[i - 1].start = start;
		start += w->stack[i - 1].total;
	}
}

void
svg_layout_build(struct svg_layout *l, const struct tree *t)
{
	struct work w = { 0 };

	*l = (struct svg_layout){ .tree = t };
	l->frames = xmalloc_large(t->count * sizeof *l->frames);
	push(&w, (struct pending){
			 .parent = NONE,
			 .size = t->count,
			 .total = t->nodes[0].total,
		 });
	while (w.count) {
		struct pending p = w.stack[--w.count];
		const struct tree_node *node = &t->nodes[p.node];
		uint32_t frame = l->count++;

		/* Those above it come next, and lie behind it. */
		__builtin_prefetch(&t->nodes[p.node + AHEAD]);

		l->frames[frame] = (struct svg_frame){
			.node = p.node,
			.parent = p.parent,
			.end = frame + p.size,
			.depth = node->depth,
			.own = node->own,
			.kind = frame ? 2 * node->frame + node->wrapper : NONE,
			.start = p.start,
		};
		push_children(&w, t, p, frame);
	}
	free(w.stack);
}

void
svg_layout_release(struct svg_layout *l)
{
	free(l->frames);
	*l = (struct svg_layout){ 0 };
}

struct svg_pool
svg_layout_pool(const struct svg_layout *l, uint32_t first)
{
	const struct svg_frame *f = &l->frames[first];
	const struct svg_frame *parent = &l->frames[f->parent];
	const struct tree_node *above = &l->tree->nodes[parent->node];
	struct svg_pool pool = {
		.start = f->start,
		.value = parent->start + above->total - above->self - f->start,
	};

	for (uint32_t i = first; i < parent->end; i = l->frames[i].end)
		pool.siblings += l->tree->nodes[l->frames[i].node].total != 0;
	return pool;
}
