/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where each node of a tree stands in the picture, in units of the metric: no
 * pixels, so every sum is exact. Children stand side by side from their
 * parent's left edge, the heaviest first, equal ones in the tree's order; what
 * the parent holds itself is left free at its right. So at any zoom the
 * children that are too narrow to draw are neighbours at the right end, with
 * those behind them that hold something in other columns only.
 */
#ifndef SVG_LAYOUT_H
#define SVG_LAYOUT_H

#include <stdint.h>

#include "tree.h"

struct svg_frame {
	uint32_t node; /* into tree->nodes */
	uint32_t parent; /* into frames; NONE for the root */
	uint32_t end; /* one past the last frame of its subtree */
	uint32_t depth : 31; /* root is 0 */
	bool own : 1; /* it holds something itself, in any column */
	uint32_t kind; /* 2 * frame in the profile + wrapper; root: NONE */
	int64_t start; /* left edge; the root's is 0 */
};

/* Every node once, in preorder of the picture, root first. */
struct svg_layout {
	const struct tree *tree; /* borrowed */
	struct svg_frame *frames;
	uint32_t count;
};

/* A run of siblings that are too narrow, up to their parent's last child. */
struct svg_pool {
	int64_t start, value; /* in units of the metric */
	uint32_t siblings; /* frames of that run */
};

/* t must not be empty and must outlive l. Release takes back to nothing. */
void svg_layout_build(struct svg_layout *l, const struct tree *t);
void svg_layout_release(struct svg_layout *l);

/* The pool that begins with `first`, which is not the root. */
struct svg_pool svg_layout_pool(const struct svg_layout *l, uint32_t first);

#endif
