/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process by process: the rows of those that are on both sides are added up by
 * stack in accounts, which are then settled, each in the way of its metric.
 * Rows of others stand for themselves.
 */
#include "select_shared.h"

#include <stdlib.h>

#include "err.h"
#include "select_account.h"
#include "select_metric.h"
#include "select_partners.h"

struct work {
	const struct shared_side *sides;
	struct shared_change *out;
	struct account *accounts; /* by stack */
	uint32_t *used, used_count; /* stacks of the process at hand */
	/* Rows, by process: rows[first[i]] ... rows[first[i + 1] - 1]. */
	uint32_t *rows[2], *first[2];
};

static void
sort_rows(struct work *w, int side)
{
	const struct profile *p = w->sides[side].p;
	uint32_t *at = xcalloc((size_t)p->process_count + 2, sizeof *at);

	w->rows[side] = xmalloc(((size_t)p->row_count + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < p->row_count; i++)
		at[p->rows[i].process + 2]++;
	for (uint32_t i = 2; i < p->process_count + 2; i++)
		at[i] += at[i - 1];
	/* While they are put there the start of the next one moves up to it. */
	for (uint32_t i = 0; i < p->row_count; i++)
		w->rows[side][at[p->rows[i].process + 1]++] = i;
	w->first[side] = at;
}

/* What row i says, without error where the whole side has none. */
static struct figures
figures_of(const struct shared_side *side, uint32_t row, enum metric m)
{
	struct figures f = { 0 };

	metric_add(&f, &side->p->rows[row], m, OF_ALL);
	if (side->exact)
		f.var = 0;
	return f;
}

/* Of all rows, whosever they are. */
static void
add_sums(struct work *w, int side)
{
	const struct shared_side *it = &w->sides[side];

	for (uint32_t i = 0; i < it->p->row_count; i++) {
		struct shared_change *c;
		struct figures f;

		if (it->stacks[i] == NONE)
			continue;
		c = &w->out[it->stacks[i]];
		f = figures_of(it, i, it->metric);
		c->var[side] += f.var;
		c->samples[side] += f.samples;
		c->known = true;
	}
}

/* Of a process that only that side has. */
static void
add_alone(struct work *w, int side, uint32_t process)
{
	const struct shared_side *it = &w->sides[side];
	const uint32_t *first = &w->first[side][process];

	for (uint32_t k = first[0]; k < first[1]; k++) {
		uint32_t row = w->rows[side][k];
		struct shared_change *c;
		struct figures f;

		if (it->stacks[row] == NONE)
			continue;
		c = &w->out[it->stacks[row]];
		f = figures_of(it, row, it->metric);
		if (side == SIDE_NOW) {
			c->came.sum += f.value;
			c->came.var += f.var;
		} else {
			c->went.sum += f.value;
			c->went.var += f.var;
		}
		c->alone[side] += f.samples;
	}
}

static void
open_accounts(struct work *w, int side, uint32_t process)
{
	const struct shared_side *it = &w->sides[side];
	const uint32_t *first = &w->first[side][process];
	enum metric taken =
		metric_is_space(it->metric) ? ALLOC_SPACE : ALLOC_OBJECTS;

	for (uint32_t k = first[0]; k < first[1]; k++) {
		uint32_t row = w->rows[side][k], stack = it->stacks[row];
		struct figures f, all;
		struct account *a;

		if (stack == NONE)
			continue;
		a = &w->accounts[stack];
		if (!a->used)
			w->used[w->used_count++] = stack;
		a->used = true;
		f = figures_of(it, row, it->metric);
		all = figures_of(it, row, taken);
		a->value[side].sum += f.value;
		a->value[side].var += f.var;
		a->taken[side].sum += all.value;
		a->taken[side].var += all.var;
		a->samples[side] += f.samples;
		a->samples_taken[side] += all.samples;
	}
}

/* The moment of a peak is known by what every stack held in it. */
static bool
is_same_peak(const struct work *w)
{
	for (uint32_t i = 0; i < w->used_count; i++) {
		const struct account *a = &w->accounts[w->used[i]];

		if (a->value[SIDE_NOW].sum != a->value[SIDE_BASE].sum ||
			a->value[SIDE_NOW].var != a->value[SIDE_BASE].var)
			return false;
	}
	return true;
}

static void
count(struct shown_shared *how, enum account_how worst)
{
	how->processes++;
	how->cancelled += worst == ACCOUNT_CANCELLED;
	how->bounded += worst == ACCOUNT_BOUNDED;
	how->apart += worst == ACCOUNT_APART;
}

static void
add_process(struct work *w, const uint32_t number[2], struct shown_shared *how)
{
	const struct process *now =
		&w->sides[SIDE_NOW].p->processes[number[SIDE_NOW]];
	const struct process *base =
		&w->sides[SIDE_BASE].p->processes[number[SIDE_BASE]];
	enum account_how worst = ACCOUNT_CANCELLED;
	struct account_process it = {
		.number = { number[SIDE_NOW], number[SIDE_BASE] },
		.later = now->samples >= base->samples ? SIDE_NOW : SIDE_BASE,
		/* Where none was dropped each counts with its own N still. */
		.thinned = now->thinned != base->thinned,
	};

	w->used_count = 0;
	open_accounts(w, SIDE_NOW, number[SIDE_NOW]);
	open_accounts(w, SIDE_BASE, number[SIDE_BASE]);
	account_samples(w->accounts, w->sides, &it);
	it.same_peak = is_same_peak(w);
	for (uint32_t i = 0; i < w->used_count; i++) {
		struct account *a = &w->accounts[w->used[i]];
		enum account_how one = account_settle(
			&w->out[w->used[i]], a, w->sides[SIDE_NOW].metric, &it);

		worst = one > worst ? one : worst;
		*a = (struct account){ 0 };
	}
	count(how, worst);
	how->thinned += it.thinned;
}

static void
add_processes(
	struct work *w, const uint32_t *partners, struct shown_shared *how)
{
	const struct profile *now = w->sides[SIDE_NOW].p;
	const struct profile *base = w->sides[SIDE_BASE].p;
	bool *taken = xcalloc((size_t)base->process_count + 1, sizeof *taken);

	for (uint32_t i = 0; i < now->process_count; i++) {
		const uint32_t number[2] = { i, partners[i] };

		if (partners[i] == NONE) {
			add_alone(w, SIDE_NOW, i);
			continue;
		}
		taken[partners[i]] = true;
		add_process(w, number, how);
	}
	for (uint32_t i = 0; i < base->process_count; i++)
		if (!taken[i])
			add_alone(w, SIDE_BASE, i);
	free(taken);
}

bool
shared_find(struct shared_change *out, uint32_t stack_count,
	const struct shared_side sides[2], struct shown_shared *how)
{
	const struct profile *now = sides[SIDE_NOW].p;
	uint32_t *partners =
		xmalloc(((size_t)now->process_count + 1) * sizeof *partners);
	struct work w = { .sides = sides, .out = out };

	if (partners_find(partners, now, sides[SIDE_BASE].p) == 0) {
		free(partners);
		return false;
	}
	w.accounts = xcalloc((size_t)stack_count + 1, sizeof *w.accounts);
	w.used = xmalloc(((size_t)stack_count + 1) * sizeof *w.used);
	for (int side = 0; side < 2; side++) {
		sort_rows(&w, side);
		add_sums(&w, side);
	}
	add_processes(&w, partners, how);
	for (int side = 0; side < 2; side++) {
		free(w.rows[side]);
		free(w.first[side]);
	}
	free(w.accounts);
	free(w.used);
	free(partners);
	return true;
}
