/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of the base are translated into those of the profile. Then each
 * frame has a key, itself or one that stands for all of a function's, and
 * stacks with equal keys are one.
 */
#define _GNU_SOURCE /* qsort_r */
#include "select_base.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_order.h"
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
	struct unrounded owed; /* as in select.c */
};

/* Below this share of both a difference is that of the order of adding. */
#define NOTHING 1e-9

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

static void
add_stack(struct shown_stack *sum, struct unrounded *now,
	struct unrounded *base, const struct shown_stack *s, bool of_base)
{
	struct unrounded *u = of_base ? base : now;

	u->value += s->unrounded.value;
	u->objects += s->unrounded.objects;
	u->bytes += s->unrounded.bytes;
	sum->var += s->var;
	if (of_base)
		return;
	sum->samples += s->samples;
	sum->freed_objects += s->freed_objects;
	sum->lifetime_ns += s->lifetime_ns;
}

/*
 * Rounded once, so that what is equal on both sides leaves nothing: of two
 * roundings a byte here and there would stay, and look like a leak.
 */
static int64_t
settle(double now, double base, double *unrounded, double *owed)
{
	double difference = now - base;
	int64_t n;

	if (fabs(difference) <= NOTHING * (now + base))
		difference = 0;
	n = llround(difference + *owed);
	*owed += difference - (double)n;
	*unrounded = difference;
	return n;
}

/* The sides from..to are one stack. */
static struct shown_stack
merge(struct difference *d, uint32_t from, uint32_t to)
{
	struct unrounded now = { 0 }, base = { 0 };
	const struct side *first = &d->sides[from];
	struct shown_stack sum =
		(first->of_base ? d->base : d->now)->stacks[first->index];

	sum.var = sum.freed_objects = sum.lifetime_ns = 0;
	sum.samples = 0;
	sum.first = first->at.first;
	if (first->of_base)
		sum.stack = NONE;
	for (uint32_t i = from; i < to; i++) {
		const struct side *it = &d->sides[i];

		add_stack(&sum, &now, &base,
			&(it->of_base ? d->base : d->now)->stacks[it->index],
			it->of_base);
	}
	sum.value = settle(
		now.value, base.value, &sum.unrounded.value, &d->owed.value);
	sum.objects = settle(now.objects, base.objects, &sum.unrounded.objects,
		&d->owed.objects);
	sum.bytes = settle(
		now.bytes, base.bytes, &sum.unrounded.bytes, &d->owed.bytes);
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

/* Takes them over; their frames stay where they are. */
static void
set_stacks(struct shown *out, struct difference *d, bool only_grown,
	bool keep_empty)
{
	struct shown_stack *list = xmalloc((d->count + 1) * sizeof *list);
	uint32_t next;

	out->total = out->hundred = 0;
	out->stack_count = 0; /* the stacks themselves are still needed */
	for (uint32_t i = 0; i < d->count; i = next) {
		struct shown_stack sum;

		for (next = i + 1; next < d->count; next++)
			if (compare_keys(&d->sides[i], &d->sides[next],
				    d->keys) != 0)
				break;
		sum = merge(d, i, next);
		if (only_grown && is_shrunk(&sum)) {
			out->shrunk += sum.value;
			out->shrunk_count++;
			out->var -= sum.var;
			out->samples -= sum.samples;
			continue;
		}
		if (sum.value == 0 && !(keep_empty && sum.objects != 0))
			continue;
		out->total += sum.value;
		out->hundred += sum.value < 0 ? -sum.value : sum.value;
		list[out->stack_count++] = sum;
	}
	if (out->var < 0) /* what is left of a sum of doubles */
		out->var = 0;
	free(out->stacks);
	out->stacks = list;
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

static void
subtract(struct shown *out, struct difference *d, const struct selection *s)
{
	size_t frames = (size_t)out->frame_count + d->base->frame_count;
	size_t stacks = (size_t)out->stack_count + d->base->stack_count;

	if (frames > UINT32_MAX / 2) {
		error("the stacks of these profiles are too many to be shown");
		exit(EXIT_FAILED);
	}
	translation_init(&d->translation, d->p, d->base);
	d->frames = xmalloc((frames + 1) * sizeof *d->frames);
	d->keys = xmalloc((frames + 1) * sizeof *d->keys);
	d->sides = xmalloc((stacks + 1) * sizeof *d->sides);
	add_side(d, out, NULL, 0);
	add_side(d, d->base, d->translation.frames, out->frame_count);
	qsort_r(d->sides, d->count, sizeof *d->sides, compare_sides, d->keys);
	set_stacks(out, d, s->only_grown, s->keep_empty);
	free(out->frames);
	out->frames = d->frames;
	out->frame_count = (uint32_t)frames;
	sort_stacks(out, d);
	free(d->keys);
	free(d->sides);
	translation_release(&d->translation);
}

/*
 * The metric m of p in the base, which may count those that files bring along
 * in another order; -1: none of its processes has it.
 */
static int
metric_in(const struct profile *base, const struct profile *p, enum metric m)
{
	const char *name = profile_metric_name(p, m);
	int there = m < FOREIGN ? (int)m : -1;

	for (uint32_t i = 0; m >= FOREIGN && i < base->foreign_count; i++)
		if (strcmp(name, profile_metric_name(base,
					 (enum metric)(FOREIGN + i))) == 0)
			there = (int)(FOREIGN + i);
	for (uint32_t i = 0; there >= 0 && i < base->process_count; i++)
		if (base->processes[i].has[there])
			return there;
	return -1;
}

/* What is said of the figures is said of both sides. */
static void
describe(struct shown *out, const struct shown *base)
{
	out->compared = true;
	out->base_total = base->total;
	out->var += base->var;
	out->exact &= base->exact;
	out->var_known &= base->var_known;
	if (base->interval_min > 0 &&
		(out->interval_min == 0 ||
			base->interval_min < out->interval_min))
		out->interval_min = base->interval_min;
	if (base->interval_max > out->interval_max)
		out->interval_max = base->interval_max;
}

int
base_subtract(struct shown *out, struct profile *p, const struct selection *s)
{
	struct selection of_base = *s;
	struct shown base;
	struct difference d = { .p = p, .now = out, .base = &base };
	const char *name = profile_metric_name(p, out->metric);

	of_base.metric = metric_in(s->base, p, out->metric);
	if (of_base.metric < 0)
		return error("the base does not hold '%s'", name);
	of_base.base = NULL;
	of_base.only_grown = false;
	if (select_stacks(&base, s->base, &of_base) < 0) {
		hint("This is said of the base.");
		return -1;
	}
	describe(out, &base);
	subtract(out, &d, s);
	shown_release(&base);
	return 0;
}
