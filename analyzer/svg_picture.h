/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture that shows where no script runs: rectangles of all frames that
 * are wide enough, at one fixed width.
 *
 * Pixels are whole hundredths: the edges of frames are rounded, not their
 * widths, so a child never leaves its parent. `data-x` and `data-w` of a
 * rectangle are its exact place, in units of the metric.
 */
#ifndef SVG_PICTURE_H
#define SVG_PICTURE_H

#include "svg_layout.h"
#include "svg_paint.h"
#include "write.h"

/* All of the file up to the data; where there is nothing, words that say so. */
void svg_picture_put(FILE *out, const struct svg_layout *l,
	const struct svg_paint *paint, const struct svg_options *o);

#endif
