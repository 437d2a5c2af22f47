/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A difference as one tree of two panels, to one scale: on "now" stands what
 * the new side holds, on "gone and shrunk" what the old one held more, stack by
 * stack. So what grew is a part of a width, what shrank or vanished a width of
 * its own, and all are integers that add up: the root's is after + gone, the
 * sum of max(before, after). Each metric is a column.
 *
 * Of each node there is a figure of all that stands on it. On "now" stacks that
 * vanished count, too, though they have no width there: a function's change is
 * its total one. On "gone and shrunk" it is of the stacks that hold less.
 */
#ifndef DIFF_TREE_H
#define DIFF_TREE_H

#include "diff.h"
#include "tree.h"

#define DIFF_NOW  "now"
#define DIFF_GONE "gone and shrunk"
/* Of what was asked for the other way round. */
#define DIFF_BEFORE "before"
#define DIFF_CAME   "new and grown"

/* What is summed up of a column, by node. */
struct diff_sums {
	struct diff_sum {
		int64_t before, after;
	} * sums;
	/* What came and went; NULL: there are no errors, or none is known. */
	struct diff_sides {
		struct value came, went;
	} * sides;
	bool *certain; /* among so many nodes; NULL without sides */
};

struct diff_tree {
	const struct diff_columns *of; /* borrowed */
	struct shown columns[METRICS]; /* borrow the profile */
	uint32_t *leaves[METRICS]; /* by column and stack: where it ends */
	struct tree tree;
	struct diff_sums sums; /* of the main column */
	uint32_t first, second; /* frames of the panels */
	int64_t gone; /* width of the second panel, of the main column */
	bool negated;
};

/*
 * p is the differences' profile and gets the panels' frames. negate: the widths
 * are the same, but what they call the new side is the earlier one, so that the
 * panels are "before" and "new and grown", and every change is of the other
 * sign.
 */
void diff_tree_build(struct diff_tree *t, const struct diff_columns *of,
	struct profile *p, bool negate);
void diff_tree_release(struct diff_tree *t);

/* The same change seen from the other side. */
struct diff_figure diff_figure_negated(const struct diff_figure *f);

/* Of any column. */
void diff_tree_sum(
	const struct diff_tree *t, uint32_t column, struct diff_sums *s);
void diff_sums_release(struct diff_sums *s);

/* Judged, without objects; of the root it is the total. */
struct diff_figure diff_tree_figure(const struct diff_tree *t, uint32_t column,
	const struct diff_sums *s, uint32_t node);

/*
 * What ends in a node itself, not judged; false: nothing. Nodes with equal
 * functions on both panels have the same of a stack that holds less.
 */
bool diff_tree_own(const struct diff_tree *t, uint32_t column, uint32_t node,
	struct diff_figure *own);

#endif
