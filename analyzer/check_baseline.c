/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Against another run of the program: the total, and function by function what
 * each is charged with. A function is the same if its name is, and its module's
 * file; source files may lie elsewhere where the baseline was made.
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "err.h"

/* A function that grew by less than this share of the baseline's total is not
 * looked at: of a small one any percentage is nothing. */
#define NOTABLE 0.01

struct comparison {
	const struct check *c;
	struct shown now, base, grown; /* grown: now less base, by stack */
	double tolerance;
};

/* A function's share of both sides. */
struct function_row {
	double now, now_var, delta, delta_var;
	const struct shown_stack *grown; /* the stack of it that grew most */
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
	if (select_stacks(&k->grown, c->p, &s) < 0)
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
	shown_release(&k->grown);
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

static const struct shown_stack *
grown_most(const struct shown *grown)
{
	const struct shown_stack *most = NULL;

	for (uint32_t i = 0; i < grown->stack_count; i++)
		if (most == NULL || grown->stacks[i].value > most->value)
			most = &grown->stacks[i];
	return most && most->value > 0 ? most : NULL;
}

static void
check_total(struct findings *out, const struct comparison *k)
{
	struct change c =
		change_of(k, check_estimate(&k->now, k->now.total, k->now.var),
			check_estimate(&k->base, k->base.total, k->base.var),
			k->c->family);
	const struct shown_stack *most = grown_most(&k->grown);
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
	if (most != NULL)
		finding_take_stack(f, &k->grown, most);
}

/* One number a function, whatever its source file; NONE without a stack. */
static uint32_t
key_of(struct profile *p, const struct shown *s, const struct shown_stack *k)
{
	struct function f;

	if (k->depth == 0)
		return NONE;
	f = p->functions[p->frames[s->frames[k->first + k->charge - 1]]
				 .function];
	f.file = NONE;
	f.inlined = false;
	return profile_function(p, f);
}

static uint32_t *
keys_of(struct profile *p, const struct shown *s)
{
	uint32_t *keys = xmalloc((s->stack_count + 1) * sizeof *keys);

	for (uint32_t i = 0; i < s->stack_count; i++)
		keys[i] = key_of(p, s, &s->stacks[i]);
	return keys;
}

static struct function_row *
add_up(struct profile *p, const struct comparison *k)
{
	uint32_t *now = keys_of(p, &k->now), *grown = keys_of(p, &k->grown);
	struct function_row *rows =
		xcalloc(p->function_count + 1, sizeof *rows);

	for (uint32_t i = 0; i < k->now.stack_count; i++) {
		if (now[i] == NONE)
			continue;
		rows[now[i]].now += (double)k->now.stacks[i].value;
		rows[now[i]].now_var += k->now.stacks[i].var;
	}
	for (uint32_t i = 0; i < k->grown.stack_count; i++) {
		const struct shown_stack *s = &k->grown.stacks[i];
		struct function_row *row;

		if (grown[i] == NONE)
			continue;
		row = &rows[grown[i]];
		row->delta += (double)s->value;
		row->delta_var += s->var;
		if (row->grown == NULL || s->value > row->grown->value)
			row->grown = s;
	}
	free(now);
	free(grown);
	return rows;
}

static void
check_row(struct findings *out, const struct comparison *k, uint32_t function,
	const struct function_row *row, double family)
{
	const struct profile *p = k->c->p;
	double base = fmax(row->now - row->delta, 0);
	double base_var = fmax(row->delta_var - row->now_var, 0);
	struct change c = change_of(k,
		check_estimate(&k->now, (int64_t)row->now, row->now_var),
		check_estimate(&k->base, (int64_t)base, base_var), family);
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
	if (row->grown != NULL)
		finding_take_stack(f, &k->grown, row->grown);
}

/* Those that have grown; of the others nothing is said. */
static void
check_functions(struct findings *out, const struct comparison *k)
{
	struct profile *p = k->c->p;
	struct function_row *rows = add_up(p, k);
	double family = 0;

	for (uint32_t i = 0; i < p->function_count; i++)
		family += rows[i].now_var > 0 || rows[i].delta_var > 0;
	for (uint32_t i = 0; i < p->function_count; i++)
		if (rows[i].delta > 0)
			check_row(out, k, i, &rows[i], fmax(family, 1));
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
