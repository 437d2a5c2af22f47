/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* qsort_r */
#include "diff_rows.h"

#include <stddef.h>
#include <stdlib.h>

#include "err.h"
#include "stats_change.h"

#define ALPHA 0.05

static enum diff_status
status_of(const struct diff_figure *f)
{
	if (f->change == 0)
		return DIFF_SAME;
	if (f->before == 0)
		return DIFF_NEW;
	if (f->after == 0)
		return DIFF_VANISHED;
	return f->change > 0 ? DIFF_GROWN : DIFF_SHRUNK;
}

void
diff_figure_add(struct diff_figure *f, const struct shown_pair *p)
{
	f->before += p->before;
	f->after += p->after;
	f->objects_before += p->objects_before;
	f->objects_after += p->objects_after;
	f->before_var += p->before_var;
	f->after_var += p->after_var;
	f->came.sum += p->came.sum;
	f->came.var += p->came.var;
	f->went.sum += p->went.sum;
	f->went.var += p->went.var;
}

void
diff_figure_judge(struct diff_figure *f, const struct shown *s)
{
	struct stats_side came = { f->came.sum, f->came.var,
		s->shared.all_came };
	struct stats_side went = { f->went.sum, f->went.var,
		s->shared.all_went };

	f->change = f->after - f->before;
	f->status = status_of(f);
	f->change95 = stats_change95((double)f->change, came, went);
	f->p = stats_change_p(came, went);
	f->significant = s->var_known && f->change != 0 &&
			 (f->change95.low > 0 || f->change95.high < 0);
}

/* The figure of a row that a family of rows is judged by. */
static struct diff_figure *
figure_at(struct diff_row *row, size_t offset)
{
	return (struct diff_figure *)((char *)row + offset);
}

static int
compare_p(const void *x, const void *y)
{
	const struct diff_figure *a = *(struct diff_figure *const *)x;
	const struct diff_figure *b = *(struct diff_figure *const *)y;

	return a->p < b->p ? -1 : a->p > b->p;
}

/*
 * Holm: the least p is held to ALPHA over the number of rows, the next one to
 * ALPHA over one less.
 */
bool
diff_is_certain(double p, uint32_t i, uint32_t count)
{
	return p <= ALPHA / (count - i);
}

static void
find_certain(struct diff_figure **list, uint32_t count)
{
	if (count > 0)
		qsort(list, count, sizeof *list, compare_p);
	for (uint32_t i = 0; i < count && diff_is_certain(list[i]->p, i, count);
		i++)
		list[i]->certain = list[i]->significant;
}

/* Rows in which nothing came nor went are no tries. */
static void
judge_family(struct diff_row *rows, uint32_t count, size_t offset)
{
	struct diff_figure **list = xmalloc(((size_t)count + 1) * sizeof *list);
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct diff_figure *f = figure_at(&rows[i], offset);

		if (f->came.sum > 0 || f->went.sum > 0)
			list[n++] = f;
	}
	find_certain(list, n);
	free(list);
}

struct order {
	const struct shown *s;
	const uint32_t *places;
	size_t offset;
};

static int64_t
size_of(int64_t n)
{
	return n < 0 ? -n : n;
}

static int
compare_figures(const struct diff_figure *a, const struct diff_figure *b)
{
	int64_t oa = a->objects_after - a->objects_before;
	int64_t ob = b->objects_after - b->objects_before;

	if (a->significant != b->significant)
		return a->significant ? -1 : 1;
	if (size_of(a->change) != size_of(b->change))
		return size_of(a->change) > size_of(b->change) ? -1 : 1;
	if (size_of(oa) != size_of(ob))
		return size_of(oa) > size_of(ob) ? -1 : 1;
	if (a->after != b->after)
		return a->after > b->after ? -1 : 1;
	return 0;
}

static int
compare_rows(const void *x, const void *y, void *context)
{
	struct diff_row a = *(const struct diff_row *)x;
	struct diff_row b = *(const struct diff_row *)y;
	const struct order *o = context;
	const struct frame *frames = o->s->profile->frames;
	int order = compare_figures(
		figure_at(&a, o->offset), figure_at(&b, o->offset));
	uint32_t pa = o->places[frames[a.frame].function];
	uint32_t pb = o->places[frames[b.frame].function];

	if (order == 0) /* by the figure that is not looked at */
		order = compare_figures(&a.cum, &b.cum);
	if (order == 0 && pa != pb)
		order = pa < pb ? -1 : 1;
	if (order == 0 && a.stack != b.stack)
		order = a.stack < b.stack ? -1 : 1;
	return order;
}

static void
judge_rows(struct diff *d, struct diff_row *rows, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		diff_figure_judge(&rows[i].flat, &d->shown);
		diff_figure_judge(&rows[i].cum, &d->shown);
	}
	judge_family(rows, count, offsetof(struct diff_row, flat));
	judge_family(rows, count, offsetof(struct diff_row, cum));
}

void
diff_rows_judge(struct diff *d, bool by_cum)
{
	uint32_t *places = select_places(d->shown.profile);
	struct order order = { &d->shown, places,
		by_cum ? offsetof(struct diff_row, cum)
		       : offsetof(struct diff_row, flat) };

	diff_figure_judge(&d->total, &d->shown);
	d->total.certain = d->total.significant;
	judge_rows(d, d->functions, d->function_count);
	judge_rows(d, d->stacks, d->stack_count);
	/* One kind may not have been asked for. */
	if (d->functions)
		qsort_r(d->functions, d->function_count, sizeof *d->functions,
			compare_rows, &order);
	if (d->stacks)
		qsort_r(d->stacks, d->stack_count, sizeof *d->stacks,
			compare_rows, &order);
	free(places);
}
