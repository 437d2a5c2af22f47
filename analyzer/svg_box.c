/* SPDX-License-Identifier: Apache-2.0 */
#include "svg_box.h"

#include "svg_head.h"
#include "svg_text.h"

#define FEW_CELLS 6 /* what is left of a longer name says nothing */
#define TEXT_PAD  4
#define TITLED_PX 3 /* narrower frames are hard to point at */
#define LINE_PX	  3 /* of what is more; labels stand above it, "_" and all */

/* Distance from the left margin in px / 100. */
static int64_t
edge(const struct svg_drawing *p, int64_t at)
{
	unsigned __int128 inner = (unsigned)(p->width - 2 * SVG_MARGIN) * 100u;

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

/* "name (1.2 MiB, 3.45 %)": what a viewer without scripts shows on hover. */
static void
put_title(const struct svg_drawing *p, const struct svg_box *b)
{
	char amount[SVG_AMOUNT_MAX];

	fputs("<title>", p->out);
	svg_text_put_fitted(p->out, b->name, 200);
	if (b->more)
		fprintf(p->out, " (%s)</title>", b->more);
	else
		fprintf(p->out, " (%s, %.2f %%)</title>",
			svg_amount(amount, p->layout->tree->shown, b->value),
			100.0 * (double)b->value / (double)p->total);
}

static int
top_of(const struct svg_drawing *p, const struct svg_box *b)
{
	uint32_t above = p->icicle ? b->depth : p->rows - 1 - b->depth;

	return SVG_TOP + (int)above * p->row;
}

static void
put_label(const struct svg_drawing *p, const struct svg_box *b, int64_t left,
	int64_t right)
{
	double cells = ((double)(right - left) / 100 - 2 * TEXT_PAD) / p->cell;
	const char *label = b->name;

	if (p->row < p->font_size)
		return;
	if (b->brief && cells < svg_text_cells(label))
		label = b->brief;
	if (cells < svg_text_cells(label) && (b->brief || cells < FEW_CELLS))
		return;
	fputs("<text", p->out);
	put_px(p->out, "x", (SVG_MARGIN + TEXT_PAD) * 100 + left);
	fprintf(p->out, " y=\"%d\">",
		top_of(p, b) + (p->row + (int)(.6 * p->font_size)) / 2 -
			(p->change ? LINE_PX : 0));
	svg_text_put_fitted(p->out, label, (unsigned)cells);
	fputs("</text>", p->out);
}

/* What of its width is new, along its lower edge. */
static void
put_grown(const struct svg_drawing *p, const struct svg_box *b, int64_t left)
{
	int64_t right = edge(p, b->start + b->grown);

	fputs("<rect class=\"hf-grown\" fill=\"#7f1d00\" stroke=\"none\"",
		p->out);
	put_px(p->out, "x", SVG_MARGIN * 100 + left);
	fprintf(p->out, " y=\"%d\"", top_of(p, b) + p->row - 1 - LINE_PX);
	put_px(p->out, "width", right - left);
	fprintf(p->out, " height=\"%d\" data-w=\"%lld\"/>", LINE_PX,
		(long long)b->grown);
}

void
svg_box_put(const struct svg_drawing *p, const struct svg_box *b)
{
	int64_t left = edge(p, b->start), right = edge(p, b->start + b->value);

	fprintf(p->out, "<rect class=\"%s\" fill=\"%s\"", b->class, b->fill);
	put_px(p->out, "x", SVG_MARGIN * 100 + left);
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
	put_title(p, b);
	fputs("</rect>", p->out);
	put_label(p, b, left, right);
	if (b->grown > 0)
		put_grown(p, b, left);
	putc('\n', p->out);
}
