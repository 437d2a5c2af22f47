/* SPDX-License-Identifier: Apache-2.0 */
/*
 * growth.h judges stacks of a profile of its own, so that a stack is known by
 * the names and lines of its frames.
 */
#include "leaks_series.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "growth_small.h"

/* A stack by what it is called, and what its series is. */
struct verdict {
	uint64_t key;
	bool accumulates;
};

static uint64_t
add_frame(uint64_t key, const char *name, uint32_t line)
{
	for (; *name; name++)
		key = (key ^ (unsigned char)*name) * 0x100000001b3;
	return (key ^ line ^ 0x8000000000000000) * 0x100000001b3;
}

static uint64_t
key_of(const struct profile *p, const uint32_t *frames, uint32_t depth)
{
	uint64_t key = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < depth; i++) {
		const struct frame *f = &p->frames[frames[i]];

		key = add_frame(key,
			strtab_get(&p->strings, p->functions[f->function].name),
			f->line);
	}
	return key;
}

/* Of the other classes the series says nothing that ages don't. */
static bool is_telling(enum trend_class class)
{
	return class == TREND_LINEAR || class == TREND_STEP ||
	       class == TREND_PLATEAU || class == TREND_SAWTOOTH;
}

/* Of equal keys that of what accumulates comes first. */
static int
compare(const void *x, const void *y)
{
	const struct verdict *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return b->accumulates - a->accumulates;
}

static uint32_t
gather(const struct growth *g, struct verdict *list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->stack_count; i++) {
		const struct growth_stack *s = &g->stacks[i];

		if (is_telling(s->trend.class))
			list[n++] = (struct verdict){
				.key = key_of(&g->names, g->frames + s->first,
					s->depth),
				.accumulates = s->trend.class == TREND_LINEAR,
			};
	}
	if (n > 0)
		qsort(list, n, sizeof *list, compare);
	return n;
}

/* The first of that key. */
static const struct verdict *
find(const struct verdict *list, uint32_t count, uint64_t key)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (list[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && list[low].key == key ? &list[low] : NULL;
}

void
leaks_follow_growth(struct leaks_view *v, const struct shown *s,
	const struct selection *selection, const struct growth *g)
{
	struct verdict *list;
	uint32_t n;

	if (s->compared || selection->phase || selection->from || selection->to)
		return;
	list = xcalloc((size_t)g->stack_count + 1, sizeof *list);
	n = gather(g, list);
	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];
		const struct verdict *it = find(list, n,
			key_of(s->profile, s->frames + stack->first,
				stack->depth));
		struct leak_age *age;

		if (!it || stack->number >= v->ages.count)
			continue;
		age = &v->ages.list[stack->number];
		if (it->accumulates)
			age->kind = LEAK_ACCUMULATES;
		else if (age->kind == LEAK_ACCUMULATES)
			age->kind = LEAK_UNTOLD;
	}
	free(list);
}

void
leaks_follow(struct leaks_view *v, const struct shown *s,
	const struct selection *selection, char *const *files, int count,
	bool all)
{
	const struct growth_options options = { .selection = selection };
	struct growth g;

	if (s->compared || selection->phase || selection->from ||
		selection->to || s->stack_count == 0)
		return;
	if (growth_find_small(&g, files, count, all, &options))
		leaks_follow_growth(v, s, selection, &g);
	growth_release(&g);
}
