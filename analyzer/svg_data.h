/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of all frames, inside the SVG, for its script; assets/flame_data.js
 * reads them. Each sort stands in <metadata> elements of a class of its own,
 * cut into several at about 1 MB, since XML parsers limit the length of one
 * text:
 *
 *   hf-strings  the strings, a newline after each
 *   hf-kinds    for each distinct (function, line, wrapper): name, file + 1,
 *               line, module + 1, flags, colour. 0: not known. Name, file and
 *               module count strings
 *   hf-tree     the number of frames; then for each, in preorder: how many
 *               levels it lies above the place of a child of the frame before
 *               it, its kind, its own value; and if that is not 0: the objects
 *               (of an *_objects metric: the bytes) of its own, and
 *               round(16 log2(1 + variance / value)), 0 if exact
 *
 * Numbers are groups of 5 bits, the lowest first, a character each, plus 32 if
 * more follow: 0 to 63 are A-Z a-z 0-9 - and _.
 */
#ifndef SVG_DATA_H
#define SVG_DATA_H

#include <stdio.h>

#include "svg_layout.h"

/* Flags of a kind. */
enum {
	SVG_WRAPPER = 1, /* allocates on its callers' behalf */
	SVG_UNNAMED = 2, /* no symbol: "[module+0x1234]" */
	SVG_INLINED = 4
};

void svg_data_put(FILE *out, const struct svg_layout *l);

/* The function that a frame stands for; NULL for the root. */
const struct function *svg_data_function(
	const struct svg_layout *l, uint32_t frame);

#endif
