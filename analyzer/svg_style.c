/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memmem */
#include "svg_style.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "svg_change.h"
#include "svg_color.h"

#define FONT_SIZE 12
#define CELL	  (7.3 / 12) /* advance of the widest common monospace font */
#define ROW_ROOM  5 /* px of a row that the font leaves */

double
svg_style_font_size(const struct svg_options *o)
{
	return o->font_size > 0 ? o->font_size : FONT_SIZE;
}

double
svg_style_cell(const struct svg_options *o)
{
	return svg_style_font_size(o) *
	       (o->font_width > 0 ? o->font_width : CELL);
}

int
svg_style_row(const struct svg_options *o, int usual)
{
	int room = (int)ceil(svg_style_font_size(o)) + ROW_ROOM;

	if (o->row > 0)
		return o->row;
	return room > usual ? room : usual;
}

/* By what the eye takes for light. */
static bool
is_dark(const char *hex)
{
	unsigned long rgb = strtoul(hex + 1, NULL, 16);

	return .299 * (rgb >> 16) + .587 * (rgb >> 8 & 255) +
		       .114 * (rgb & 255) <
	       128;
}

/*
 * A style sheet, whose dark half is for a system that is so; on a ground that
 * was asked for always, or never.
 */
static void
put_sheet(FILE *out, const char *css, size_t size, const struct svg_options *o)
{
	static const char system[] = "(prefers-color-scheme: dark)";
	const char *end = css + size, *found;

	while (o->ground && (found = memmem(css, (size_t)(end - css), system,
				     sizeof system - 1))) {
		fwrite(css, 1, (size_t)(found - css), out);
		fputs(is_dark(o->ground) ? "all" : "not all", out);
		css = found + sizeof system - 1;
	}
	fwrite(css, 1, (size_t)(end - css), out);
}

static void
put_colors(FILE *out, const struct svg_options *o)
{
	char *css = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&css, &size);

	if (!memory)
		return;
	svg_color_put_css(memory, o->palette ? o->palette : svg_palette(NULL));
	if (fclose(memory) == 0)
		put_sheet(out, css, size, o);
	free(css);
}

void
svg_style_put(FILE *out, const struct svg_options *o)
{
	fputs("<style><![CDATA[\n", out);
	put_colors(out, o);
	put_sheet(out, (const char *)asset_flame_css, asset_flame_css_size, o);
	if (o->change)
		put_sheet(out, (const char *)asset_flame_diff_css,
			asset_flame_diff_css_size, o);
	if (o->ground)
		fprintf(out,
			".hf-app{--ground:%s}.hf-bg{fill:%s}"
			".hf-frames{stroke:%s}\n",
			o->ground, o->ground, o->ground);
	if (o->font_size > 0)
		fprintf(out, ".hf-view text{font-size:%gpx}\n", o->font_size);
	if (o->font)
		fprintf(out, ".hf-view text{font-family:%s}\n", o->font);
	fputs("]]></style>\n", out);
}
