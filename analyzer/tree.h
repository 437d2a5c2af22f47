/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of a struct shown as a tree: node 0 is the root ("all"). A node's
 * children are its sorted (bytewise by name) callees; their totals and its own
 * self add up to its total, exactly. Several of one profile, each another
 * metric, are one tree: a column each, one of which the totals are of.
 */
#ifndef TREE_H
#define TREE_H

#include "select.h"

/* There may be millions: what few metrics have is in struct tree_more. */
struct tree_node {
	uint32_t frame; /* index into profile->frames; NONE for the root */
	uint32_t parent, next_sibling; /* NONE: there is none */
	uint32_t depth : 30; /* root is 0 */
	bool wrapper : 1; /* only ever beyond the frame that is charged */
	bool own : 1; /* it has something in tree->own */
	int64_t total, self; /* of the metric; 0: of other columns only */
};

/* What a node holds itself in one column. */
struct tree_own {
	uint32_t node, column;
	int64_t value;
	double var;
	/* In one column only: tree->life. Else 0. */
	double freed_objects, lifetime_ns;
};

struct tree_more {
	int64_t objects, bytes; /* totals */
	double var; /* of total */
};

struct tree {
	const struct shown *shown; /* borrowed; one of the columns */
	const struct shown *columns; /* borrowed */
	uint32_t column_count;
	uint32_t life; /* the column whose stacks tell lifetimes; NONE */
	struct tree_own *own; /* by node, then by column */
	size_t own_count;
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
 * Of `count` columns of one profile; totals are of columns[main]. Frames that
 * differ only in their line are one node. With `wrappers` false the frames
 * beyond the charged one are folded away into it.
 */
void tree_build_columns(struct tree *t, const struct shown *columns,
	uint32_t count, uint32_t main, bool wrappers);

static inline void
tree_build(struct tree *t, const struct shown *s, bool wrappers)
{
	tree_build_columns(t, s, 1, 0, wrappers);
}

/*
 * The same with wrappers; leaves[c][i] becomes the node in which stack i of
 * column c ends.
 */
void tree_build_leaves(struct tree *t, const struct shown *columns,
	uint32_t count, uint32_t main, uint32_t *const *leaves);
void tree_release(struct tree *t);

#endif
