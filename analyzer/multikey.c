/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quicksort in three parts by one word of the keys, which is kept beside each
 * item; the part of equal words goes on with the next one. Only the two
 * smaller parts are recursed into, so that the stack stays low.
 */
#include "multikey.h"

#include <stdbool.h>
#include <stdlib.h>

#include "err.h"

#define FEW   10 /* sorted by insertion */
#define AHEAD 8 /* items */

struct cell {
	uint64_t word;
	uint32_t item;
};

struct sorter {
	const struct multikey *k;
	struct cell *cells;
	uint32_t *items; /* where cell i ends up is item i */
	uint64_t random;
};

/* A run of cells that agree up to word `depth`, whose words are loaded. */
struct part {
	size_t begin, end;
	uint32_t depth;
};

static void
load(struct sorter *s, struct part p)
{
	for (size_t i = p.begin; i < p.end; i++)
		s->cells[i].word =
			s->k->word(s->k->context, s->cells[i].item, p.depth);
}

/* What is sorted as far as keys go. */
static void
put(struct sorter *s, struct part p)
{
	for (size_t i = p.begin; i < p.end; i++)
		s->items[i] = s->cells[i].item;
	if (s->k->ties && p.end - p.begin > 1)
		s->k->ties(s->k->context, s->items + p.begin, p.end - p.begin);
}

static void
swap(struct cell *a, struct cell *b)
{
	struct cell c = *a;

	*a = *b;
	*b = c;
}

static void
insert(struct cell *cells, struct part p)
{
	for (size_t i = p.begin + 1; i < p.end; i++) {
		struct cell c = cells[i];
		size_t j = i;

		for (; j > p.begin && cells[j - 1].word > c.word; j--)
			cells[j] = cells[j - 1];
		cells[j] = c;
	}
}

static uint64_t
any_word(struct sorter *s, struct part p)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->cells[p.begin + s->random % (p.end - p.begin)].word;
}

static uint64_t
pivot(struct sorter *s, struct part p)
{
	uint64_t a = any_word(s, p), b = any_word(s, p), c = any_word(s, p);

	if (a > b) {
		uint64_t t = a;

		a = b;
		b = t;
	}
	return c <= a ? a : c >= b ? b : c;
}

/* Into smaller, equal and greater ones; *equal is where those in the middle
 * stand. */
static void
split(struct sorter *s, struct part p, struct part *equal)
{
	uint64_t word = pivot(s, p);
	size_t low = p.begin, at = p.begin, high = p.end;
	struct cell *c = s->cells;

	while (at < high) {
		if (c[at].word < word)
			swap(&c[low++], &c[at++]);
		else if (c[at].word > word)
			swap(&c[--high], &c[at]);
		else
			at++;
	}
	*equal = (struct part){ low, high, p.depth };
}

static void sort(struct sorter *s, struct part p);

/* Of one word only: done, or to be told apart by the next one. */
static bool
go_deeper(struct sorter *s, struct part *p)
{
	if (p->end - p->begin < 2 || s->cells[p->begin].word == 0) {
		put(s, *p);
		return false;
	}
	p->depth++;
	load(s, *p);
	return true;
}

static void
sort_few(struct sorter *s, struct part p)
{
	size_t begin = p.begin, end;

	insert(s->cells, p);
	for (; begin < p.end; begin = end) {
		struct part equal = { begin, 0, p.depth };

		for (end = begin + 1;
			end < p.end &&
			s->cells[end].word == s->cells[begin].word;
			end++)
			;
		equal.end = end;
		if (go_deeper(s, &equal))
			sort(s, equal);
	}
}

static size_t
size_of(struct part p)
{
	return p.end - p.begin;
}

static void
sort(struct sorter *s, struct part p)
{
	while (size_of(p) > FEW) {
		struct part parts[3], largest;
		int at = 0;

		split(s, p, &parts[1]);
		parts[0] = (struct part){ p.begin, parts[1].begin, p.depth };
		parts[2] = (struct part){ parts[1].end, p.end, p.depth };
		for (int i = 1; i < 3; i++)
			if (size_of(parts[i]) > size_of(parts[at]))
				at = i;
		largest = parts[at];
		for (int i = 0; i < 3; i++)
			if (i != at && (i != 1 || go_deeper(s, &parts[i])))
				sort(s, parts[i]);
		if (at == 1 && !go_deeper(s, &largest))
			return;
		p = largest;
	}
	if (size_of(p) > 0)
		sort_few(s, p);
}

void
multikey_sort(const struct multikey *k, uint32_t *items, size_t count)
{
	struct sorter s = {
		.k = k, .items = items, .random = 88172645463325252u
	};
	struct part all = { 0, count, 0 };

	if (count == 0)
		return;
	s.cells = xmalloc(count * sizeof *s.cells);
	for (size_t i = 0; i < count; i++)
		s.cells[i].item = items[i];
	load(&s, all);
	sort(&s, all);
	free(s.cells);
}
