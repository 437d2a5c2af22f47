/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph: one file that is a picture where no script runs (a mail, a
 * wiki, rsvg) and a tool where one does. The picture is svg_picture.c's. The
 * tool is assets/flame_*.js, which throws that drawing away and makes its own
 * from the data of all frames (svg_data.h) at the size of its window.
 */
#include "write.h"

#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "err.h"
#include "svg_change.h"
#include "svg_data.h"
#include "svg_layout.h"
#include "svg_paint.h"
#include "svg_picture.h"

#define PART(name)                                                             \
	fwrite(asset_flame_##name##_js, 1, asset_flame_##name##_js_size, out)

/* In this order; all in one function, so that they share what they declare. */
static void
put_script(FILE *out)
{
	fputs("<script><![CDATA[\n(() => {\n'use strict';\n", out);
	PART(data);
	PART(tree);
	PART(nodes);
	PART(words);
	PART(diff);
	PART(colors);
	PART(view);
	PART(search);
	PART(jump);
	PART(card);
	PART(link);
	PART(page);
	PART(keys);
	fputs("})();\n]]></script>\n", out);
}

static void
put_callers(
	FILE *out, const struct svg_paint *paint, const struct svg_options *o)
{
	struct svg_options of = *o;
	struct svg_layout layout;

	of.change = o->callers_change;
	svg_layout_build(&layout, o->callers);
	svg_picture_put(out, &layout, paint, &of);
	svg_layout_release(&layout);
}

int
svg_options_min_width(struct svg_options *o, const char *text)
{
	char *end;

	if (!text)
		return 0;
	o->min_width = strtod(text, &end);
	if (end == text || !(o->min_width >= 0) || o->min_width > 1e6 ||
		(*end && strcmp(end, "px") != 0 && strcmp(end, "%") != 0))
		return error("bad value '%s' for '--minwidth': a width is "
			     "wanted, in pixels or with a %%",
			text);
	o->min_percent = *end == '%';
	return 0;
}

int
write_svg(FILE *out, const struct tree *t, const struct svg_options *o)
{
	struct svg_layout layout;
	struct svg_paint paint;

	svg_layout_build(&layout, t);
	svg_paint_init(
		&paint, &layout, o->palette ? o->palette : svg_palette(NULL));
	if (o->callers)
		put_callers(out, &paint, o);
	else
		svg_picture_put(out, &layout, &paint, o);
	if (t->count > 1) {
		svg_data_put(out, &layout, &paint, o);
		if (o->change)
			svg_change_put_data(o->change, out, &layout);
		put_script(out);
	}
	svg_paint_release(&paint);
	svg_layout_release(&layout);
	fputs("</svg>\n", out);
	return ferror(out) ? -1 : 0;
}
