/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The colours of frames. A function has the same one in every picture: it
 * depends on its name alone. All are warm and of much the same lightness, so
 * that hue carries no meaning that a colour-blind reader would miss, and what
 * does mean something (wrappers grey, matches of a search blue) stands out.
 * Every one has a contrast of at least 4.5 : 1 to the text on it.
 */
#ifndef SVG_COLOR_H
#define SVG_COLOR_H

#include <stdio.h>

#define SVG_COLORS 24

/* 0 to SVG_COLORS - 1; class "cN" in the picture. */
unsigned svg_color_of(const char *function_name);

/* "#rrggbb" on light ground. */
const char *svg_color_hex(unsigned color);

/* The style rules of all classes, light and dark. */
void svg_color_put_css(FILE *out);

#endif
