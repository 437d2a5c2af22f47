/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of all frames, inside the SVG, for its script; assets/flame_data.js
 * reads them (svg_chunk.h: how numbers are written).
 *
 *   hf-metrics  for each column of the tree four lines: its name, its unit,
 *               "exact", "sampled" or "unknown" (its error), the subtitle
 *   hf-strings  the strings, a newline after each
 *   hf-kinds    for each distinct (function, line, wrapper): name, file + 1,
 *               line, module + 1, flags, colour, the module's hue, the kind of
 *               code. 0: not known. Name, file and module count strings
 *   hf-tree     the number of frames; then for each, in preorder: how many
 *               levels it lies above the place of a child of the frame before
 *               it; its kind; a bit for each column in which it holds something
 *               itself, and one more if objects of it were freed. For each of
 *               those columns its own value and, of a sampled one,
 *               round(16 log2(1 + variance / value)). Of the freed objects how
 *               many, and round(32 log2(1 + mean lifetime in ns))
 */
#ifndef SVG_DATA_H
#define SVG_DATA_H

#include <stdio.h>

#include "svg_layout.h"
#include "svg_paint.h"
#include "write.h"

/* Flags of a kind. */
enum {
	SVG_WRAPPER = 1, /* allocates on its callers' behalf */
	SVG_UNNAMED = 2, /* no symbol: "[module+0x1234]" */
	SVG_INLINED = 4
};

void svg_data_put(FILE *out, const struct svg_layout *l,
	const struct svg_paint *paint, const struct svg_options *o);

#endif
