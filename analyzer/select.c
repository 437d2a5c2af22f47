/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of the profile with a value becomes an entry, a slice of one pool
 * of frames; entries are sorted, neighbours with equal frames are added up in
 * doubles, and each sum is rounded once. All figures printed later are sums of
 * these integers.
 */
#define _GNU_SOURCE /* qsort_r */
#include "select.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "charge.h"
#include "err.h"
#include "select_metric.h"
#include "select_roots.h"

/* A row as frames, not yet merged. */
struct entry {
	uint32_t row, first, depth;
	bool inherited; /* what counts are its inherited figures */
};

/* What is being put together. */
struct builder {
	struct profile *p;
	enum metric metric;
	const struct selection *s;
	struct roots roots;
	bool *phases; /* those that count; NULL: all of the time does */
	uint32_t *frames;
	size_t frame_count, frame_capacity;
	struct entry *entries;
	size_t count, capacity;
	const uint32_t *places; /* of functions; see select_places */
};

bool
select_is_by(const struct selection *s, enum select_by by)
{
	for (int i = 0; i < s->bys; i++)
		if (s->by[i] == by)
			return true;
	return false;
}

const char *
shown_name(const struct shown *s, uint32_t frame)
{
	const struct profile *p = s->profile;

	return strtab_get(
		&p->strings, p->functions[p->frames[frame].function].name);
}

static void
push(struct builder *b, uint32_t frame)
{
	GROW(b->frames, b->frame_count, b->frame_capacity);
	b->frames[b->frame_count++] = frame;
}

/* The frames of one location, outermost first. */
static void
push_location(struct builder *b, uint32_t location)
{
	const struct location *l = &b->p->locations[location];

	for (uint32_t i = l->depth; i > 0; i--)
		push(b, b->p->location_frames[l->first + i - 1]);
}

/* "make/gcc", if it is to be shown; else "". */
static const char *
ancestors(const struct builder *b, uint32_t process)
{
	uint32_t string = b->p->processes[process].ancestors;

	return b->s->bys == 0 || b->s->by[0] != BY_PROCESS || string == NONE
		       ? ""
		       : strtab_get(&b->p->strings, string);
}

/* How many frames --by puts at the root of its stacks. */
static uint32_t
roots_of(const struct builder *b, uint32_t process)
{
	uint32_t n = (uint32_t)b->s->bys;
	bool in_name = false;

	for (const char *c = ancestors(b, process); *c; c++) {
		n += *c != '/' && !in_name;
		in_name = *c != '/';
	}
	return n;
}

/* Under --by process: "make", "gcc" before "cc1plus 4711". */
static void
push_ancestors(struct builder *b, uint32_t process)
{
	char *names = xstrdup(ancestors(b, process)), *rest = names, *name;

	while ((name = strsep(&rest, "/")))
		if (*name)
			push(b, roots_marker(b->p, name));
	free(names);
}

static void
push_stack(struct builder *b, const struct row *r, bool inherited)
{
	const struct stack stack = b->p->stacks[r->stack];
	size_t start;

	push_ancestors(b, r->process);
	for (int i = 0; i < b->s->bys; i++)
		push(b, roots_by(&b->roots, r, b->s->by[i]));
	if (inherited)
		push(b, roots_marker(b->p, "[inherited by fork]"));
	if (stack.depth > 0 && stack.truncated)
		push(b, roots_marker(b->p, "[truncated]"));
	start = b->frame_count;
	for (uint32_t i = stack.depth; i > 0; i--)
		push_location(b, b->p->stack_locations[stack.first + i - 1]);
	if (b->frame_count == start)
		push(b, roots_marker(b->p, "[no stack]"));
}

static void
add_entry(struct builder *b, uint32_t row, bool inherited)
{
	struct entry e = { .row = row, .inherited = inherited };

	if (b->frame_count > UINT32_MAX / 2) {
		error("the stacks of this profile are too many to be shown");
		exit(EXIT_FAILED);
	}
	e.first = (uint32_t)b->frame_count;
	push_stack(b, &b->p->rows[row], inherited);
	e.depth = (uint32_t)b->frame_count - e.first;
	GROW(b->entries, b->count, b->capacity);
	b->entries[b->count++] = e;
}

