/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of a struct shown as a tree: node 0 is the root ("all"). A node's
 * children are its sorted (bytewise by name) callees; their totals and its own
 * self add up to its total, exactly.
 */
#ifndef TREE_H
#define TREE_H

#include "select.h"

/* There may be millions: what few metrics have is in struct tree_more. */
struct tree_node {
	uint32_t frame; /* index into profile->frames; NONE for the root */
	uint32_t parent, next_sibling; /* NONE: there is none */
	uint32_t depth : 31; /* root is 0 */
	bool wrapper : 1; /* only ever beyond the frame that is charged */
	int64_t total, self; /* of the metric */
};

struct tree_more {
	int64_t objects, bytes; /* totals */
	double var; /* of total */
};

struct tree {
	const struct shown *shown; /* borrowed */
	struct tree_node *nodes; /* in preorder: a parent before its children,
				    siblings in order */
	struct tree_more *more; /* by node; NULL: all is 0 */
	uint32_t count;
	uint32_t depth; /* of the deepest node */
};

/* The first child, which stands behind its parent; NONE: there is none. */
static inline uint32_t
tree_first_child(const struct tree *t, uint32_t node)
{
	return node + 1 < t->count && t->nodes[node + 1].parent == node
		       ? node + 1
		       : NONE;
}

static inline double
tree_var(const struct tree *t, uint32_t node)
{
	return t->more ? t->more[node].var : 0;
}

/*
 * Frames that differ only in their line are one node. With `wrappers` false
 * the frames beyond the charged one are folded away into it.
 */
void tree_build(struct tree *t, const struct shown *s, bool wrappers);
void tree_release(struct tree *t);

#endif
