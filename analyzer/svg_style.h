/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The style sheet of the picture and the page: colours on light and on dark
 * ground, and what was asked for of the font and the ground.
 */
#ifndef SVG_STYLE_H
#define SVG_STYLE_H

#include <stdio.h>

#include "write.h"

#define SVG_MONOSPACE "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
#define SVG_SANS      "system-ui,'Segoe UI','DejaVu Sans',Helvetica,sans-serif"
#define SVG_GROUND    "#fffaf5"

void svg_style_put(FILE *out, const struct svg_options *o);

/* Of frames' labels: px, px of a character, and the height of a row that was
 * not asked for; `usual` is that of 12 px. */
double svg_style_font_size(const struct svg_options *o);
double svg_style_cell(const struct svg_options *o);
int svg_style_row(const struct svg_options *o, int usual);

#endif
