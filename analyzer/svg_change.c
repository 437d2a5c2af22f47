/* SPDX-License-Identifier: Apache-2.0 */
#include "svg_change.h"

#include <math.h>
#include <stdlib.h>

#include "err.h"
#include "svg_chunk.h"
#include "svg_head.h"
#include "svg_style.h"
#include "write_diff.h"

#define SWATCH	   11 /* px */
#define LEGEND_ROW 18
#define SWATCH_Y   10 /* above the words' base line */

struct look {
	const char *class, *fill, *words;
	int width; /* of the words, px */
};

/* From gone to new; assets/flame_diff.css has them for dark ground, too. */
static const struct look looks[] = {
	{ "hf-s4", "#5b93d6", "gone", 34 },
	{ "hf-s3", "#86b2e2", "less than half", 84 },
	{ "hf-s2", "#afcdec", "less, by 10 % or more", 128 },
	{ "hf-s1", "#d3e3f4", "a little less", 72 },
	{ "hf-same", "#e9e4df", "the same", 56 },
	{ "hf-g1", "#fbe3c8", "a little more", 76 },
	{ "hf-g2", "#f8c48d", "more, by 10 % or more", 134 },
	{ "hf-g3", "#f19a4b", "doubled or more", 96 },
	{ "hf-g4", "#e6714a", "new", 26 },
	{ "hf-chance", "#c9c3bd", "may be chance", 90 },
	{ "hf-grown", "#7f1d00", "what is more", 78 },
};
#define CHANCE (2 * SVG_CHANGE_STEPS + 1)
#define GROWN  (CHANCE + 1)
#define LESS   "what is less" /* in its place, on what was */

int
svg_change_step(const struct diff_figure *f)
{
	int64_t larger = f->before > f->after ? f->before : f->after;
	double share =
		larger > 0 ? fabs((double)f->change) / (double)larger : 0;
	int step = f->status == DIFF_NEW || f->status == DIFF_VANISHED ? 4
		   : share >= .5				       ? 3
		   : share >= .1				       ? 2
		   : share >= .02				       ? 1
								       : 0;

	return f->change < 0 ? -step : step;
}

static bool
is_grey(const struct svg_change *c, const struct diff_figure *f)
{
	return c->grey && c->diff->shown.var_known && f->change != 0 &&
	       !f->certain;
}

static bool
on_now(const struct svg_change *c, uint32_t node)
{
	const struct tree_node *nodes = c->tree->tree.nodes;

	if (node == 0)
		return false;
	while (nodes[node].parent != 0)
		node = nodes[node].parent;
	return nodes[node].frame == c->tree->first;
}

void
svg_change_paint(const struct svg_change *c, uint32_t node, struct svg_box *b)
{
	const struct diff_figure *f = &c->tree->figures[node];
	const struct look *look =
		&looks[is_grey(c, f) ? CHANCE
				     : SVG_CHANGE_STEPS + svg_change_step(f)];
	int64_t only_there;

	b->class = look->class;
	b->fill = look->fill;
	only_there = c->tree->negated ? -f->change : f->change;
	if (only_there > 0 && on_now(c, node))
		b->grown = only_there < b->value ? only_there : b->value;
}

char *
svg_change_words(const struct svg_change *c, uint32_t node)
{
	const struct diff_figure *f = &c->tree->figures[node];
	const struct diff *d = c->diff;
	char before[SVG_AMOUNT_MAX], after[SVG_AMOUNT_MAX];
	char change[DIFF_AMOUNT_MAX], share[DIFF_SHARE_MAX];
	const char *word = diff_share(share, f);

	return xasprintf("before %s, now %s: %s%s%s%s",
		svg_amount(before, &d->shown, f->before),
		svg_amount(after, &d->shown, f->after),
		f->change ? diff_amount(change, d, f, false) : "the same",
		*word ? ", " : "", word,
		diff_is_noise(d, f) ? ", may be chance" : "");
}

static void
put_swatch(FILE *out, const struct look *look, const char *words, int x, int y)
{
	bool line = look == &looks[GROWN];

	fprintf(out,
		"<rect class=\"%s\" fill=\"%s\" x=\"%d\" y=\"%d\" "
		"width=\"%d\" height=\"%d\"/>"
		"<text x=\"%d\" y=\"%d\">%s</text>\n",
		look->class, look->fill, x, y - (line ? 3 : SWATCH_Y), SWATCH,
		line ? 3 : SWATCH, x + SWATCH + 5, y, words);
}

int
svg_change_put_legend(const struct svg_change *c, FILE *out, int width, int y)
{
	int x = SVG_MARGIN, first = y;

	if (out)
		fputs("<g class=\"hf-note hf-static\" font-size=\"12\" "
		      "font-family=\"" SVG_SANS "\" fill=\"#7a6656\">\n",
			out);
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		int room = SWATCH + 5 + looks[i].width + 14;

		if (i == CHANCE && !(c->grey && c->diff->shown.var_known))
			continue;
		if (x > SVG_MARGIN && x + room > width) {
			x = SVG_MARGIN;
			y += LEGEND_ROW;
		}
		if (out)
			put_swatch(out, &looks[i],
				i == GROWN && c->tree->negated ? LESS
							       : looks[i].words,
				x, y);
		x += room;
	}
	if (out)
		fputs("</g>\n", out);
	return y - first + LEGEND_ROW;
}

static uint64_t
reach(double distance)
{
	return distance > 0 && distance < 9e15 ? (uint64_t)llround(distance)
					       : 0;
}

static void
put_figure(struct svg_chunk *chunk, const struct svg_change *c,
	const struct diff_figure *f)
{
	double below = (double)f->change - f->change95.low;
	double above = f->change95.high - (double)f->change;
	bool errs = c->diff->shown.var_known && (below > 0 || above > 0);

	svg_chunk_number(chunk, (errs ? 1 : 0) +
					(diff_is_noise(c->diff, f) ? 2 : 0) +
					(f->certain ? 4 : 0));
	svg_chunk_number(chunk, f->before > 0 ? (uint64_t)f->before : 0);
	svg_chunk_number(chunk, f->after > 0 ? (uint64_t)f->after : 0);
	if (!errs)
		return;
	svg_chunk_number(chunk, reach(below));
	svg_chunk_number(chunk, reach(above));
}

void
svg_change_put_data(
	const struct svg_change *c, FILE *out, const struct svg_layout *l)
{
	struct svg_chunk chunk;

	svg_chunk_open(&chunk, out, "hf-change");
	for (uint32_t i = 0; i < l->count; i++) {
		svg_chunk_next(&chunk);
		put_figure(&chunk, c, &c->tree->figures[l->frames[i].node]);
	}
	svg_chunk_close(&chunk);
}