/* Which of a row's figures count. */
static enum metric_side
side_of(const struct builder *b, bool inherited)
{
	if (inherited)
		return OF_INHERITED;
	return b->phases ? OF_PHASE : OF_ALL;
}

static bool
is_wanted(const struct builder *b, const struct row *r)
{
	return !b->phases || (r->phase != NONE && b->phases[r->phase]);
}

static void
collect(struct builder *b)
{
	bool live = b->metric == INUSE_SPACE || b->metric == INUSE_OBJECTS;
	/* Not the child's own: only where each stands for itself. */
	bool inherited = live && !b->phases && !b->s->leave_inherited &&
			 select_is_by(b->s, BY_PROCESS);

	for (uint32_t i = 0; i < b->p->row_count; i++) {
		const struct row *r = &b->p->rows[i];
		struct figures f = { 0 };

		if (!is_wanted(b, r))
			continue;
		metric_add(&f, r, b->metric, side_of(b, false));
		if (f.value > 0 || (b->s->keep_empty && f.objects > 0))
			add_entry(b, i, false);
		if (inherited && r->inherited_objects.sum > 0)
			add_entry(b, i, true);
	}
}

/* By place first, so that the same function is found together at any depth. */
static int
compare_places(
	const struct builder *b, const struct entry *x, const struct entry *y)
{
	uint32_t n = x->depth < y->depth ? x->depth : y->depth;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t fx = b->frames[x->first + i];
		uint32_t fy = b->frames[y->first + i];
		uint32_t px = b->places[b->p->frames[fx].function];
		uint32_t py = b->places[b->p->frames[fy].function];

		if (px != py)
			return px < py ? -1 : 1;
	}
	return x->depth == y->depth ? 0 : x->depth < y->depth ? -1 : 1;
}

/* For stacks of equal places: by line, then by the frames themselves. */
static int
compare_frames(
	const struct builder *b, const struct entry *x, const struct entry *y)
{
	for (uint32_t i = 0; i < x->depth; i++) {
		uint32_t fx = b->frames[x->first + i];
		uint32_t fy = b->frames[y->first + i];
		uint32_t lx = b->p->frames[fx].line;
		uint32_t ly = b->p->frames[fy].line;

		if (lx != ly)
			return lx < ly ? -1 : 1;
		if (fx != fy)
			return fx < fy ? -1 : 1;
	}
	return 0;
}

static int
compare_entries(const void *x, const void *y, void *context)
{
	const struct entry *a = x, *c = y;
	int order = compare_places(context, a, c);

	if (order == 0)
		order = compare_frames(context, a, c);
	if (order == 0)
		order = a->row == c->row ? 0 : a->row < c->row ? -1 : 1;
	return order;
}

static bool
equal_frames(
	const struct builder *b, const struct entry *x, const struct entry *y)
{
	return x->depth == y->depth &&
	       memcmp(b->frames + x->first, b->frames + y->first,
		       x->depth * sizeof *b->frames) == 0;
}

/* The entries from..to are one stack. False if nothing of it is left. */
#define MOST 9e18 /* below 2^63 */

/*
 * What rounding has left so far: it is settled by the next stack, so that many
 * small estimates add up to what they are together.
 */
struct owed {
	double value, objects, bytes;
};

static int64_t
settle(double figure, double *owed)
{
	int64_t n = llround(figure + *owed);

	if (n < 0)
		n = 0;
	*owed += figure - (double)n;
	return n;
}

static bool
merge(const struct builder *b, bool exact, size_t from, size_t to,
	struct owed *owed, struct shown_stack *out)
{
	struct figures sum = { 0 };

