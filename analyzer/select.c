/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of the profile with a value becomes an entry, a slice of one pool
 * of frames; entries are sorted, neighbours with equal frames are added up in
 * doubles, and each sum is rounded once. All figures printed later are sums of
 * these integers.
 */
#include "select.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_base.h"
#include "select_collect.h"
#include "select_sort.h"
#include "select_unseen.h"

#define MOST  9e18 /* below 2^63 */
#define AHEAD 8 /* entries */

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

static bool
equal_frames(
	const struct collector *b, const struct entry *x, const struct entry *y)
{
	return x->depth == y->depth &&
	       memcmp(b->frames + x->first, b->frames + y->first,
		       x->depth * sizeof *b->frames) == 0;
}

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

/* The entries from..to are one stack. False if nothing of it is left. */
static uint64_t
largest_interval(const struct collector *b, size_t from, size_t to)
{
	uint64_t largest = 0;

	for (size_t i = from; i < to; i++) {
		const struct row *r = &b->p->rows[b->entries[i].row];
		uint64_t n = b->p->processes[r->process].interval_max;

		largest = n > largest ? n : largest;
	}
	return largest;
}

static bool
merge(const struct collector *b, bool exact, size_t from, size_t to,
	struct owed *owed, struct shown_stack *out)
{
	const struct row *r = &b->p->rows[b->entries[from].row];
	struct figures sum = { 0 };

	for (size_t i = from; i < to; i++)
		figures_add(&sum, &b->entries[i].figures);
	unseen_widen(&sum, b->metric, largest_interval(b, from, to));
	*out = (struct shown_stack){
		.truncated = b->p->stacks[r->stack].truncated,
		.value = settle(sum.value, &owed->value),
		/* Of a file at N = 1 a reader may not know that p is 1. */
		.var = exact ? 0 : sum.var,
		.objects = settle(sum.objects, &owed->objects),
		.bytes = settle(sum.bytes, &owed->bytes),
		.unrounded = { sum.value, sum.objects, sum.bytes },
		.samples = sum.samples,
		.freed_objects = sum.freed_objects,
		.lifetime_ns = sum.lifetime_ns,
		.roots = collect_roots(b, r->process),
		.stack = r->stack,
	};
	return out->value > 0 || (b->s->keep_empty && out->objects > 0);
}

static void
append(struct shown *out, const struct collector *b, size_t from, size_t to,
	struct shown_stack stack)
{
	const struct entry *e = &b->entries[from];

	stack.first = out->frame_count;
	stack.number = out->stack_count;
	stack.depth = e->depth;
	memcpy(out->frames + out->frame_count, b->frames + e->first,
		e->depth * sizeof *out->frames);
	out->frame_count += e->depth;
	out->stacks[out->stack_count++] = stack;
	for (size_t i = from; i < to && out->stack_of; i++)
		if (!b->entries[i].inherited)
			out->stack_of[b->entries[i].row] = out->stack_count - 1;
	out->total += stack.value;
	out->var += stack.var;
	out->samples += stack.samples;
}

/* Sorted, they lie anywhere: so that they come in time. */
static void
fetch(const struct collector *b, const struct entry *e)
{
	const uint32_t *frames = b->frames + e->first;

	__builtin_prefetch(&b->p->rows[e->row]);
	__builtin_prefetch(frames);
	__builtin_prefetch(frames + e->depth / 2);
	__builtin_prefetch(frames + e->depth);
}

static void
merge_all(struct shown *out, const struct collector *b)
{
	struct owed owed = { 0 };
	size_t next;

	out->frames = xmalloc_large(b->frame_count * sizeof *out->frames);
	out->stacks = xmalloc_large(b->count * sizeof *out->stacks);
	for (size_t i = 0; i < b->count; i = next) {
		struct shown_stack stack;

		if (b->count - i > AHEAD)
			fetch(b, &b->entries[i + AHEAD]);
		next = i + 1;
		while (next < b->count &&
			equal_frames(b, &b->entries[i], &b->entries[next]))
			next++;
		if (merge(b, out->exact, i, next, &owed, &stack))
			append(out, b, i, next, stack);
	}
}

/* Damaged files may hold figures whose sums no integer can. */
static bool
too_much(const struct collector *b)
{
	const struct figures *sum = &b->kept;

	return !(sum->value < MOST && sum->objects < MOST &&
		 sum->bytes < MOST && b->whole < MOST);
}

static uint32_t *
new_stack_of(const struct profile *p)
{
	uint32_t *to = xmalloc(((size_t)p->row_count + 1) * sizeof *to);

	for (uint32_t i = 0; i < p->row_count; i++)
		to[i] = NONE;
	return to;
}

/* 0, or -1 after error(). */
static int
build(struct shown *out, struct collector *b, const struct wrappers *w)
{
	collect(b, w);
	if (too_much(b))
		return error("the figures of these files add up to more "
			     "than can be shown");
	out->whole = llround(b->whole);
	if (b->s->keep_rows || b->s->base || b->s->is_base)
		out->stack_of = new_stack_of(b->p);
	if (b->count == 0)
		return 0;
	select_sort(b);
	merge_all(out, b);
	return 0;
}

/* Of CPU time malloc's own share is as good as any: it wraps nothing there. */
static bool
is_of_heap(const struct shown *s)
{
	return s->unit == UNIT_BYTES || s->unit == UNIT_OBJECTS;
}

/* What is wrong is found before the work. */
static int
prepare(struct shown *out, struct collector *b, struct wrappers **w)
{
	const struct selection *s = b->s;

	if (span_find(&b->span, b->p, s) < 0 ||
		rules_init(&b->rules, b->p, s) < 0)
		return -1;
	metric_describe(out, s, &b->span);
	if (s->show_wrappers || (!is_of_heap(out) && !s->wrappers))
		return 0;
	*w = wrappers_new((const char *const *)s->wrappers);
	return *w ? 0 : -1;
}

int
select_stacks(struct shown *out, struct profile *p, const struct selection *s)
{
	struct selection chosen = *s;
	struct collector b = { .p = p, .s = &chosen };
	struct wrappers *w = NULL;
	int metric = metric_choose(p, s), status;

	*out = (struct shown){ .profile = p };
	if (metric < 0)
		return -1;
	b.metric = out->metric = (enum metric)metric;
	out->unit = profile_metric_unit(p, out->metric);
	chosen.metric = metric;
	/* The pids of a base are never those of another run. */
	chosen.by_program |= s->base != NULL;
	status = prepare(out, &b, &w);
	if (status == 0)
		status = build(out, &b, w);
	out->selected = out->hundred = out->total;
	/* Rounded stacks may add up to one more than the rounded sum. */
	if (!b.rules.any || out->whole < out->total)
		out->whole = out->total;
	collect_release(&b);
	if (status == 0 && s->base)
		status = base_subtract(out, p, &chosen);
	if (status == 0)
		charge_stacks(out, w);
	else
		shown_release(out);
	wrappers_free(w);
	return status;
}

void
shown_forget_frames(struct shown *s)
{
	free(s->frames);
	s->frames = NULL;
	s->frame_count = 0;
}

void
shown_release(struct shown *s)
{
	free(s->frames);
	free(s->stacks);
	free(s->pairs);
	free(s->stack_of);
	*s = (struct shown){ 0 };
}
