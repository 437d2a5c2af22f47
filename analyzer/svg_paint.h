/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which colour a frame has, by its name, its module or its kind of code.
 * The seven modules that fill most of the picture have a hue each, all others
 * share the last one.
 */
#ifndef SVG_PAINT_H
#define SVG_PAINT_H

#include "svg_color.h"
#include "svg_layout.h"

/* Kinds of code, in the order of their hues. */
enum svg_kind {
	SVG_PROGRAM,
	SVG_LIBRARY,
	SVG_SYSTEM, /* libc, libstdc++, the loader */
	SVG_KERNEL,
	SVG_MADE, /* at run time, by a JIT compiler */
	SVG_INLINE,
	SVG_NAMELESS, /* no symbol */
	SVG_OTHER /* no code: a thread, "[truncated]" */
};

struct svg_paint {
	const struct svg_palette *palette;
	const struct profile *profile; /* borrowed */
	unsigned char *hues; /* by module */
};

void svg_paint_init(struct svg_paint *p, const struct svg_layout *l,
	const struct svg_palette *palette);
void svg_paint_release(struct svg_paint *p);

unsigned svg_paint_hue(const struct svg_paint *p, const struct function *f);
enum svg_kind svg_kind_of(const struct profile *p, const struct function *f);

#define SVG_CLASS_MAX 8

/* Of a named function that is no wrapper: class and fill on light ground. */
void svg_paint_of(const struct svg_paint *p, const struct function *f,
	char class[SVG_CLASS_MAX], char fill[SVG_HEX_MAX]);

/* The function that a frame stands for; NULL for the root. */
const struct function *svg_frame_function(
	const struct svg_layout *l, uint32_t frame);

#endif
