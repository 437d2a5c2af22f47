/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of diff_tree.h: leaves are added up, and every node judged as one
 * of so many. There may be millions, so little is kept of each.
 */
#include <stdlib.h>

#include "diff_rows.h"
#include "diff_tree.h"
#include "err.h"

static void
add_value(struct value *to, struct value from)
{
	to->sum += from.sum;
	to->var += from.var;
}

/* The root has both panels on it, and so would count what is gone twice. */
static void
add_up(const struct tree *t, struct diff_sums *s)
{
	for (uint32_t i = t->count; i-- > 1;) {
		uint32_t to = t->nodes[i].parent;

		if (to == 0)
			continue;
		s->sums[to].before += s->sums[i].before;
		s->sums[to].after += s->sums[i].after;
		if (!s->sides)
			continue;
		add_value(&s->sides[to].came, s->sides[i].came);
		add_value(&s->sides[to].went, s->sides[i].went);
	}
}

struct diff_figure
diff_figure_negated(const struct diff_figure *f)
{
	static const enum diff_status other[] = {
		[DIFF_SAME] = DIFF_SAME,
		[DIFF_NEW] = DIFF_VANISHED,
		[DIFF_VANISHED] = DIFF_NEW,
		[DIFF_GROWN] = DIFF_SHRUNK,
		[DIFF_SHRUNK] = DIFF_GROWN,
	};

	return (struct diff_figure){
		.before = f->after,
		.after = f->before,
		.change = -f->change,
		.objects_before = f->objects_after,
		.objects_after = f->objects_before,
		.before_var = f->after_var,
		.after_var = f->before_var,
		.came = f->went,
		.went = f->came,
		.change95 = { -f->change95.high, -f->change95.low },
		.p = f->p,
		.status = other[f->status],
		.significant = f->significant,
		.certain = f->certain,
	};
}

static void
add_stacks(struct diff_sums *s, const struct shown *columns,
	const uint32_t *leaves, const struct shown_pair *pairs)
{
	for (uint32_t i = 0; i < columns->stack_count; i++) {
		const struct shown_pair *pair = &pairs[columns->stacks[i].pair];
		uint32_t node = leaves[i];

		s->sums[node].before += pair->before;
		s->sums[node].after += pair->after;
		if (!s->sides)
			continue;
		add_value(&s->sides[node].came, pair->came);
		add_value(&s->sides[node].went, pair->went);
	}
}

/* A node as one of so many. */
struct judged {
	double p;
	uint32_t node;
	bool significant;
};

static int
compare_judged(const void *x, const void *y)
{
	const struct judged *a = x, *b = y;

	if (a->p != b->p)
		return a->p < b->p ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

static void
find_certain(const struct diff_tree *t, uint32_t column, struct diff_sums *s)
{
	uint32_t count = t->tree.count, n = 0;
	struct judged *list = xmalloc((size_t)count * sizeof *list);

	for (uint32_t i = 1; i < count; i++) {
		struct diff_figure f;

		if (!(s->sides[i].came.sum > 0 || s->sides[i].went.sum > 0))
			continue;
		f = diff_tree_figure(t, column, s, i);
		list[n++] = (struct judged){ f.p, i, f.significant };
	}
	if (n > 0)
		qsort(list, n, sizeof *list, compare_judged);
	for (uint32_t i = 0; i < n && diff_is_certain(list[i].p, i, n); i++)
		s->certain[list[i].node] = list[i].significant;
	free(list);
}

void
diff_tree_sum(const struct diff_tree *t, uint32_t column, struct diff_sums *s)
{
	const struct shown *of = &t->of->list[column].shown;
	uint32_t count = t->tree.count;

	*s = (struct diff_sums){ 0 };
	s->sums = xcalloc(count, sizeof *s->sums);
	if (diff_errs(of)) {
		s->sides = xcalloc(count, sizeof *s->sides);
		s->certain = xcalloc(count, sizeof *s->certain);
	}
	add_stacks(s, &t->columns[column], t->leaves[column], of->pairs);
	add_up(&t->tree, s);
	if (s->sides)
		find_certain(t, column, s);
}

void
diff_sums_release(struct diff_sums *s)
{
	free(s->sums);
	free(s->sides);
	free(s->certain);
	*s = (struct diff_sums){ 0 };
}

struct diff_figure
diff_tree_figure(const struct diff_tree *t, uint32_t column,
	const struct diff_sums *s, uint32_t node)
{
	const struct diff *d = &t->of->list[column];
	struct diff_sum sum = s->sums[node];
	struct diff_figure f = {
		.before = sum.before,
		.after = sum.after,
		.came = { (double)sum.after, 0 },
		.went = { (double)sum.before, 0 },
	};

	if (s->sides) {
		f.came = s->sides[node].came;
		f.went = s->sides[node].went;
	}
	diff_figure_judge(&f, &d->shown);
	f.certain = s->certain ? s->certain[node] : f.significant;
	if (node == 0)
		f = d->total;
	return t->negated ? diff_figure_negated(&f) : f;
}
