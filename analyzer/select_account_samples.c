/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample's id is never used twice in a process, and names the same block in
 * every dump of it: both lists are sorted by it and gone through together.
 */
#include <math.h>
#include <stdlib.h>

#include "err.h"
#include "select_account.h"
#include "select_metric.h"

/* One side's samples whose stacks are shown. */
struct list {
	const struct live_sample **at;
	uint32_t count;
	const struct shared_side *side;
	int which;
};

static int
compare(const void *x, const void *y)
{
	const struct live_sample *a = *(const struct live_sample *const *)x;
	const struct live_sample *b = *(const struct live_sample *const *)y;

	return a->id < b->id ? -1 : a->id > b->id;
}

static uint32_t
stack_of(const struct list *l, const struct live_sample *s)
{
	return s->row < l->side->p->row_count ? l->side->stacks[s->row] : NONE;
}

static void
make_list(struct list *l, const struct shared_side *side, int which,
	uint32_t process)
{
	const struct process *it = &side->p->processes[process];
	const struct live_sample *all = side->p->live + it->first_sample;

	*l = (struct list){ .side = side, .which = which };
	l->at = xmalloc(((size_t)it->samples_live + 1) * sizeof(void *));
	for (uint32_t i = 0; i < it->samples_live; i++)
		if (!all[i].inherited && all[i].interval > 0 &&
			stack_of(l, &all[i]) != NONE)
			l->at[l->count++] = &all[i];
	if (l->count > 0)
		qsort(l->at, l->count, sizeof *l->at, compare);
}

static double
chance_of(const struct live_sample *s)
{
	return s->interval <= 1
		       ? 1
		       : -expm1(-((double)s->size + 1) / (double)s->interval);
}

/* What it stands for: size / p bytes, 1 / p objects. */
static struct value
weigh(const struct list *l, const struct live_sample *s)
{
	double p = chance_of(s);
	double w = (metric_is_space(l->side->metric) ? (double)s->size : 1) / p;

	return (struct value){ w, l->side->exact ? 0 : w * w * (1 - p) };
}

static void
add(struct value *to, struct value v)
{
	to->sum += v.sum;
	to->var += v.var;
}

static struct account *
note_listed(struct account *accounts, const struct list *l,
	const struct live_sample *s)
{
	struct account *a = &accounts[stack_of(l, s)];

	add(&a->listed[l->which], weigh(l, s));
	a->listed_count[l->which]++;
	return a;
}

static void
note_alone(struct account *accounts, const struct list *l,
	const struct live_sample *s)
{
	struct account *a = note_listed(accounts, l, s);

	add(&a->alone[l->which], weigh(l, s));
	a->alone_count[l->which]++;
}

/*
 * On both sides. Where N has grown in between it stands for more: those that
 * were then thinned away are alone on their side and pay for it.
 */
static void
note_both(struct account *accounts, const struct list *now,
	const struct live_sample *s, const struct list *base,
	const struct live_sample *before)
{
	struct account *a = note_listed(accounts, now, s);
	double p = chance_of(s), q = chance_of(before);
	double size = metric_is_space(now->side->metric) ? (double)s->size : 1;
	double more = size * fabs(1 / p - 1 / q);
	struct value *to = &a->reweighed[p < q ? SIDE_NOW : SIDE_BASE];

	note_listed(accounts, base, before);
	if (p == q || now->side->exact || base->side->exact)
		return;
	to->sum += more;
	to->var += more * size / fmin(p, q);
}

void
account_samples(struct account *accounts, const struct shared_side sides[2],
	const struct account_process *it)
{
	struct list now, base;
	uint32_t i = 0, k = 0;

	make_list(&now, &sides[SIDE_NOW], SIDE_NOW, it->number[SIDE_NOW]);
	make_list(&base, &sides[SIDE_BASE], SIDE_BASE, it->number[SIDE_BASE]);
	while (i < now.count && k < base.count) {
		const struct live_sample *n = now.at[i], *b = base.at[k];

		if (n->id < b->id) {
			note_alone(accounts, &now, n);
			i++;
		} else if (n->id > b->id) {
			note_alone(accounts, &base, b);
			k++;
		} else {
			/* Not of the same stack: a name was found for one. */
			if (stack_of(&now, n) == stack_of(&base, b)) {
				note_both(accounts, &now, n, &base, b);
			} else {
				note_alone(accounts, &now, n);
				note_alone(accounts, &base, b);
			}
			i++;
			k++;
		}
	}
	for (; i < now.count; i++)
		note_alone(accounts, &now, now.at[i]);
	for (; k < base.count; k++)
		note_alone(accounts, &base, base.at[k]);
	free(now.at);
	free(base.at);
}
