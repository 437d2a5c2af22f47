/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stacks by the hundred thousand, of which most begin alike: sorted by two
 * places at a time (multikey.h), and only those of equal places by frames.
 */
#define _GNU_SOURCE /* qsort_r */
#include "select_sort.h"

#include <stdlib.h>

#include "err.h"
#include "multikey.h"
#include "select_order.h"

struct sorting {
	const struct collector *c;
	struct slice *slices; /* of the entries: close together */
	struct stack_order order;
	uint32_t *places; /* of frames: a step less, millions of times */
};

static uint64_t
places_word(const void *context, uint32_t entry, uint32_t depth)
{
	const struct sorting *s = context;
	struct slice e = s->slices[entry];
	const uint32_t *frames = s->c->frames + e.first;
	uint64_t word;

	depth *= 2;
	if (depth >= e.depth)
		return 0;
	word = (uint64_t)(s->places[frames[depth]] + 1) << 32;
	if (depth + 1 < e.depth)
		word |= s->places[frames[depth + 1]] + 1;
	return word;
}

static void
fetch_places(const void *context, uint32_t entry, uint32_t depth)
{
	const struct sorting *s = context;

	__builtin_prefetch(s->c->frames + s->slices[entry].first + 2 * depth);
}

static int
compare_ties(const void *x, const void *y, void *context)
{
	const struct sorting *s = context;
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	const struct entry *a = &s->c->entries[i], *b = &s->c->entries[k];
	int order =
		stack_compare(&s->order, (struct slice){ a->first, a->depth },
			(struct slice){ b->first, b->depth });

	if (order == 0 && a->row != b->row)
		order = a->row < b->row ? -1 : 1;
	return order != 0 ? order : i < k ? -1 : i > k;
}

static void
sort_ties(const void *context, uint32_t *entries, size_t count)
{
	qsort_r(entries, count, sizeof *entries, compare_ties, (void *)context);
}

void
select_sort(struct collector *c)
{
	struct profile *p = c->p;
	uint32_t *places = select_places(p);
	struct sorting s = {
		.c = c,
		.order = { .p = p, .places = places, .frames = c->frames },
		.slices = xmalloc((c->count + 1) * sizeof *s.slices),
		.places = xmalloc((p->frame_count + 1) * sizeof *s.places),
	};
	const struct multikey by_places = { places_word, fetch_places,
		sort_ties, &s };
	uint32_t *order = xmalloc((c->count + 1) * sizeof *order);
	struct entry *sorted = xmalloc_large((c->count + 1) * sizeof *sorted);

	for (uint32_t i = 0; i < p->frame_count; i++)
		s.places[i] = places[p->frames[i].function];
	for (uint32_t i = 0; i < c->count; i++) {
		const struct entry *e = &c->entries[i];

		s.slices[i] = (struct slice){ e->first, e->depth };
		order[i] = i;
	}
	multikey_sort(&by_places, order, c->count);
	for (uint32_t i = 0; i < c->count; i++)
		sorted[i] = c->entries[order[i]];
	free(c->entries);
	c->entries = sorted;
	c->capacity = c->count + 1;
	free(order);
	free(s.slices);
	free(s.places);
	free(places);
}
