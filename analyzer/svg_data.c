/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three passes over the layout: find the kinds and the strings that occur, in
 * order of first use, then write both lists, then the tree. Only what a frame
 * holds itself is written: the script adds up the rest, exactly, and a frame
 * that holds nothing itself, as most do, costs four or five characters.
 */
#include "svg_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "svg_change.h"
#include "svg_chunk.h"
#include "svg_color.h"
#include "svg_head.h"

/* Numbers given to things in order of first use. */
struct numbering {
	uint32_t *number; /* thing -> number + 1; 0: not used */
	uint32_t *thing; /* number -> thing */
	uint32_t count;
};

struct data {
	const struct svg_layout *layout;
	const struct svg_paint *paint;
	const struct profile *profile;
	struct numbering kinds; /* thing: 2 * frame + wrapper */
	struct numbering strings; /* thing: id in the profile's strtab */
};

static void
numbering_init(struct numbering *n, size_t things)
{
	n->number = xcalloc(things ? things : 1, sizeof *n->number);
	n->thing = xcalloc(things ? things : 1, sizeof *n->thing);
}

static void
numbering_release(struct numbering *n)
{
	free(n->number);
	free(n->thing);
}

static void
use(struct numbering *n, uint32_t thing)
{
	if (n->number[thing])
		return;
	n->thing[n->count++] = thing;
	n->number[thing] = n->count;
}

static void
collect(struct data *d)
{
	for (uint32_t i = 1; i < d->layout->count; i++) {
		uint32_t kind = d->layout->frames[i].kind;
		const struct function *f;

		if (d->kinds.number[kind])
			continue;
		f = svg_frame_function(d->layout, i);
		use(&d->kinds, kind);
		use(&d->strings, f->name);
		if (f->file != NONE)
			use(&d->strings, f->file);
		if (f->module != NONE)
			use(&d->strings, d->profile->modules[f->module].path);
	}
}

static void
put_metrics(const struct tree *t, const struct svg_options *o, FILE *out)
{
	struct svg_chunk c;

	svg_chunk_open(&c, out, "hf-metrics");
	for (uint32_t i = 0; i < t->column_count; i++) {
		const struct shown *s = &t->columns[i];
		char *subtitle = o->change ? xstrdup(o->change->words[i])
					   : svg_head_subtitle(s, o);

		svg_chunk_line(&c, profile_metric_name(s->profile, s->metric));
		svg_chunk_line(
			&c, profile_metric_unit_name(s->profile, s->metric));
		svg_chunk_line(&c, s->exact	  ? "exact"
				   : s->var_known ? "sampled"
						  : "unknown");
		svg_chunk_line(&c, subtitle);
		free(subtitle);
	}
	svg_chunk_close(&c);
}

static void
put_strings(struct data *d, FILE *out)
{
	struct svg_chunk c;

	svg_chunk_open(&c, out, "hf-strings");
	for (uint32_t i = 0; i < d->strings.count; i++) {
		svg_chunk_next(&c);
		svg_chunk_line(&c,
			strtab_get(&d->profile->strings, d->strings.thing[i]));
	}
	svg_chunk_close(&c);
}

static uint32_t
string_number(const struct data *d, uint32_t id)
{
	return id == NONE ? 0 : d->strings.number[id];
}

static void
put_kind(struct svg_chunk *c, const struct data *d, uint32_t kind)
{
	const struct profile *p = d->profile;
	const struct frame *frame = &p->frames[kind / 2];
	const struct function *f = &p->functions[frame->function];

	svg_chunk_number(c, string_number(d, f->name) - 1);
	svg_chunk_number(c, string_number(d, f->file));
	svg_chunk_number(c, frame->line);
	svg_chunk_number(
		c, f->module == NONE
			   ? 0
			   : string_number(d, p->modules[f->module].path));
	svg_chunk_number(c, (kind & 1 ? SVG_WRAPPER : 0) |
				    (f->named ? 0 : SVG_UNNAMED) |
				    (f->inlined ? SVG_INLINED : 0));
	svg_chunk_number(c, svg_color_of(strtab_get(&p->strings, f->name)));
	svg_chunk_number(c, svg_paint_hue(d->paint, f));
	svg_chunk_number(c, svg_kind_of(p, f));
}

static void
put_kinds(struct data *d, FILE *out)
{
	struct svg_chunk c;

	svg_chunk_open(&c, out, "hf-kinds");
	for (uint32_t i = 0; i < d->kinds.count; i++) {
		svg_chunk_next(&c);
		put_kind(&c, d, d->kinds.thing[i]);
	}
	svg_chunk_close(&c);
}

/* The first of what a node holds itself; its others follow. */
static const struct tree_own *
find_own(const struct tree *t, uint32_t node)
{
	size_t low = 0, high = t->own_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (t->own[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return &t->own[low];
}

static void
put_column(struct svg_chunk *c, const struct tree *t, const struct tree_own *o)
{
	const struct shown *s = &t->columns[o->column];

	svg_chunk_number(c, o->value > 0 ? (uint64_t)o->value : 0);
	if (!s->exact && s->var_known)
		svg_chunk_number(c,
			o->value > 0 && o->var > 0
				? (uint64_t)lround(
					  16 *
					  log2(1 + o->var / (double)o->value))
				: 0);
}

static void
put_own(struct svg_chunk *c, const struct tree *t, uint32_t node)
{
	const struct tree_own *first = find_own(t, node), *o;
	const struct tree_own *end = t->own + t->own_count;
	const struct tree_own *life = NULL;
	uint64_t bits = 0, freed = 0;

	for (o = first; o < end && o->node == node; o++) {
		bits |= (uint64_t)1 << o->column;
		if (o->freed_objects >= 0.5)
			life = o;
	}
	if (life)
		bits |= (uint64_t)1 << t->column_count;
	svg_chunk_number(c, bits);
	for (o = first; o < end && o->node == node; o++)
		put_column(c, t, o);
	if (!life)
		return;
	freed = (uint64_t)llround(life->freed_objects);
	svg_chunk_number(c, freed);
	svg_chunk_number(
		c, life->lifetime_ns > 0
			   ? (uint64_t)lround(
				     32 * log2(1 + life->lifetime_ns /
							   life->freed_objects))
			   : 0);
}

static void
put_tree(struct data *d, FILE *out)
{
	const struct tree *t = d->layout->tree;
	struct svg_chunk c;
	uint32_t depth = 0;

	svg_chunk_open(&c, out, "hf-tree");
	svg_chunk_number(&c, d->layout->count);
	for (uint32_t i = 0; i < d->layout->count; i++) {
		const struct svg_frame *f = &d->layout->frames[i];

		svg_chunk_next(&c);
		svg_chunk_number(&c, i ? depth + 1 - f->depth : 0);
		svg_chunk_number(&c, i ? d->kinds.number[f->kind] - 1 : 0);
		if (f->own)
			put_own(&c, t, f->node);
		else
			svg_chunk_number(&c, 0);
		depth = f->depth;
	}
	svg_chunk_close(&c);
}

void
svg_data_put(FILE *out, const struct svg_layout *l,
	const struct svg_paint *paint, const struct svg_options *o)
{
	struct data d = {
		.layout = l, .paint = paint, .profile = l->tree->shown->profile
	};

	numbering_init(&d.kinds, 2 * (size_t)d.profile->frame_count);
	numbering_init(&d.strings, d.profile->strings.count);
	collect(&d);
	put_metrics(l->tree, o, out);
	put_strings(&d, out);
	put_kinds(&d, out);
	put_tree(&d, out);
	numbering_release(&d.kinds);
	numbering_release(&d.strings);
}
