/* SPDX-License-Identifier: Apache-2.0 */
#include "heapv2_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"

struct heapv2_thread {
	uint64_t number;
	uint32_t name; /* a string of the profile */
};

struct heapv2_row {
	uint32_t stack, thread;
	struct heapv2_estimate e;
};

void
heapv2_rows_init(
	struct heapv2_rows *r, struct profile *p, const struct input *of)
{
	*r = (struct heapv2_rows){ .p = p, .of = of };
	for (int m = 0; m < HEAPV2_COUNTS; m++)
		r->metric[m] = m;
	read_budget_init(&r->budget, p);
	r->locations_before = p->location_count;
}

/* What waits here counts as the rows that it will be. */
static bool
has_room(struct heapv2_rows *r)
{
	r->budget.rows_to_come = r->count + r->share_count;
	r->budget.names_to_come = r->p->location_count - r->locations_before;
	return read_budget_allows(&r->budget, read_taken(r->of));
}

uint32_t
heapv2_rows_other(struct heapv2_rows *r)
{
	return has_room(r) ? NONE : read_budget_other(&r->budget);
}

void
heapv2_rows_release(struct heapv2_rows *r)
{
	free(r->shares);
	free(r->threads);
	free(r->list);
}

void
heapv2_rows_name(
	struct heapv2_rows *r, uint64_t number, const char *name, size_t n)
{
	struct heapv2_thread t = { number,
		strtab_add_n(&r->p->strings, name, strnlen(name, n)) };

	if (r->thread_count > 0 &&
		number < r->threads[r->thread_count - 1].number)
		r->threads_sorted = false;
	else if (r->thread_count == 0)
		r->threads_sorted = true;
	GROW(r->threads, r->thread_count, r->thread_capacity);
	r->threads[r->thread_count++] = t;
}

static int
compare_threads(const void *a, const void *b)
{
	const struct heapv2_thread *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* One that has no name is called by its number. */
static uint32_t
thread_name(struct heapv2_rows *r, uint64_t number)
{
	struct heapv2_thread key = { number, 0 };
	char name[32];
	size_t low = 0, high = r->thread_count;

	if (!r->threads_sorted && r->thread_count > 0)
		qsort(r->threads, r->thread_count, sizeof *r->threads,
			compare_threads);
	r->threads_sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_threads(&r->threads[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < r->thread_count && r->threads[low].number == number)
		return r->threads[low].name;
	snprintf(name, sizeof name, "thread %" PRIu64, number);
	return strtab_add(&r->p->strings, name);
}

void
heapv2_rows_begin(struct heapv2_rows *r)
{
	memset(r->counts, 0, sizeof r->counts);
	r->total = (struct heapv2_estimate){ 0 };
	r->share_count = 0;
	r->crowded = false;
}

void
heapv2_rows_total(struct heapv2_rows *r, const uint64_t v[HEAPV2_COUNTS])
{
	for (int i = 0; i < HEAPV2_COUNTS; i++)
		r->counts[i] += v[i];
	heapv2_estimate_add(&r->total, v, r->interval);
	r->accumulated |= v[2] > 0 || v[3] > 0;
}

void
heapv2_rows_thread(
	struct heapv2_rows *r, uint64_t number, const uint64_t v[HEAPV2_COUNTS])
{
	struct heapv2_share share = { .thread = NONE };

	if (r->p->sum & SUM_THREADS)
		return;
	r->crowded |= !has_room(r);
	if (r->crowded) {
		r->budget.turned_away++;
		return;
	}
	share.thread = thread_name(r, number);
	memcpy(share.counts, v, sizeof share.counts);
	heapv2_estimate_add(&share.e, v, r->interval);
	GROW(r->shares, r->share_count, r->share_capacity);
	r->shares[r->share_count++] = share;
}

bool
heapv2_rows_any(const struct heapv2_rows *r)
{
	return r->total.samples > 0 || r->total.v[INUSE_SPACE].sum > 0 ||
	       r->total.v[ALLOC_SPACE].sum > 0;
}

static void
keep(struct heapv2_rows *r, uint32_t stack, uint32_t thread,
	const struct heapv2_estimate *e)
{
	for (int m = 0; m < HEAPV2_COUNTS; m++) {
		if (e->v[m].sum <= 0)
			continue;
		GROW(r->list, r->count, r->capacity);
		r->list[r->count++] = (struct heapv2_row){ stack, thread, *e };
		return;
	}
}

static void
add_values(struct value *to, const struct value *from, const int *place)
{
	for (int m = 0; m < HEAPV2_COUNTS; m++) {
		struct value *v = &to[place != NULL ? place[m] : m];

		v->sum += from[m].sum;
		v->var += from[m].var;
	}
}

static void
add_other(struct heapv2_rows *r)
{
	add_values(r->others.v, r->total.v, NULL);
	r->others.samples += r->total.samples;
	r->others.samples_live += r->total.samples_live;
}

void
heapv2_rows_end(struct heapv2_rows *r, uint32_t stack)
{
	struct heapv2_estimate rest = r->total;
	uint32_t thread = NONE;

	if (stack == r->budget.other) {
		add_other(r);
		return;
	}
	if (r->share_count > 0 || r->crowded) {
		heapv2_shares_fit(
			r->shares, r->share_count, r->counts, &r->total, &rest);
		thread = strtab_add(&r->p->strings,
			r->crowded ? "[other threads]" : "[ended threads]");
	}
	for (size_t i = 0; i < r->share_count; i++)
		keep(r, stack, r->shares[i].thread, &r->shares[i].e);
	keep(r, stack, thread, &rest);
}

void
heapv2_rows_commit(struct heapv2_rows *r, uint32_t process)
{
	read_budget_end(&r->budget, r->of->name);
	if (r->budget.other != NONE)
		keep(r, r->budget.other, NONE, &r->others);
	for (size_t i = 0; i < r->count; i++) {
		const struct heapv2_row *from = &r->list[i];
		struct row *to = profile_row(
			r->p, from->stack, process, from->thread, NONE, NONE);

		add_values(to->v, from->e.v, r->metric);
		to->samples += from->e.samples;
		to->samples_live += from->e.samples_live;
	}
}
