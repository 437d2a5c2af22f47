/* SPDX-License-Identifier: Apache-2.0 */
/* One frame of the picture that shows without scripts: rectangle and label. */
#ifndef SVG_BOX_H
#define SVG_BOX_H

#include <stdio.h>

#include "svg_layout.h"
#include "svg_paint.h"

#define SVG_MARGIN 12 /* left and right of the frames, px */
#define SVG_TOP	   68 /* head, above the highest row */

struct svg_change;

struct svg_drawing {
	FILE *out;
	const struct svg_layout *layout;
	int width; /* px, all */
	int row; /* px */
	double font_size, cell; /* of labels, px; of a character */
	double min_width; /* px */
	bool icicle;
	const struct svg_paint *paint;
	const struct svg_change *change; /* NULL: no difference */
	int64_t total; /* > 0 */
	uint32_t rows;
	uint32_t drawn;
};

struct svg_box {
	int64_t start, value;
	int64_t grown; /* of the value; 0: nothing is marked */
	uint32_t depth;
	const char *class, *fill; /* fill: for viewers without style sheets */
	const char *name, *brief; /* brief: for less room; or NULL */
	const char *more; /* in the title; NULL: value and share */
};

void svg_box_put(const struct svg_drawing *d, const struct svg_box *b);

#endif