	for (size_t i = from; i < to; i++)
		metric_add(&sum, &b->p->rows[b->entries[i].row], b->metric,
			side_of(b, b->entries[i].inherited));
	*out = (struct shown_stack){
		.truncated =
			b->p->stacks[b->p->rows[b->entries[from].row].stack]
				.truncated,
		.value = settle(sum.value, &owed->value),
		/* Of a file at N = 1 a reader may not know that p is 1. */
		.var = exact ? 0 : sum.var,
		.objects = settle(sum.objects, &owed->objects),
		.bytes = settle(sum.bytes, &owed->bytes),
		.samples = sum.samples,
		.freed_objects = sum.freed_objects,
		.lifetime_ns = sum.lifetime_ns,
		.roots = roots_of(b, b->p->rows[b->entries[from].row].process),
		.stack = b->p->rows[b->entries[from].row].stack,
	};
	return out->value > 0 || (b->s->keep_empty && out->objects > 0);
}

static void
append(struct shown *out, const struct builder *b, const struct entry *e,
	struct shown_stack stack)
{
	stack.first = out->frame_count;
	stack.depth = e->depth;
	memcpy(out->frames + out->frame_count, b->frames + e->first,
		e->depth * sizeof *out->frames);
	out->frame_count += e->depth;
	out->stacks[out->stack_count++] = stack;
	out->total += stack.value;
	out->var += stack.var;
	out->samples += stack.samples;
}

static void
merge_all(struct shown *out, const struct builder *b)
{
	struct owed owed = { 0 };
	size_t next;

	out->frames = xmalloc(b->frame_count * sizeof *out->frames);
	out->stacks = xmalloc(b->count * sizeof *out->stacks);
	for (size_t i = 0; i < b->count; i = next) {
		struct shown_stack stack;

		next = i + 1;
		while (next < b->count &&
			equal_frames(b, &b->entries[i], &b->entries[next]))
			next++;
		if (merge(b, out->exact, i, next, &owed, &stack))
			append(out, b, &b->entries[i], stack);
	}
}

/* Damaged files may hold figures whose sums no integer can. */
static bool
too_much(const struct builder *b)
{
	struct figures sum = { 0 };

	for (size_t i = 0; i < b->count; i++)
		metric_add(&sum, &b->p->rows[b->entries[i].row], b->metric,
			side_of(b, b->entries[i].inherited));
	return !(sum.value < MOST && sum.objects < MOST && sum.bytes < MOST);
}

/* 0, or -1 after error(). */
static int
build(struct shown *out, struct builder *b)
{
	uint32_t *places = NULL;
	int status = 0;

	collect(b);
	if (too_much(b)) {
		status = error("the figures of these files add up to more "
			       "than can be shown");
		goto release;
	}
	/* After collect: that is what adds functions of our own. */
	places = select_places(b->p);
	b->places = places;
	if (b->count > 0) {
		qsort_r(b->entries, b->count, sizeof *b->entries,
			compare_entries, b);
		merge_all(out, b);
	}
release:
	free(places);
	free(b->frames);
	free(b->entries);
	return status;
}

int
select_stacks(struct shown *out, struct profile *p, const struct selection *s)
{
	struct builder b = { .p = p, .s = s };
	struct wrappers *w = NULL;
	int metric = metric_choose(p, s), status;

	*out = (struct shown){ .profile = p };
	if (metric < 0)
		return -1;
	b.metric = out->metric = (enum metric)metric;
	out->unit = profile_metric_unit(p, out->metric);
	if (metric_describe(out, s, &b.phases) < 0)
		return -1;
	/* Before the work: a bad expression is found at once. */
	if (!s->show_wrappers) {
		w = wrappers_new((const char *const *)s->wrappers);
		if (!w) {
			free(b.phases);
			return -1;
		}
	}
	roots_init(&b.roots, p);
	status = build(out, &b);
	roots_release(&b.roots);
	free(b.phases);
	if (status == 0)
		charge_stacks(out, w);
	wrappers_free(w);
	return status;
}

void
shown_release(struct shown *s)
{
	free(s->frames);
	free(s->stacks);
	*s = (struct shown){ 0 };
}
