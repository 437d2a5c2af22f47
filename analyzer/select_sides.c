/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of the base are translated into those of the profile. Then each
 * frame has a key, itself or one that stands for all of a function's, and
 * stacks with equal keys are one.
 */
#define _GNU_SOURCE /* qsort_r */
#include "select_sides.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_order.h"
#include "select_pairs.h"
#include "select_translate.h"

/* A stack of either side. */
struct side {
	struct slice at; /* into frames and keys */
	uint32_t index; /* into the stacks of its side */
	bool of_base;
};

struct difference {
	struct profile *p;
	const struct shown *now, *base;
	struct translation translation;
	uint32_t *frames, *keys; /* of both sides */
	struct side *sides;
	uint32_t count;
	/* Sides of equal stacks: ends[i - 1] or 0 up to ends[i]. */
	uint32_t *ends, merged;
	struct shared_change *changes; /* of each; NULL: nothing cancels */
	struct shown_pair *pairs;
	struct pair_owed owed;
	const struct sides *how;
};

static void
add_side(struct difference *d, const struct shown *s, const uint32_t *to,
	uint32_t first)
{
	for (uint32_t i = 0; i < s->frame_count; i++) {
		uint32_t frame = to ? to[s->frames[i]] : s->frames[i];

		d->frames[first + i] = frame;
		d->keys[first + i] = translation_key(&d->translation, frame);
	}
	for (uint32_t i = 0; i < s->stack_count; i++)
		d->sides[d->count++] = (struct side){
			.at = { first + s->stacks[i].first,
				s->stacks[i].depth },
			.index = i,
			.of_base = to != NULL,
		};
}

static int
compare_keys(const void *x, const void *y, void *context)
{
	const struct side *a = x, *b = y;
	const uint32_t *keys = context;
	uint32_t n = a->at.depth < b->at.depth ? a->at.depth : b->at.depth;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t kx = keys[a->at.first + i], ky = keys[b->at.first + i];

		if (kx != ky)
			return kx < ky ? -1 : 1;
	}
	if (a->at.depth != b->at.depth)
		return a->at.depth < b->at.depth ? -1 : 1;
	return 0;
}

static int
compare_sides(const void *x, const void *y, void *keys)
{
	const struct side *a = x, *b = y;
	int order = compare_keys(x, y, keys);

	/* What is shown are the frames of now, where there are any. */
	if (order == 0)
		order = a->of_base - b->of_base;
	return order != 0 ? order : a->index < b->index ? -1 : 1;
}

/* Figures of both sides, and of now what has no base. */
static void
add_stack(struct shown_stack *sum, struct pair_sums *sums,
	const struct shown_stack *s, bool of_base, double factor)
{
	int side = of_base ? SIDE_BASE : SIDE_NOW;
	double by = of_base ? factor : 1;

	sums->figures[side].value += by * s->unrounded.value;
	sums->figures[side].objects += by * s->unrounded.objects;
	sums->figures[side].bytes += by * s->unrounded.bytes;
	sums->var[side] += by * by * s->var;
	if (of_base)
		return;
	sum->samples += s->samples;
	sum->freed_objects += s->freed_objects;
	sum->lifetime_ns += s->lifetime_ns;
}

/* The sides from..to are one stack, the n-th. */
static struct shown_stack
merge(struct difference *d, uint32_t from, uint32_t to, uint32_t n)
{
	const struct side *first = &d->sides[from];
	struct pair_sums sums = { 0 };
	struct shown_stack sum =
		(first->of_base ? d->base : d->now)->stacks[first->index];

	sum.freed_objects = sum.lifetime_ns = 0;
	sum.samples = 0;
	sum.first = first->at.first;
	sum.pair = n;
	if (first->of_base)
		sum.stack = NONE;
	for (uint32_t i = from; i < to; i++) {
		const struct side *it = &d->sides[i];

		add_stack(&sum, &sums,
			&(it->of_base ? d->base : d->now)->stacks[it->index],
			it->of_base, d->how->factor);
	}
	pair_make(&sum, &d->pairs[n], &sums, &d->owed,
		d->changes ? &d->changes[n] : NULL);
	return sum;
}

static int
compare_stacks(const void *x, const void *y, void *order)
{
	const struct shown_stack *a = x, *b = y;

	return stack_compare(order, (struct slice){ a->first, a->depth },
		(struct slice){ b->first, b->depth });
}

static bool
is_shrunk(const struct shown_stack *s)
{
	return s->value < 0 || (s->value == 0 && s->objects < 0);
}

