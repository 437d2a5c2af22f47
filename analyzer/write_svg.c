/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph: one file that is a picture where no script runs (a mail, a
 * wiki, rsvg) and a tool where one does. The picture is drawn here: rectangles
 * of all frames that are wide enough at one fixed width. The tool is
 * assets/flame_*.js, which throws that drawing away and makes its own from the
 * data of all frames (svg_data.h) at the size of its window.
 *
 * Pixels are whole hundredths: the edges of frames are rounded, not their
 * widths, so a child never leaves its parent. `data-x` and `data-w` of a
 * rectangle are its exact place, in units of the metric.
 */
#include "write.h"

#include <string.h>

#include "assets.h"
#include "svg_color.h"
#include "svg_data.h"
#include "svg_head.h"
#include "svg_layout.h"
#include "svg_text.h"
#include "units.h"

#define MARGIN	  12 /* left and right of the frames, px */
#define TOP	  68 /* head, above the highest row */
#define BOTTOM	  34
#define ROW	  17 /* of which one px is the gap */
#define CELL_PX	  7.3 /* advance of the widest common monospace font, 12 px */
#define FEW_CELLS 6 /* what is left of a longer name says nothing */
#define TEXT_PAD  4
#define TITLED_PX 3 /* narrower frames are hard to point at */
#define MAX_ROWS  1500 /* viewers stop at 32767 px */

struct picture {
	FILE *out;
	const struct svg_layout *layout;
	int width; /* px, all */
	double min_width; /* px */
	int64_t total; /* > 0 */
	uint32_t rows;
	uint32_t drawn;
};

/* Distance from the left margin in px / 100. */
static int64_t
edge(const struct picture *p, int64_t at)
{
	unsigned __int128 inner = (unsigned)(p->width - 2 * MARGIN) * 100u;

	return (int64_t)(inner * (uint64_t)at / (uint64_t)p->total);
}

static void
put_px(FILE *out, const char *name, int64_t hundredths)
{
	fprintf(out, " %s=\"%lld", name, (long long)hundredths / 100);
	if (hundredths % 100)
		fprintf(out, ".%02d", (int)(hundredths % 100));
	putc('"', out);
}

static double
width_px(const struct picture *p, int64_t value)
{
	return (double)value / (double)p->total * (p->width - 2 * MARGIN);
}

static const struct tree_node *
node_of(const struct picture *p, uint32_t frame)
{
	return &p->layout->tree->nodes[p->layout->frames[frame].node];
}

/* "name (1.2 MiB, 3.45 %)": what a viewer without scripts shows on hover. */
static void
put_title(const struct picture *p, const char *name, int64_t value)
{
	char amount[SVG_AMOUNT_MAX];

	fputs("<title>", p->out);
	svg_text_put_fitted(p->out, name, 200);
	fprintf(p->out, " (%s, %.2f %%)</title>",
		svg_amount(amount, p->layout->tree->shown, value),
		100.0 * (double)value / (double)p->total);
}

struct box {
	int64_t start, value;
	uint32_t depth;
	const char *class, *fill; /* fill: for viewers without style sheets */
	const char *name, *brief; /* brief: for less room; or NULL */
};

static int
top_of(const struct picture *p, const struct box *b)
{
	return TOP + (int)(p->rows - 1 - b->depth) * ROW;
}

static void
put_label(const struct picture *p, const struct box *b, int64_t left,
	int64_t right)
{
	double cells = ((double)(right - left) / 100 - 2 * TEXT_PAD) / CELL_PX;
	const char *label = b->name;

	if (b->brief && cells < svg_text_cells(label))
		label = b->brief;
	if (cells < svg_text_cells(label) && (b->brief || cells < FEW_CELLS))
		return;
	fputs("<text", p->out);
	put_px(p->out, "x", (MARGIN + TEXT_PAD) * 100 + left);
	fprintf(p->out, " y=\"%d\">", top_of(p, b) + 12);
	svg_text_put_fitted(p->out, label, (unsigned)cells);
	fputs("</text>", p->out);
}

static void
put_box(const struct picture *p, const struct box *b)
{
	int64_t left = edge(p, b->start), right = edge(p, b->start + b->value);

	fprintf(p->out, "<rect class=\"%s\" fill=\"%s\"", b->class, b->fill);
	put_px(p->out, "x", MARGIN * 100 + left);
	fprintf(p->out, " y=\"%d\"", top_of(p, b));
	put_px(p->out, "width", right - left);
	fprintf(p->out, " height=\"%d\" data-x=\"%lld\" data-w=\"%lld\"",
		ROW - 1, (long long)b->start, (long long)b->value);
	if (right - left < TITLED_PX * 100) {
		fputs(" stroke=\"none\"/>\n", p->out);
		return;
	}
	putc('>', p->out);
	put_title(p, b->name, b->value);
	fputs("</rect>", p->out);
	put_label(p, b, left, right);
	putc('\n', p->out);
}

