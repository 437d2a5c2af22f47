/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Against another run of the program: the total, and function by function what
 * each is charged with. A function is the same if its name is, and its module's
 * file; source files may lie elsewhere where the baseline was made.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "diff.h"
#include "err.h"

/* A function that grew by less than this share of the baseline's total is not
 * looked at: of a small one any percentage is nothing. */
#define NOTABLE 0.01

struct comparison {
	const struct check *c;
	struct shown now, base; /* each by itself, for its errors */
	struct diff diff;
	double tolerance;
};

/* A function's share of both sides. */
struct function_row {
	double now, now_var, base, base_var;
	const struct diff_row *grown; /* the stack of it that grew most */
};

static void
name_metric(struct selection *s, const struct shown *now)
{
	s->metric = now->metric < FOREIGN ? (int)now->metric : -1;
	s->metric_name =
		now->metric < FOREIGN
			? NULL
			: profile_metric_name(now->profile, now->metric);
}

static int
compare(struct comparison *k, const struct check *c)
{
	struct selection s = *c->selection;

	if (select_stacks(&k->now, c->p, &s) < 0)
		return -1;
	name_metric(&s, &k->now);
	if (select_stacks(&k->base, c->base, &s) < 0) {
		hint("This is said of the baseline.");
		goto release_now;
	}
	s.base = c->base;
	if (diff_find(&k->diff, c->p, &s, false) < 0)
		goto release_base;
	return 0;
release_base:
	shown_release(&k->base);
release_now:
	shown_release(&k->now);
	return -1;
}

static void
release(struct comparison *k)
{
	diff_release(&k->diff);
	shown_release(&k->base);
	shown_release(&k->now);
}

static struct change
change_of(const struct comparison *k, struct estimate now, struct estimate base,
	double family)
{
	return (struct change){
		.now = now,
		.base = base,
		.tolerance = k->tolerance,
		.family = family,
	};
}

static void
fill(struct finding *f, const struct comparison *k, const struct change *c)
{
	struct interval i = change_interval(c);

	check_figures(f, &k->now, &c->now, (1 + k->tolerance) * c->base.value);
	f->before = c->base.value;
	f->change_error = (i.high - i.low) / 2;
	if (!c->base.known && f->why == NULL)
		f->why = xstrdup("the baseline doesn't tell the error of this "
				 "metric");
}

static bool
grew_more(const struct diff_row *a, const struct diff_row *than)
{
	return a->flat.change > 0 &&
	       (than == NULL || a->flat.change > than->flat.change);
}

static void
take_stack(struct finding *f, const struct comparison *k,
	const struct diff_row *row)
{
	const struct shown *s = &k->diff.shown;

	if (row == NULL)
		return;
	finding_take_stack(f, s, &s->stacks[row->stack]);
	f->stack.value = (double)row->flat.change;
}

static void
check_total(struct findings *out, const struct comparison *k)
{
	struct change c =
		change_of(k, check_estimate(&k->now, k->now.total, k->now.var),
			check_estimate(&k->base, k->base.total, k->base.var),
			k->c->family);
	const struct diff_row *most = NULL;
	struct finding *f = findings_add(out, "baseline");
	double lost = check_lost(k->c->p) + check_lost(k->c->base);

	f->subject = xstrdup(k->c->budget->baseline);
	fill(f, k, &c);
	f->verdict = verdict_of_change(&c);
	if (f->verdict == VERDICT_HOLDS && lost > NOTABLE) {
		f->verdict = VERDICT_UNDECIDED;
		f->why = xasprintf(
			"%.1f%% of the samples were lost", 100 * lost);
	} else if (f->verdict == VERDICT_UNDECIDED) {
		f->sample = verdict_sample_of_change(&c, &f->baseline_too);
	}
	for (uint32_t i = 0; i < k->diff.stack_count; i++)
		if (grew_more(&k->diff.stacks[i], most))
			most = &k->diff.stacks[i];
	take_stack(f, k, most);
}

/* One number a function, whatever its source file. */
static uint32_t
key_of(struct profile *p, uint32_t frame)
{
	struct function f = p->functions[p->frames[frame].function];

	f.file = NONE;
	f.inlined = false;
	return profile_function(p, f);
}

static void
add_stack(struct function_row *row, const struct diff_row *stack)
{
	row->now += (double)stack->flat.after;
	row->now_var += stack->flat.after_var;
	row->base += (double)stack->flat.before;
	row->base_var += stack->flat.before_var;
	if (grew_more(stack, row->grown))
		row->grown = stack;
}

/* By key, p->function_count of them. */
static struct function_row *
add_up(struct profile *p, const struct diff *d)
{
	uint32_t *keys = xmalloc(((size_t)d->stack_count + 1) * sizeof *keys);
	struct function_row *rows;

	for (uint32_t i = 0; i < d->stack_count; i++)
		keys[i] = key_of(p, d->stacks[i].frame);
	rows = xcalloc((size_t)p->function_count + 1, sizeof *rows);
	for (uint32_t i = 0; i < d->stack_count; i++)
		add_stack(&rows[keys[i]], &d->stacks[i]);
	free(keys);
	return rows;
}

static void
check_row(struct findings *out, const struct comparison *k, uint32_t function,
	const struct function_row *row, double family)
{
	const struct profile *p = k->c->p;
	struct change c = change_of(k,
		check_estimate(&k->now, (int64_t)row->now, row->now_var),
		check_estimate(&k->base, (int64_t)row->base, row->base_var),
		family);
	struct finding *f;

	if (verdict_of_change(&c) != VERDICT_FAILS ||
		verdict_of_growth(&c, NOTABLE * (double)k->base.total) !=
			VERDICT_FAILS)
		return;
	f = findings_add(out, "by-function");
	f->subject =
		xstrdup(strtab_get(&p->strings, p->functions[function].name));
	fill(f, k, &c);
	f->verdict = VERDICT_FAILS;
	take_stack(f, k, row->grown);
}

static int
compare_growth(const void *x, const void *y)
{
	const struct finding *a = x, *b = y;
	double grown = a->value - a->before, more = b->value - b->before;

	if (grown != more)
		return grown > more ? -1 : 1;
	return strcmp(a->subject, b->subject);
}

/* Those that have grown, most first; of the others nothing is said. */
static void
check_functions(struct findings *out, const struct comparison *k)
{
	struct profile *p = k->c->p;
	struct function_row *rows = add_up(p, &k->diff);
	size_t first = out->count;
	double family = 0;

	for (uint32_t i = 0; i < p->function_count; i++)
		family += rows[i].now_var > 0 || rows[i].base_var > 0;
	for (uint32_t i = 0; i < p->function_count; i++)
		if (rows[i].now > rows[i].base)
			check_row(out, k, i, &rows[i], fmax(family, 1));
	if (out->count > first)
		qsort(out->list + first, out->count - first, sizeof *out->list,
			compare_growth);
	free(rows);
}

int
check_baseline(struct findings *out, const struct check *c)
{
	struct comparison k = { .c = c, .tolerance = c->budget->tolerance };

	if (compare(&k, c) < 0)
		return -1;
	check_total(out, &k);
	if (c->budget->by_function)
		check_functions(out, &k);
	release(&k);
	return 0;
}
