/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* qsort_r */
#include "diff.h"

#include <stdlib.h>

#include "diff_rows.h"
#include "err.h"
#include "select_partners.h"
#include "sites.h"

const char *const diff_status_names[] = {
	[DIFF_SAME] = "same",
	[DIFF_NEW] = "new",
	[DIFF_VANISHED] = "vanished",
	[DIFF_GROWN] = "grown",
	[DIFF_SHRUNK] = "shrunk",
};

static void
add_stacks(struct diff *d)
{
	const struct shown *s = &d->shown;

	d->stacks = xcalloc((size_t)s->stack_count + 1, sizeof *d->stacks);
	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];
		struct diff_row *row = &d->stacks[d->stack_count];

		if (stack->depth == 0)
			continue;
		row->frame = s->frames[stack->first + stack->charge - 1];
		row->stack = i;
		diff_figure_add(&row->flat, &s->pairs[stack->pair]);
		row->cum = row->flat;
		d->stack_count++;
	}
}

/* Functions as sites.c finds them, by place. */
struct counting {
	struct diff *d;
	uint32_t *places, *rows; /* by function; by place */
	uint32_t *last_stack; /* by place: 1 + the last stack counted there */
};

static struct diff_row *
row_of(const struct counting *c, uint32_t frame, uint32_t *place)
{
	*place = c->places[c->d->shown.profile->frames[frame].function];
	return &c->d->functions[c->rows[*place]];
}

static void
count_stack(struct counting *c, uint32_t index)
{
	const struct shown *s = &c->d->shown;
	const struct shown_stack *stack = &s->stacks[index];
	const uint32_t *frames = s->frames + stack->first;
	const struct shown_pair *pair = &s->pairs[stack->pair];
	uint32_t place;

	if (stack->depth == 0)
		return;
	diff_figure_add(
		&row_of(c, frames[stack->charge - 1], &place)->flat, pair);
	for (uint32_t i = stack->charge; i > stack->roots; i--) {
		struct diff_row *row = row_of(c, frames[i - 1], &place);

		if (c->last_stack[place] == index + 1)
			continue;
		c->last_stack[place] = index + 1;
		diff_figure_add(&row->cum, pair);
	}
}

static void
add_functions(struct diff *d)
{
	const struct shown *s = &d->shown;
	size_t n = s->profile->function_count;
	struct counting c = {
		.d = d,
		.places = select_places(s->profile),
		.rows = xcalloc(n + 1, sizeof(uint32_t)),
		.last_stack = xcalloc(n + 1, sizeof(uint32_t)),
	};
	struct sites sites;

	sites_build(&sites, s, false);
	d->functions = xcalloc((size_t)sites.count + 1, sizeof *d->functions);
	d->function_count = sites.count;
	for (uint32_t i = 0; i < sites.count; i++) {
		uint32_t frame = sites.list[i].frame;

		d->functions[i].frame = frame;
		d->functions[i].stack = NONE;
		c.rows[c.places[s->profile->frames[frame].function]] = i;
	}
	for (uint32_t i = 0; i < s->stack_count; i++)
		count_stack(&c, i);
	sites_release(&sites);
	free(c.places);
	free(c.rows);
	free(c.last_stack);
}

/* What is wanted where nobody has said: of one process, what it holds more. */
static void
choose_metric(struct selection *s, const struct profile *p)
{
	uint32_t *to;

	if (s->metric >= 0 || s->metric_name)
		return;
	to = xmalloc(((size_t)p->process_count + 1) * sizeof *to);
	if (partners_find(to, p, s->base) > 0)
		s->metric = INUSE_SPACE;
	free(to);
}

/* All but rows. */
static int
find_stacks(struct diff *d, struct profile *p, const struct selection *s)
{
	*d = (struct diff){ .base = s->base };
	if (select_stacks(&d->shown, p, s) < 0)
		return -1;
	for (uint32_t i = 0; i < d->shown.stack_count; i++)
		diff_figure_add(
			&d->total, &d->shown.pairs[d->shown.stacks[i].pair]);
	return 0;
}

static struct selection
of_both_sides(const struct selection *s, const struct profile *p)
{
	struct selection chosen = *s;

	chosen.keep_empty = chosen.keep_unchanged = true;
	chosen.only_grown = false;
	choose_metric(&chosen, p);
	return chosen;
}

int
diff_find_kind(struct diff *d, struct profile *p, const struct selection *s,
	bool by_cum, enum diff_kind kind)
{
	struct selection chosen = of_both_sides(s, p);

	if (find_stacks(d, p, &chosen) < 0)
		return -1;
	if (kind != DIFF_ALL) {
		profile_forget_rows(p);
		profile_forget_rows(chosen.base);
	}
	if (kind != DIFF_FUNCTIONS)
		add_stacks(d);
	if (kind != DIFF_STACKS)
		add_functions(d);
	diff_rows_judge(d, by_cum);
	return 0;
}

int
diff_find(struct diff *d, struct profile *p, const struct selection *s,
	bool by_cum)
{
	return diff_find_kind(d, p, s, by_cum, DIFF_ALL);
}

void
diff_release(struct diff *d)
{
	free(d->functions);
	free(d->stacks);
	shown_release(&d->shown);
	*d = (struct diff){ 0 };
}

static bool
all_have(const struct profile *p, int m)
{
	uint32_t n = 0;

	while (n < p->process_count && p->processes[n].has[m])
		n++;
	return n > 0 && n == p->process_count;
}

int
diff_columns_find(struct diff_columns *c, struct profile *p,
	const struct selection *s, bool keep)
{
	struct selection chosen = of_both_sides(s, p), other = chosen;
	struct diff first;

	*c = (struct diff_columns){ 0 };
	if (find_stacks(&first, p, &chosen) < 0)
		return -1;
	other.metric_name = NULL;
	for (int m = 0; m < METRICS; m++) {
		other.metric = m;
		if (m == (int)first.shown.metric) {
			c->main = c->count;
			c->list[c->count++] = first;
		} else if (m < FOREIGN && !s->normalize && all_have(p, m) &&
			   all_have(s->base, m) &&
			   first.shown.stack_count <= SELECT_STACKS_OF_ALL &&
			   find_stacks(&c->list[c->count], p, &other) == 0) {
			c->count++;
		}
	}
	if (!keep) {
		profile_forget_rows(p);
		profile_forget_rows(s->base);
	}
	for (uint32_t i = 0; i < c->count; i++)
		diff_rows_judge(&c->list[i], false);
	return 0;
}

void
diff_columns_release(struct diff_columns *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		diff_release(&c->list[i]);
	*c = (struct diff_columns){ 0 };
}
