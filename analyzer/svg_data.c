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
#include "svg_color.h"
#include "svg_text.h"

#define CHUNK_BYTES 1000000
#define DIGITS_MOST 13 /* of 64 bits */
/* A longer name says no more; and one text must not outgrow its chunk far. */
#define NAME_BYTES 65536

/* Numbers given to things in order of first use. */
struct numbering {
	uint32_t *number; /* thing -> number + 1; 0: not used */
	uint32_t *thing; /* number -> thing */
	uint32_t count;
};

struct data {
	const struct svg_layout *layout;
	const struct profile *profile;
	struct numbering kinds; /* thing: 2 * frame + wrapper */
	struct numbering strings; /* thing: id in the profile's strtab */
};

struct chunks {
	FILE *out;
	const char *name;
	size_t length;
	/* Numbers on their way: there are millions, of one or two digits. */
	char buffer[4096];
	size_t used;
};

static void
flush(struct chunks *c)
{
	fwrite(c->buffer, 1, c->used, c->out);
	c->used = 0;
}

static void
open_chunk(struct chunks *c)
{
	fprintf(c->out, "<metadata class=\"%s\">", c->name);
	c->length = 0;
}

static void
close_chunk(struct chunks *c)
{
	flush(c);
	fputs("</metadata>\n", c->out);
}

/* Called between entries only, so that none is cut in two. */
static void
next_entry(struct chunks *c)
{
	if (c->length < CHUNK_BYTES)
		return;
	close_chunk(c);
	open_chunk(c);
}

/* So many numbers find room from then on. */
static void
make_room(struct chunks *c, size_t numbers)
{
	if (c->used + numbers * DIGITS_MOST > sizeof c->buffer)
		flush(c);
}

static inline void
add_number(struct chunks *c, uint64_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789-_";
	size_t at = c->used;

	for (; n > 31; n >>= 5)
		c->buffer[at++] = digits[(n & 31) + 32];
	c->buffer[at++] = digits[n];
	c->length += at - c->used;
	c->used = at;
}

static void
put_number(struct chunks *c, uint64_t n)
{
	make_room(c, 1);
	add_number(c, n);
}

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

const struct function *
svg_data_function(const struct svg_layout *l, uint32_t frame)
{
	const struct profile *p = l->tree->shown->profile;
	uint32_t i = l->tree->nodes[l->frames[frame].node].frame;

	return i == NONE ? NULL : &p->functions[p->frames[i].function];
}

static void
collect(struct data *d)
{
	for (uint32_t i = 1; i < d->layout->count; i++) {
		uint32_t kind = d->layout->frames[i].kind;
		const struct function *f;

		if (d->kinds.number[kind])
			continue;
		f = svg_data_function(d->layout, i);
		use(&d->kinds, kind);
		use(&d->strings, f->name);
		if (f->file != NONE)
			use(&d->strings, f->file);
		if (f->module != NONE)
			use(&d->strings, d->profile->modules[f->module].path);
	}
}

static void
put_strings(struct data *d, FILE *out)
{
	struct chunks c = { .out = out, .name = "hf-strings" };

	open_chunk(&c);
	for (uint32_t i = 0; i < d->strings.count; i++) {
		const char *s =
			strtab_get(&d->profile->strings, d->strings.thing[i]);
		size_t length = strlen(s);

		next_entry(&c);
		if (length > NAME_BYTES)
			svg_text_put_fitted(out, s, NAME_BYTES / 4);
		else
			svg_text_put(out, s);
		putc('\n', out);
		c.length += length + 1;
	}
	close_chunk(&c);
}

static uint32_t
string_number(const struct data *d, uint32_t id)
{
	return id == NONE ? 0 : d->strings.number[id];
}

static void
put_kind(struct chunks *c, const struct data *d, uint32_t kind)
{
	const struct profile *p = d->profile;
	const struct frame *frame = &p->frames[kind / 2];
	const struct function *f = &p->functions[frame->function];

	put_number(c, string_number(d, f->name) - 1);
	put_number(c, string_number(d, f->file));
	put_number(c, frame->line);
	put_number(c, f->module == NONE
			      ? 0
			      : string_number(d, p->modules[f->module].path));
	put_number(c, (kind & 1 ? SVG_WRAPPER : 0) |
			      (f->named ? 0 : SVG_UNNAMED) |
			      (f->inlined ? SVG_INLINED : 0));
	put_number(c, svg_color_of(strtab_get(&p->strings, f->name)));
}

static void
put_kinds(struct data *d, FILE *out)
{
	struct chunks c = { .out = out, .name = "hf-kinds" };

	open_chunk(&c);
	for (uint32_t i = 0; i < d->kinds.count; i++) {
		next_entry(&c);
		put_kind(&c, d, d->kinds.thing[i]);
	}
	close_chunk(&c);
}

/* A node's own part of the count that its metric does not show. */
static uint64_t
own_other(const struct tree *t, uint32_t node)
{
	bool space = metric_is_space(t->shown->metric);
	const struct tree_more *more = t->more;
	int64_t other = space ? more[node].objects : more[node].bytes;

	for (uint32_t i = tree_first_child(t, node); i != NONE;
		i = t->nodes[i].next_sibling)
		other -= space ? more[i].objects : more[i].bytes;
	return other > 0 ? (uint64_t)other : 0;
}

static uint64_t
own_spread(const struct tree *t, uint32_t node)
{
	double whole = tree_var(t, node), var = whole;

	for (uint32_t i = tree_first_child(t, node); i != NONE;
		i = t->nodes[i].next_sibling)
		var -= tree_var(t, i);
	/* What is left of a subtraction of equal sums is no variance. */
	if (!(var > whole * 1e-12))
		return 0;
	return (uint64_t)lround(
		16 * log2(1 + var / (double)t->nodes[node].self));
}

static void
put_own(struct chunks *c, const struct tree *t, const struct svg_frame *f)
{
	add_number(c, f->own ? (uint64_t)t->nodes[f->node].self : 0);
	if (!f->own)
		return;
	add_number(c, t->more ? own_other(t, f->node) : 0);
	add_number(c, t->more ? own_spread(t, f->node) : 0);
}

static void
put_tree(struct data *d, FILE *out)
{
	const struct tree *t = d->layout->tree;
	struct chunks c = { .out = out, .name = "hf-tree" };
	uint32_t depth = 0;

	open_chunk(&c);
	put_number(&c, d->layout->count);
	for (uint32_t i = 0; i < d->layout->count; i++) {
		const struct svg_frame *f = &d->layout->frames[i];

		next_entry(&c);
		make_room(&c, 5);
		add_number(&c, i ? depth + 1 - f->depth : 0);
		add_number(&c, i ? d->kinds.number[f->kind] - 1 : 0);
		put_own(&c, t, f);
		depth = f->depth;
	}
	close_chunk(&c);
}

void
svg_data_put(FILE *out, const struct svg_layout *l)
{
	struct data d = { .layout = l, .profile = l->tree->shown->profile };

	numbering_init(&d.kinds, 2 * (size_t)d.profile->frame_count);
	numbering_init(&d.strings, d.profile->strings.count);
	collect(&d);
	put_strings(&d, out);
	put_kinds(&d, out);
	put_tree(&d, out);
	numbering_release(&d.kinds);
	numbering_release(&d.strings);
}
