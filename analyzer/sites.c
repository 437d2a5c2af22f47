/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything is counted in arrays indexed by place (one a function, see
 * select_places) or by frame (one a line of it); the used places are then
 * gathered and sorted. What lies beyond the charged frame counts as that
 * frame's own.
 */
#define _GNU_SOURCE /* qsort_r */
#include "sites.h"

#include <stdlib.h>

#include "err.h"

/* The charged function `place` allocated `value` by calling `frame`. */
struct via {
	uint32_t place, via_place, frame;
	int64_t value;
};

struct counting {
	const struct shown *s;
	uint32_t *places;
	struct site *by_place;
	int64_t *flat_of_frame, *cum_of_frame;
	uint32_t *last_stack; /* by place: 1 + the last stack counted there */
	struct via *vias;
	size_t via_count;
};

static uint32_t
place_of(const struct counting *c, uint32_t frame)
{
	return c->places[c->s->profile->frames[frame].function];
}

static void
count_flat(struct counting *c, const struct shown_stack *s)
{
	const uint32_t *frames = c->s->frames + s->first;
	uint32_t frame = frames[s->charge - 1];
	struct site *site = &c->by_place[place_of(c, frame)];

	site->flat += s->value;
	site->flat_var += s->var;
	site->flat_objects += s->objects;
	site->flat_samples += s->samples;
	site->freed_objects += s->freed_objects;
	site->lifetime_ns += s->lifetime_ns;
	c->flat_of_frame[frame] += s->value;
	if (s->charge == s->depth)
		return;
	c->vias[c->via_count++] = (struct via){
		.place = place_of(c, frame),
		.via_place = place_of(c, frames[s->charge]),
		.frame = frames[s->charge],
		.value = s->value,
	};
}

static void
count_stack(struct counting *c, uint32_t index)
{
	const struct shown_stack *s = &c->s->stacks[index];

	if (s->depth == 0)
		return;
	count_flat(c, s);
	/* What --by put at the root is no function: see groups.h. */
	/* From the leaf: of a recursion the innermost line is counted. */
	for (uint32_t i = s->charge; i > s->roots; i--) {
		uint32_t frame = c->s->frames[s->first + i - 1];
		uint32_t place = place_of(c, frame);

		if (c->last_stack[place] == index + 1)
			continue;
		/* Only here: of functions in no stack no page is touched. */
		if (c->last_stack[place] == 0)
			c->by_place[place].frame = NONE;
		c->last_stack[place] = index + 1;
		c->by_place[place].cum += s->value;
		c->by_place[place].cum_var += s->var;
		c->by_place[place].cum_objects += s->objects;
		c->by_place[place].cum_samples += s->samples;
		c->cum_of_frame[frame] += s->value;
	}
}

/* Does line x stand for its function better than line y? */
static bool
is_better(const struct counting *c, uint32_t x, uint32_t y)
{
	int64_t fx = llabs(c->flat_of_frame[x]), cx = llabs(c->cum_of_frame[x]);
	int64_t fy = llabs(c->flat_of_frame[y]), cy = llabs(c->cum_of_frame[y]);

	if (fx != fy)
		return fx > fy;
	if (cx != cy)
		return cx > cy;
	return c->s->profile->frames[x].line < c->s->profile->frames[y].line;
}

static void
choose_lines(struct counting *c)
{
	for (uint32_t i = 0; i < c->s->profile->frame_count; i++) {
		struct site *site = &c->by_place[place_of(c, i)];

		if (!c->last_stack[place_of(c, i)])
			continue;
		if (site->frame == NONE || is_better(c, i, site->frame))
			site->frame = i;
	}
}

static int
compare_vias(const void *x, const void *y)
{
	const struct via *a = x, *b = y;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return a->via_place < b->via_place ? -1 : a->via_place > b->via_place;
}

static int
compare_via_places(const void *x, const void *y)
{
	const struct via *a = x, *b = y;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->via_place < b->via_place ? -1 : a->via_place > b->via_place;
}

/* Adds up equal pairs, then hands each site its run of them. */
static void
gather_vias(struct counting *c, struct sites *out)
{
	struct via *v = c->vias;
	size_t n = 0;

	if (c->via_count > 0)
		qsort(v, c->via_count, sizeof *v, compare_via_places);
	for (size_t i = 0; i < c->via_count; i++) {
		if (n > 0 && compare_via_places(&v[n - 1], &v[i]) == 0)
			v[n - 1].value += v[i].value;
		else
			v[n++] = v[i];
	}
	if (n > 0)
		qsort(v, n, sizeof *v, compare_vias);
	out->via = xmalloc(n * sizeof *out->via);
	for (size_t i = 0; i < n; i++) {
		struct site *site = &c->by_place[v[i].place];

		if (site->vias++ == 0)
			site->first_via = (uint32_t)i;
		out->via[i] = v[i].frame;
	}
}

struct order {
	const struct counting *c;
	bool by_cum;
};

static int
compare_sites(const void *x, const void *y, void *context)
{
	const struct site *a = x, *b = y;
	const struct order *o = context;
	uint32_t pa = place_of(o->c, a->frame), pb = place_of(o->c, b->frame);

	/* Below 0 is what a base has more of: a change as large as any. */
	if (o->by_cum && llabs(a->cum) != llabs(b->cum))
		return llabs(a->cum) > llabs(b->cum) ? -1 : 1;
	if (llabs(a->flat) != llabs(b->flat))
		return llabs(a->flat) > llabs(b->flat) ? -1 : 1;
	return pa < pb ? -1 : pa > pb;
}

/* In place: of hundreds of thousands of functions a copy would be much. */
static void
gather(const struct counting *c, struct sites *out)
{
	uint32_t n = c->s->profile->function_count;

	out->list = c->by_place;
	for (uint32_t i = 0; i < n; i++)
		if (c->last_stack[i])
			out->list[out->count++] = c->by_place[i];
}

void
sites_build(struct sites *out, const struct shown *s, bool by_cum)
{
	const struct profile *p = s->profile;
	struct counting c = {
		.s = s,
		.places = select_places(p),
		.by_place = xcalloc(p->function_count, sizeof *c.by_place),
		.flat_of_frame = xcalloc(p->frame_count, sizeof(int64_t)),
		.cum_of_frame = xcalloc(p->frame_count, sizeof(int64_t)),
		.last_stack = xcalloc(p->function_count, sizeof(uint32_t)),
		.vias = xmalloc(s->stack_count * sizeof *c.vias),
	};
	struct order order = { .c = &c, .by_cum = by_cum };

	*out = (struct sites){ 0 };
	for (uint32_t i = 0; i < s->stack_count; i++)
		count_stack(&c, i);
	choose_lines(&c);
	gather_vias(&c, out);
	gather(&c, out);
	/* Sorting takes memory, too; all but the places is done with. */
	free(c.flat_of_frame);
	free(c.cum_of_frame);
	free(c.last_stack);
	free(c.vias);
	qsort_r(out->list, out->count, sizeof *out->list, compare_sites,
		&order);
	free(c.places);
}

void
sites_release(struct sites *s)
{
	free(s->list);
	free(s->via);
	*s = (struct sites){ 0 };
}
