/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of a struct shown as a tree: node 0 is the root ("all"). A node's
 * children are its sorted (bytewise by name) callees; their totals and its own
 * self add up to its total, exactly.
 */
#ifndef TREE_H
#define TREE_H

#include "select.h"

struct tree_node {
	uint32_t frame; /* index into profile->frames; NONE for the root */
	uint32_t parent, first_child, next_sibling; /* NONE: there is none */
	uint32_t depth; /* root is 0 */
	int64_t total, self; /* of the metric */
	int64_t objects, bytes; /* totals */
	double var; /* of total */
	bool wrapper; /* only ever beyond the frame that is charged */
};

struct tree {
	const struct shown *shown; /* borrowed */
	struct tree_node *nodes; /* in preorder: a parent before its children,
				    siblings in order */
	uint32_t count;
	uint32_t depth; /* of the deepest node */
};

/*
 * Frames that differ only in their line are one node. With `wrappers` false
 * the frames beyond the charged one are folded away into it.
 */
void tree_build(struct tree *t, const struct shown *s, bool wrappers);
void tree_release(struct tree *t);

#endif
