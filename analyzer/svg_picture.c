/* SPDX-License-Identifier: Apache-2.0 */
#include "svg_picture.h"

#include <stdlib.h>

#include "svg_box.h"
#include "svg_change.h"
#include "svg_head.h"
#include "svg_style.h"
#include "svg_text.h"
#include "units.h"

#define BOTTOM	 34
#define ROW	 17 /* of which one px is the gap */
#define MAX_ROWS 1500 /* viewers stop at 32767 px */

static double
width_px(const struct svg_drawing *p, int64_t value)
{
	return (double)value / (double)p->total * (p->width - 2 * SVG_MARGIN);
}

static const struct tree_node *
node_of(const struct svg_drawing *p, uint32_t frame)
{
	return &p->layout->tree->nodes[p->layout->frames[frame].node];
}

static void
put_frame(struct svg_drawing *p, uint32_t i)
{
	const struct profile *profile = p->layout->tree->shown->profile;
	const struct tree_node *node = node_of(p, i);
	const struct function *f = svg_frame_function(p->layout, i);
	char class[SVG_CLASS_MAX], fill[SVG_HEX_MAX];
	struct svg_box b = {
		.start = p->layout->frames[i].start,
		.value = node->total,
		.depth = p->layout->frames[i].depth,
		.class = class,
		.fill = fill,
		.name = f ? strtab_get(&profile->strings, f->name) : "all",
	};

	char *words = NULL;

	if (p->change) {
		svg_change_paint(p->change, p->layout->frames[i].node, &b);
		words = svg_change_words(p->change, p->layout->frames[i].node);
		b.more = words;
	} else if (!f) {
		b.class = "hf-root";
		b.fill = "#e5dacd";
	} else if (node->wrapper) {
		b.class = "hf-wrap";
		b.fill = "#d3cdc6";
	} else if (!f->named && p->paint->palette->by == SVG_BY_NAME) {
		b.class = "hf-anon";
		b.fill = "#e9dcc3";
	} else {
		svg_paint_of(p->paint, f, class, fill);
	}
	svg_box_put(p, &b);
	free(words);
	p->drawn++;
}

static void
put_pool(struct svg_drawing *p, uint32_t first)
{
	struct svg_pool pool = svg_layout_pool(p->layout, first);
	char name[SVG_AMOUNT_MAX + 32], amount[SVG_AMOUNT_MAX];
	char brief[32];
	struct svg_box b = {
		.start = pool.start,
		.value = pool.value,
		.depth = p->layout->frames[first].depth,
		.class = "hf-pool",
		.fill = "#f0e8df",
		.name = name,
		.brief = brief,
	};

	if (width_px(p, pool.value) < p->min_width)
		return;
	snprintf(name, sizeof name, "(%u small, %s)", pool.siblings,
		svg_amount(amount, p->layout->tree->shown, pool.value));
	snprintf(brief, sizeof brief, "(%u small)", pool.siblings);
	svg_box_put(p, &b);
}

/* Calls for each frame that is wide enough, and for the first of each pool. */
static void
walk(struct svg_drawing *p, void (*frame)(struct svg_drawing *, uint32_t),
	void (*pool)(struct svg_drawing *, uint32_t))
{
	const struct svg_layout *l = p->layout;

	for (uint32_t i = 0; i < l->count;) {
		const struct svg_frame *f = &l->frames[i];

		if (f->depth >= MAX_ROWS) {
			i = f->end;
		} else if (i && node_of(p, i)->total == 0) {
			i = l->frames[f->parent].end;
		} else if (i &&
			   width_px(p, node_of(p, i)->total) < p->min_width) {
			pool(p, i);
			i = l->frames[f->parent].end;
		} else {
			frame(p, i++);
		}
	}
}

static void
count_row(struct svg_drawing *p, uint32_t i)
{
	if (p->rows <= p->layout->frames[i].depth)
		p->rows = p->layout->frames[i].depth + 1;
}

static void
put_note(const struct svg_drawing *p, int y)
{
	char drawn[UNITS_MAX], all[UNITS_MAX];
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->layout->count; i++)
		count += node_of(p, i)->total != 0;
	fprintf(p->out,
		"<text class=\"hf-note hf-static\" font-size=\"12\""
		" font-family=\"" SVG_SANS "\""
		" fill=\"#7a6656\" x=\"%d\" y=\"%d\">",
		SVG_MARGIN, y);
	if (p->drawn < count)
		fprintf(p->out,
			"%s of %s frames are wide enough to draw here; the "
			"rest is pooled as small. ",
			units_count(drawn, p->drawn), units_count(all, count));
	fputs("Opened in a browser, this picture zooms and searches.</text>\n",
		p->out);
}

static void
put_frames(struct svg_drawing *p, const struct svg_options *o)
{
	fprintf(p->out,
		"<g class=\"hf-frames hf-static\" stroke=\"%s\" "
		"stroke-width=\"0.6\" fill=\"#2b1d14\" font-size=\"%g\"",
		o->ground ? o->ground : SVG_GROUND, p->font_size);
	svg_text_attribute(
		p->out, "font-family", o->font ? o->font : SVG_MONOSPACE);
	fputs(">\n", p->out);
	walk(p, put_frame, put_pool);
	fputs("</g>\n", p->out);
}

void
svg_picture_put(FILE *out, const struct svg_layout *l,
	const struct svg_paint *paint, const struct svg_options *o)
{
	const struct shown *shown = l->tree->shown;
	struct svg_drawing p = {
		.out = out,
		.layout = l,
		.paint = paint,
		.width = o->width <= 0	  ? 1200
			 : o->width < 200 ? 200
					  : o->width,
		.row = svg_style_row(o, ROW),
		.font_size = svg_style_font_size(o),
		.cell = svg_style_cell(o),
		.min_width = o->min_width > 0 ? o->min_width : 1,
		.icicle = o->icicle,
		.change = o->change,
		.total = l->tree->nodes[0].total,
	};
	int height;

	if (p.total <= 0) {
		svg_head_put(out, shown, o, p.width, 190);
		svg_head_put_empty(out, shown, p.width);
		return;
	}
	if (o->min_percent)
		p.min_width *= (p.width - 2 * SVG_MARGIN) / 100.0;
	walk(&p, count_row, count_row);
	height = SVG_TOP + (int)p.rows * p.row + BOTTOM;
	if (p.change)
		height += svg_change_put_legend(p.change, NULL, p.width, 0);
	svg_head_put(out, shown, o, p.width, height);
	put_frames(&p, o);
	if (p.change)
		svg_change_put_legend(p.change, out, p.width,
			SVG_TOP + (int)p.rows * p.row + 18);
	put_note(&p, height - 12);
}
