/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A difference as one tree of two panels, to one scale: on "now" stands what
 * the new side holds, on "gone and shrunk" what the old one held more, stack by
 * stack. So what grew is a part of a width, what shrank or vanished a width of
 * its own, and all are integers that add up: the root's is after + gone, the
 * sum of max(before, after).
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

struct diff_tree {
	struct shown shown; /* borrows the profile */
	struct tree tree;
	struct diff_figure *figures; /* by node; of the root d->total */
	uint32_t first; /* frame of the panel "now" */
	int64_t gone; /* width of the other panel */
	bool negated;
};

/*
 * p is d->shown.profile and gets the panels' frames. negate: the widths are the
 * same, but what d calls the new side is the earlier one, so that the panels
 * are "before" and "new and grown", and every change is of the other sign.
 */
void diff_tree_build(struct diff_tree *t, const struct diff *d,
	struct profile *p, bool negate);
void diff_tree_release(struct diff_tree *t);

#endif