static void
put_frame(struct picture *p, uint32_t i)
{
	const struct tree_node *node = node_of(p, i);
	const struct function *f = svg_data_function(p->layout, i);
	const char *name =
		i ? strtab_get(
			    &p->layout->tree->shown->profile->strings, f->name)
		  : "all";
	unsigned color = svg_color_of(name);
	char class[8];
	struct box b = {
		.start = p->layout->frames[i].start,
		.value = node->total,
		.depth = p->layout->frames[i].depth,
		.class = class,
		.fill = svg_color_hex(color),
		.name = name,
	};

	snprintf(class, sizeof class, "c%u", color);
	if (!i) {
		b.class = "hf-root";
		b.fill = "#e5dacd";
	} else if (node->wrapper) {
		b.class = "hf-wrap";
		b.fill = "#d3cdc6";
	} else if (!f->named) {
		b.class = "hf-anon";
		b.fill = "#e9dcc3";
	}
	put_box(p, &b);
	p->drawn++;
}

static void
put_pool(struct picture *p, uint32_t first)
{
	struct svg_pool pool = svg_layout_pool(p->layout, first);
	char name[SVG_AMOUNT_MAX + 32], amount[SVG_AMOUNT_MAX];
	char brief[32];
	struct box b = {
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
	put_box(p, &b);
}

/* Calls for each frame that is wide enough, and for the first of each pool. */
static void
walk(struct picture *p, void (*frame)(struct picture *, uint32_t),
	void (*pool)(struct picture *, uint32_t))
{
	const struct svg_layout *l = p->layout;

	for (uint32_t i = 0; i < l->count;) {
		const struct svg_frame *f = &l->frames[i];

		if (f->depth >= MAX_ROWS) {
			i = f->end;
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
count_row(struct picture *p, uint32_t i)
{
	if (p->rows <= p->layout->frames[i].depth)
		p->rows = p->layout->frames[i].depth + 1;
}

static void
put_note(const struct picture *p, int y)
{
	char drawn[UNITS_MAX], all[UNITS_MAX];
	uint32_t count = p->layout->count;

	fprintf(p->out,
		"<text class=\"hf-note hf-static\" font-size=\"12\""
		" font-family=\"" SVG_SANS "\""
		" fill=\"#7a6656\" x=\"%d\" y=\"%d\">",
		MARGIN, y);
	if (p->drawn < count)
		fprintf(p->out,
			"%s of %s frames are wide enough to draw here; the "
			"rest is pooled as small. ",
			units_count(drawn, p->drawn), units_count(all, count));
	fputs("Opened in a browser, this picture zooms and searches.</text>\n",
		p->out);
}

static void
put_frames(struct picture *p)
{
	fputs("<g class=\"hf-frames hf-static\" stroke=\"#fffaf5\" "
	      "stroke-width=\"0.6\" fill=\"#2b1d14\" font-size=\"12\" "
	      "font-family=\"" SVG_MONOSPACE "\">\n",
		p->out);
	walk(p, put_frame, put_pool);
	fputs("</g>\n", p->out);
}

#define PART(name)                                                             \
	fwrite(asset_flame_##name##_js, 1, asset_flame_##name##_js_size, out)

/* In this order; all in one function, so that they share what they declare. */
static void
put_script(FILE *out)
{
	fputs("<script><![CDATA[\n(() => {\n'use strict';\n", out);
	PART(data);
	PART(words);
	PART(view);
	PART(search);
	PART(card);
	PART(link);
	PART(page);
	fputs("})();\n]]></script>\n", out);
}

static void
write_graph(
	FILE *out, const struct tree *t, const struct svg_options *o, int width)
{
	struct svg_layout layout;
	struct picture p = {
		.out = out,
		.layout = &layout,
		.width = width,
		.min_width = o->min_width > 0 ? o->min_width : 1,
		.total = t->nodes[0].total,
	};
	int height;

	svg_layout_build(&layout, t);
	walk(&p, count_row, count_row);
	height = TOP + (int)p.rows * ROW + BOTTOM;
	svg_head_put(out, t->shown, o, width, height, p.min_width);
	put_frames(&p);
	put_note(&p, height - 12);
	svg_data_put(out, &layout);
	put_script(out);
	svg_layout_release(&layout);
}

int
write_svg(FILE *out, const struct tree *t, const struct svg_options *o)
{
	int width = o->width > 0 ? o->width : 1200;

	if (width < 200)
		width = 200;
	if (t->count > 1 && t->nodes[0].total > 0) {
		write_graph(out, t, o, width);
	} else {
		svg_head_put(out, t->shown, o, width, 190, 1);
		svg_head_put_empty(out, t->shown, width);
	}
	fputs("</svg>\n", out);
	return ferror(out) ? -1 : 0;
}
