/* SPDX-License-Identifier: Apache-2.0 */
#include "svg_picture.h"

#include "svg_head.h"
#include "svg_text.h"
#include "units.h"

#define MARGIN	  12 /* left and right of the frames, px */
#define TOP	  68 /* head, above the highest row */
#define BOTTOM	  34
#define ROW	  17 /* of which one px is the gap */
#define TEXT_ROW  12 /* lower rows have no room for a label */
#define CELL_PX	  7.3 /* advance of the widest common monospace font, 12 px */
#define FEW_CELLS 6 /* what is left of a longer name says nothing */
#define TEXT_PAD  4
#define TITLED_PX 3 /* narrower frames are hard to point at */
#define MAX_ROWS  1500 /* viewers stop at 32767 px */

struct picture {
	FILE *out;
	const struct svg_layout *layout;
	int width; /* px, all */
	int row; /* px */
	double min_width; /* px */
	bool icicle;
	const struct svg_paint *paint;
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
	uint32_t above = p->icicle ? b->depth : p->rows - 1 - b->depth;

	return TOP + (int)above * p->row;
}

static void
put_label(const struct picture *p, const struct box *b, int64_t left,
	int64_t right)
{
	double cells = ((double)(right - left) / 100 - 2 * TEXT_PAD) / CELL_PX;
	const char *label = b->name;

	if (p->row < TEXT_ROW)
		return;
	if (b->brief && cells < svg_text_cells(label))
		label = b->brief;
	if (cells < svg_text_cells(label) && (b->brief || cells < FEW_CELLS))
		return;
	fputs("<text", p->out);
	put_px(p->out, "x", (MARGIN + TEXT_PAD) * 100 + left);
	fprintf(p->out, " y=\"%d\">", top_of(p, b) + (p->row + 7) / 2);
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
		p->row > 2 ? p->row - 1 : p->row, (long long)b->start,
		(long long)b->value);
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
	const struct profile *profile = p->layout->tree->shown->profile;
	const struct tree_node *node = node_of(p, i);
	const struct function *f = svg_frame_function(p->layout, i);
	char class[SVG_CLASS_MAX], fill[SVG_HEX_MAX];
	struct box b = {
		.start = p->layout->frames[i].start,
		.value = node->total,
		.depth = p->layout->frames[i].depth,
		.class = class,
		.fill = fill,
		.name = f ? strtab_get(&profile->strings, f->name) : "all",
	};

	if (!f) {
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
count_row(struct picture *p, uint32_t i)
{
	if (p->rows <= p->layout->frames[i].depth)
		p->rows = p->layout->frames[i].depth + 1;
}

static void
put_note(const struct picture *p, int y)
{
	char drawn[UNITS_MAX], all[UNITS_MAX];
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->layout->count; i++)
		count += node_of(p, i)->total != 0;
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

void
svg_picture_put(FILE *out, const struct svg_layout *l,
	const struct svg_paint *paint, const struct svg_options *o)
{
	const struct shown *shown = l->tree->shown;
	struct picture p = {
		.out = out,
		.layout = l,
		.paint = paint,
		.width = o->width <= 0	  ? 1200
			 : o->width < 200 ? 200
					  : o->width,
		.row = o->row > 0 ? o->row : ROW,
		.min_width = o->min_width > 0 ? o->min_width : 1,
		.icicle = o->icicle,
		.total = l->tree->nodes[0].total,
	};
	int height;

	if (p.total <= 0) {
		svg_head_put(out, shown, o, p.width, 190);
		svg_head_put_empty(out, shown, p.width);
		return;
	}
	if (o->min_percent)
		p.min_width *= (p.width - 2 * MARGIN) / 100.0;
	walk(&p, count_row, count_row);
	height = TOP + (int)p.rows * p.row + BOTTOM;
	svg_head_put(out, shown, o, p.width, height);
	put_frames(&p);
	put_note(&p, height - 12);
}
