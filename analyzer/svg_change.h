/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of a difference: its colours say how much all that stands on a
 * frame has changed, of the larger side, in steps of a scale from blue (less)
 * over grey to orange (more), which colour-blind readers tell apart. A line
 * along the lower edge of a frame is as long as what it holds more; in a
 * negated picture, whose widths are what was, as what it holds less.
 */
#ifndef SVG_CHANGE_H
#define SVG_CHANGE_H

#include <stdio.h>

#include "diff_tree.h"
#include "svg_box.h"

struct svg_change {
	const struct diff *diff; /* borrowed, as is the tree */
	const struct diff_tree *tree;
	char *const *words; /* by column, borrowed: the line below the title */
	bool grey; /* what may be chance, as one of so many frames */
};

/* -4 (gone) to 4 (new); 0: less than 2 % of the larger side. */
#define SVG_CHANGE_STEPS 4
int svg_change_step(const struct diff_figure *f);

/* Class, colour and the mark of a node's box. */
void svg_change_paint(
	const struct svg_change *c, uint32_t node, struct svg_box *b);

/* "before 1 MiB, now 3 MiB, +2 MiB ± 0.1, new"; of the title. Caller frees. */
char *svg_change_words(const struct svg_change *c, uint32_t node);

/*
 * What each colour means, in rows of which the first stands on y. Returns how
 * high they are; out NULL: only that.
 */
int svg_change_put_legend(
	const struct svg_change *c, FILE *out, int width, int y);

/*
 * For the script, of each column: 1 (errors are known) + 2, 4 (all that came,
 * that went, is seen); then of frames in the layout's order, of which something
 * is to be said, how many further on it is, 1 (something ends in it) + 2 (its
 * figure may be chance) + 4 (certain among so many); what ends in it, before
 * and after, and where errors are known what came and went, each with
 * 64 log2(1 + variance / value); and 0.
 */
void svg_change_put_data(
	const struct svg_change *c, FILE *out, const struct svg_layout *l);

#endif
