/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The colours of frames. A function has the same one in every picture: it
 * depends on its name alone. All of a palette are of much the same hue and
 * lightness, so that hue carries no meaning that a colour-blind reader would
 * miss, and what does mean something (wrappers grey, matches of a search)
 * stands out. Modules and kinds of code have the eight hues of Okabe and Ito,
 * lightened, which differ for every kind of sight. Every colour has a contrast
 * of at least 4.5 : 1 to the text on it.
 */
#ifndef SVG_COLOR_H
#define SVG_COLOR_H

#include <stdio.h>

#define SVG_COLORS 24
#define SVG_HUES   8

/* What a colour says. */
enum svg_coloring { SVG_BY_NAME, SVG_BY_MODULE, SVG_BY_KIND };

struct svg_palette {
	const char *word; /* of --colors */
	enum svg_coloring by;
	double hue_low, hue_high, chroma; /* OKLCH, degrees */
};

/* NULL: no such word; of NULL the usual one. */
const struct svg_palette *svg_palette(const char *word);
/* "hot, mem, ..., module": all words. */
void svg_palette_words(char *out, size_t size);

/* 0 to SVG_COLORS - 1; class "cN" in the picture. */
unsigned svg_color_of(const char *function_name);

#define SVG_HEX_MAX 8

/* "#rrggbb" of a name's colour on light or dark ground. Returns buf. */
const char *svg_color_hex(char buf[SVG_HEX_MAX], const struct svg_palette *p,
	unsigned color, int dark);
/* The same of a module or kind, 0 to SVG_HUES - 1. */
const char *svg_hue_hex(unsigned hue, int dark);

/* The rules of all classes, light and dark: cN, mN (as --colors mem), kN. */
void svg_color_put_css(FILE *out, const struct svg_palette *p);

#endif
