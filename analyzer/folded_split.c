/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name is looked up by its bytes alone, all names of a line one after the
 * other, so that memory is on its way; and what a line has in common with the
 * one before it is not looked at again.
 *
 * What a hostile file may cost is bounded here by the bytes read: its names,
 * and how deep a stack may be. The profile's part is read_budget.c's.
 */
#include "folded_split.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "folded_line.h"

#define AHEAD	      6 /* names */
#define STACKS_MOST   8192 /* of a batch, */
#define NUMBERS_MOST  32768 /* and so many frames; the last line may be more */
#define NAME_COST     64
#define NAMES_AT_ONCE ((uint64_t)8 << 20)
#define DEPTH_AT_ONCE ((uint64_t)1 << 18)

/* May there be one more name? Not more of them than bytes, but for a few. */
static bool
may_add(const struct folded_split *f)
{
	const struct name_cache *c = &f->names;

	return c->used < NAME_UNKNOWN - 1 &&
	       c->used * NAME_COST + c->length <
		       f->source->taken + NAMES_AT_ONCE;
}

static uint32_t
add_name(struct folded_split *f, struct folded_batch *b,
	const unsigned char *bytes, size_t length, uint32_t hash)
{
	uint32_t number = (uint32_t)f->names.used;

	if (!may_add(f))
		return NAME_UNKNOWN;
	name_cache_add(&f->names, bytes, length, hash, number);
	GROW(b->names, b->name_count, b->name_capacity);
	b->names[b->name_count++] =
		(struct folded_name){ b->byte_count, length };
	/* One more than is needed: not NULL, even for a first name of none. */
	if (b->byte_capacity - b->byte_count <= length) {
		b->byte_capacity = (b->byte_count + length + 1) * 2;
		b->bytes = xrealloc(b->bytes, b->byte_capacity);
	}
	if (length > 0)
		memcpy(b->bytes + b->byte_count, bytes, length);
	b->byte_count += length;
	return number;
}

/* How many bytes two stacks have in common. */
static size_t
common(const unsigned char *a, const unsigned char *b, size_t most)
{
	size_t i = 0;
	uint64_t x, y;

	for (; i + 8 <= most; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			break;
	}
	while (i < most && a[i] == b[i])
		i++;
	return i;
}

/* The frames that the line before has, too, each with the `;` behind it. */
static size_t
shared_frames(const struct folded_split *f, const struct folded_line *l)
{
	size_t most = l->length < f->last_length ? l->length : f->last_length;
	size_t same, n = 0, high = f->depth;

	if (f->last == NULL)
		return 0;
	same = common(f->last, l->stack, most);
	while (n < high) {
		size_t middle = n + (high - n) / 2;

		if (f->frames[middle].end < same)
			n = middle + 1;
		else
			high = middle;
	}
	return n;
}

/*
 * Where the names from `depth` on end, and their hashes. False: it is deeper
 * than a stack of this file may be.
 */
static bool
split(struct folded_split *f, const struct folded_line *l)
{
	uint64_t most = f->source->taken / 10 + DEPTH_AT_ONCE;
	size_t at = f->depth > 0 ? f->frames[f->depth - 1].end + 1 : 0;

	while (at <= l->length && l->length > 0) {
		const unsigned char *name = l->stack + at;
		const unsigned char *stop = memchr(name, ';', l->length - at);
		size_t length = stop ? (size_t)(stop - name) : l->length - at;
		uint32_t hash = name_hash(name, length);

		if (f->depth >= most || f->depth >= UINT32_MAX / 4)
			return false;
		name_cache_fetch(&f->names, hash);
		GROW(f->frames, f->depth, f->capacity);
		f->frames[f->depth++] =
			(struct folded_frame){ at + length, hash, 0 };
		at += length + 1;
	}
	return true;
}