static void
find_equal(struct difference *d)
{
	uint32_t next;

	d->ends = xmalloc(((size_t)d->count + 1) * sizeof *d->ends);
	for (uint32_t i = 0; i < d->count; i = next) {
		next = i + 1;
		while (next < d->count &&
			compare_keys(&d->sides[i], &d->sides[next], d->keys) ==
				0)
			next++;
		d->ends[d->merged++] = next;
	}
}

/* By row of one side, in place: the stack of both instead of its own. */
static void
number_rows(struct difference *d, const struct shown *s, bool of_base)
{
	uint32_t *to = xmalloc(((size_t)s->stack_count + 1) * sizeof *to);
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->count; i++) {
		n += i == d->ends[n];
		if (d->sides[i].of_base == of_base)
			to[d->sides[i].index] = n;
	}
	for (uint32_t i = 0; i < s->profile->row_count; i++)
		if (s->stack_of[i] != NONE)
			s->stack_of[i] = to[s->stack_of[i]];
	free(to);
}

/* What is on both sides cancels. */
static void
find_changes(struct difference *d, struct shown *out)
{
	const struct shared_side sides[2] = {
		[SIDE_NOW] = { d->p, d->now->stack_of, d->now->metric,
			d->how->exact[SIDE_NOW] },
		[SIDE_BASE] = { d->base->profile, d->base->stack_of,
			d->base->metric, d->how->exact[SIDE_BASE] },
	};

	if (!d->how->cancel)
		return;
	number_rows(d, d->now, false);
	number_rows(d, d->base, true);
	d->changes = xcalloc((size_t)d->merged + 1, sizeof *d->changes);
	if (shared_find(d->changes, d->merged, sides, &out->shared))
		return;
	free(d->changes);
	d->changes = NULL;
}

/* Takes them over; their frames stay where they are. */
static void
set_stacks(struct shown *out, struct difference *d, const struct selection *s)
{
	struct shown_stack *list =
		xmalloc(((size_t)d->merged + 1) * sizeof *list);
	uint32_t from = 0, count = 0;
	bool empty = s->keep_empty || s->keep_unchanged;

	out->total = out->hundred = 0;
	out->var = 0;
	for (uint32_t i = 0; i < d->merged; from = d->ends[i++]) {
		struct shown_stack sum = merge(d, from, d->ends[i], i);

		if (s->only_grown && is_shrunk(&sum)) {
			out->shrunk += sum.value;
			out->shrunk_count++;
			out->samples -= sum.samples;
			continue;
		}
		out->var += sum.var;
		if (sum.value == 0 && !s->keep_unchanged &&
			!(empty && sum.objects != 0))
			continue;
		out->total += sum.value;
		out->hundred += sum.value < 0 ? -sum.value : sum.value;
		list[count++] = sum;
	}
	free(out->stacks);
	out->stacks = list;
	out->stack_count = count;
}

static void
sort_stacks(struct shown *out, const struct difference *d)
{
	uint32_t *places = select_places(d->p);
	struct stack_order order = { d->p, places, d->frames };

	qsort_r(out->stacks, out->stack_count, sizeof *out->stacks,
		compare_stacks, &order);
	free(places);
}

void
sides_subtract(struct shown *out, struct profile *p, const struct sides *s)
{
	const struct shown *base = s->base;
	size_t frames = (size_t)out->frame_count + base->frame_count;
	size_t stacks = (size_t)out->stack_count + base->stack_count;
	struct difference d = { .p = p, .now = out, .base = base, .how = s };

	if (frames > UINT32_MAX / 2) {
		error("the stacks of these profiles are too many to be shown");
		exit(EXIT_FAILED);
	}
	translation_init(&d.translation, p, base);
	d.frames = xmalloc((frames + 1) * sizeof *d.frames);
	d.keys = xmalloc((frames + 1) * sizeof *d.keys);
	d.sides = xmalloc((stacks + 1) * sizeof *d.sides);
	add_side(&d, out, NULL, 0);
	add_side(&d, base, d.translation.frames, out->frame_count);
	qsort_r(d.sides, d.count, sizeof *d.sides, compare_sides, d.keys);
	find_equal(&d);
	find_changes(&d, out);
	d.pairs = xcalloc((size_t)d.merged + 1, sizeof *d.pairs);
	set_stacks(out, &d, s->selection);
	out->pairs = d.pairs;
	free(out->frames);
	out->frames = d.frames;
	out->frame_count = (uint32_t)frames;
	sort_stacks(out, &d);
	free(d.keys);
	free(d.sides);
	free(d.ends);
	free(d.changes);
	translation_release(&d.translation);
}
