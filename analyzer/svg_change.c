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

static struct diff_figure
figure_of(const struct svg_change *c, uint32_t node)
{
	return diff_tree_figure(
		c->tree, c->tree->of->main, &c->tree->sums, node);
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
	const struct diff_figure figure = figure_of(c, node), *f = &figure;
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
	const struct diff_figure figure = figure_of(c, node), *f = &figure;
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
whole(double value)
{
	return value > 0 && value < 9e15 ? (uint64_t)llround(value) : 0;
}

/* What one sample of it stands for, in steps of 1 %. */
static uint64_t
unit_of(struct value v)
{
	return v.sum > 0 && v.var > 0
		       ? (uint64_t)lround(64 * log2(1 + v.var / v.sum))
		       : 0;
}

static void
put_own(struct svg_chunk *chunk, const struct diff_figure *own, bool errs)
{
	svg_chunk_number(chunk, own->before > 0 ? (uint64_t)own->before : 0);
	svg_chunk_number(chunk, own->after > 0 ? (uint64_t)own->after : 0);
	if (!errs)
		return;
	svg_chunk_number(chunk, whole(own->came.sum));
	svg_chunk_number(chunk, unit_of(own->came));
	svg_chunk_number(chunk, whole(own->went.sum));
	svg_chunk_number(chunk, unit_of(own->went));
}

static void
put_how(struct svg_chunk *chunk, const struct shown *s, bool negated)
{
	bool came = s->shared.all_came, went = s->shared.all_went;

	svg_chunk_number(chunk, (diff_errs(s) ? 1 : 0) +
					((negated ? went : came) ? 2 : 0) +
					((negated ? came : went) ? 4 : 0));
}

/* Of one frame: may it be chance, is it certain? */
static unsigned
doubts(const struct svg_change *c, uint32_t column, const struct diff_sums *s,
	uint32_t node)
{
	struct diff_figure f;

	if (!s->sides)
		return 0;
	f = diff_tree_figure(c->tree, column, s, node);
	return (diff_is_noise(&c->tree->of->list[column], &f) ? 2 : 0) +
	       (f.certain ? 4 : 0);
}

static void
put_frames(struct svg_chunk *chunk, const struct svg_change *c,
	const struct svg_layout *l, uint32_t column, const struct diff_sums *s)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < l->count; i++) {
		uint32_t node = l->frames[i].node;
		struct diff_figure own;
		bool has = l->frames[i].own &&
			   diff_tree_own(c->tree, column, node, &own);
		unsigned flags = (has ? 1 : 0) + doubts(c, column, s, node);

		if (flags == 0)
			continue;
		svg_chunk_next(chunk);
		svg_chunk_number(chunk, i + 1 - next);
		svg_chunk_number(chunk, flags);
		if (has)
			put_own(chunk, &own, s->sides != NULL);
		next = i + 1;
	}
	svg_chunk_number(chunk, 0);
}

void
svg_change_put_data(
	const struct svg_change *c, FILE *out, const struct svg_layout *l)
{
	const struct diff_columns *of = c->tree->of;
	struct svg_chunk chunk;

	svg_chunk_open(&chunk, out, "hf-change");
	for (uint32_t i = 0; i < of->count; i++) {
		struct diff_sums s = c->tree->sums;

		if (i != of->main)
			diff_tree_sum(c->tree, i, &s);
		put_how(&chunk, &of->list[i].shown, c->tree->negated);
		put_frames(&chunk, c, l, i, &s);
		if (i != of->main)
			diff_sums_release(&s);
	}
	svg_chunk_close(&chunk);
}