/* False, where there is no room for so deep a stack or for its names. */
static bool
find_frames(struct folded_split *f, struct folded_batch *b,
	const struct folded_line *l)
{
	size_t first = shared_frames(f, l), at;

	f->last = NULL;
	f->depth = first;
	if (!split(f, l))
		return false;
	at = first > 0 ? f->frames[first - 1].end + 1 : 0;
	for (size_t i = first; i < f->depth; i++) {
		struct folded_frame *n = &f->frames[i];
		const unsigned char *name = l->stack + at;
		size_t length = n->end - at;

		if (i + AHEAD < f->depth)
			name_cache_fetch_bytes(&f->names, n[AHEAD].hash);
		n->number = name_cache_find(&f->names, name, length, n->hash);
		if (n->number == NAME_UNKNOWN)
			n->number = add_name(f, b, name, length, n->hash);
		if (n->number == NAME_UNKNOWN)
			return false;
		at = n->end + 1;
	}
	f->last = l->stack;
	f->last_length = l->length;
	return true;
}

static void
add_stack(struct folded_split *f, struct folded_batch *b,
	const struct folded_line *l)
{
	struct folded_stack stack = { .count = l->count,
		.before = l->before,
		.first = b->number_count,
		.known = find_frames(f, b, l) };
	size_t room = b->number_capacity - b->number_count;

	if (stack.known) {
		stack.depth = (uint32_t)f->depth;
		if (room < f->depth) {
			b->number_capacity += f->depth + NUMBERS_MOST;
			b->numbers = xrealloc(b->numbers,
				b->number_capacity * sizeof *b->numbers);
		}
		for (size_t i = 0; i < f->depth; i++)
			b->numbers[b->number_count++] = f->frames[i].number;
	}
	GROW(b->stacks, b->stack_count, b->stack_capacity);
	b->stacks[b->stack_count++] = stack;
}

static void
take_line(struct folded_split *f, struct folded_batch *b,
	const unsigned char *at, const unsigned char *end)
{
	struct folded_line l;

	switch (folded_line_parse(&l, at, end, f->two)) {
	case FOLDED_NONE:
		return;
	case FOLDED_BAD:
		b->bad++;
		return;
	case FOLDED_STACK:
		break;
	}
	b->good++;
	if (l.count > 0 || l.before > 0)
		add_stack(f, b, &l);
}

static bool
is_full(const struct folded_batch *b)
{
	return b->stack_count >= STACKS_MOST || b->number_count >= NUMBERS_MOST;
}

/* Whole lines of the window. False: the batch is full. */
static bool
take_lines(struct folded_split *f, struct folded_batch *b)
{
	struct source *s = f->source;

	for (;;) {
		size_t left = (size_t)(s->end - s->at) - f->scanned;
		const unsigned char *end =
			memchr(s->at + f->scanned, '\n', left);

		if (end == NULL) {
			f->scanned += left;
			return true;
		}
		take_line(f, b, s->at, end);
		s->at = end + 1;
		f->scanned = 0;
		if (is_full(b))
			return false;
	}
}

static void
empty(struct folded_split *f, struct folded_batch *b)
{
	b->stack_count = b->number_count = b->name_count = b->byte_count = 0;
	b->good = b->bad = 0;
	b->first_number = (uint32_t)f->names.used;
	b->status = 0;
}

bool
folded_split_next(struct folded_split *f, struct folded_batch *b)
{
	struct source *s = f->source;
	int more;

	empty(f, b);
	if (!take_lines(f, b)) {
		b->taken = s->taken;
		return true;
	}
	b->taken = s->taken;
	f->last = NULL; /* what is in the window moves */
	more = source_more(s);
	b->status = more < 0 ? -1 : 0;
	if (more == 0)
		take_line(f, b, s->at, s->end);
	return more > 0;
}

void
folded_split_release(struct folded_split *f)
{
	name_cache_release(&f->names);
	free(f->frames);
}

void
folded_batch_release(struct folded_batch *b)
{
	free(b->stacks);
	free(b->numbers);
	free(b->names);
	free(b->bytes);
	*b = (struct folded_batch){ 0 };
}
