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

struct pending {
	uint32_t node, parent;
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

/* Pushes the children of `node`, which is frame number `frame`. */
static void
push_children(struct work *w, const struct tree *t, uint32_t node,
	uint32_t frame, int64_t start)
{
	size_t first = w->count;
	uint32_t child;

	for (child = t->nodes[node].first_child; child != NONE;
		child = t->nodes[child].next_sibling)
		push(w, (struct pending){
				.node = child,
				.parent = frame,
				.total = t->nodes[child].total,
			});
	if (w->count == first)
		return;
	qsort(w->stack + first, w->count - first, sizeof *w->stack,
		heaviest_last);
	for (size_t i = w->count; i > first; i--) {
		w->stack[i - 1].start = start;
		start += w->stack[i - 1].total;
	}
}

static void
set_ends(struct svg_layout *l)
{
	for (uint32_t i = l->count; i-- > 0;) {
		struct svg_frame *f = &l->frames[i];

		if (f->end < i + 1)
			f->end = i + 1;
		if (f->parent != NONE && l->frames[f->parent].end < f->end)
			l->frames[f->parent].end = f->end;
	}
}

void
svg_layout_build(struct svg_layout *l, const struct tree *t)
{
	struct work w = { 0 };

	*l = (struct svg_layout){ .tree = t };
	l->frames = xcalloc(t->count, sizeof *l->frames);
	push(&w, (struct pending){
			 .parent = NONE,
			 .total = t->nodes[0].total,
		 });
	while (w.count) {
		struct pending p = w.stack[--w.count];
		uint32_t frame = l->count++;

		l->frames[frame] = (struct svg_frame){
			.node = p.node,
			.parent = p.parent,
			.depth = t->nodes[p.node].depth,
			.start = p.start,
		};
		push_children(&w, t, p.node, frame, p.start);
	}
	free(w.stack);
	set_ends(l);
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
		.frames = parent->end - first,
	};

	for (uint32_t i = first; i < parent->end; i = l->frames[i].end)
		pool.siblings++;
	return pool;
}
