/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the series of a process to its trends. select.c finds the stacks: rows
 * that are equal when names and rules are known are one. What a stack held at
 * each point is then the sum over its rows.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "growth_series.h"
#include "symbolize.h"

/* Of the points, that list all: else they do without. */
#define LISTED_SHARE 0.75
#define POINTS_MIN   4 /* as trend.h wants them */

struct judge {
	struct growth *g;
	const struct growth_series *s;
	const struct growth_options *o;
	struct shown shown;
	/* Rows, and blocks, by their stack: those of stack i are from
	 * *_begin[i] on. */
	uint32_t *rows, *row_begin, *blocks, *block_begin;
	struct trend_point *points; /* the input of one stack */
	struct trend_block *of_stack;
	uint32_t point_count, capacity;
	bool listed;
};

static uint32_t
number_of(const struct judge *j, uint32_t i, bool blocks)
{
	return j->shown.stack_of[blocks ? j->s->blocks[i].row : i];
}

/* All of 0 to count - 1 by their stack, those of one in their order. */
static uint32_t *
sort_by_stack(
	const struct judge *j, uint32_t count, bool blocks, uint32_t **begins)
{
	uint32_t stacks = j->shown.stack_count;
	uint32_t *begin = xcalloc((size_t)stacks + 2, sizeof *begin);
	uint32_t *list = xcalloc((size_t)count + 1, sizeof *list);

	for (uint32_t i = 0; i < count; i++)
		if (number_of(j, i, blocks) != NONE)
			begin[number_of(j, i, blocks) + 2]++;
	for (uint32_t i = 2; i < stacks + 2; i++)
		begin[i] += begin[i - 1];
	for (uint32_t i = 0; i < count; i++)
		if (number_of(j, i, blocks) != NONE)
			list[begin[number_of(j, i, blocks) + 1]++] = i;
	*begins = begin;
	return list;
}

/* Rows that had anything are shown: their value is no figure of the process. */
static void
mark_rows(struct judge *j)
{
	struct growth_series *s = (struct growth_series *)j->s;
	struct profile *p = s->p;
	struct process it = s->process;

	profile_restart(p);
	it.first_phase = it.first_sample = it.first_moment = it.first_loss = 0;
	it.samples_live = it.moments = it.losses = 0;
	for (uint32_t i = 0; i < it.phases; i++)
		profile_phase(p, s->phases[i]);
	it.has[INUSE_SPACE] = true;
	profile_process(p, it);
	for (uint32_t i = 0; i < p->row_count; i++)
		if (!j->listed && s->first_held[i] != NONE)
			p->rows[i].v[INUSE_SPACE].sum = 1;
	for (uint32_t i = 0; i < s->block_count && j->listed; i++)
		p->rows[s->blocks[i].row].v[INUSE_SPACE].sum = 1;
}

static int
find_stacks(struct judge *j)
{
	struct selection selection = *j->o->selection;
	struct profile *p = j->s->p;

	mark_rows(j);
	profile_symbolize(p);
	selection.metric = INUSE_SPACE;
	selection.metric_name = NULL;
	selection.leave_inherited = true;
	selection.keep_rows = true;
	if (select_stacks(&j->shown, p, &selection) < 0)
		return -1;
	j->rows = sort_by_stack(j, j->s->row_count, false, &j->row_begin);
	if (j->listed)
		j->blocks = sort_by_stack(
			j, j->s->block_count, true, &j->block_begin);
	return 0;
}

/* What was held from one point on, to those up to the next entry. */
static void
add_held(struct judge *j, uint32_t row)
{
	const struct growth_series *s = j->s;

	for (uint32_t i = s->first_held[row]; i != NONE; i = s->held[i].next) {
		const struct growth_held *h = &s->held[i];
		uint32_t end = h->next == NONE ? s->point_count
					       : s->held[h->next].point;

		for (uint32_t k = h->point; k < end; k++) {
			struct trend_point *to = &j->points[k];

			to->live += h->live;
			to->live_var += h->live_var;
			to->allocated += h->allocated;
			to->allocated_var += h->allocated_var;
			to->samples += h->samples;
		}
	}
}

static void
fill_points(struct judge *j, uint32_t stack)
{
	const struct growth_series *s = j->s;

	j->point_count = 0;
	for (uint32_t i = 0; i < s->point_count; i++)
		if (!j->listed || s->points[i].listed)
			j->points[j->point_count++] =
				(struct trend_point){ .ns = s->points[i].ns };
	for (uint32_t i = j->row_begin[stack];
		!j->listed && i < j->row_begin[stack + 1]; i++)
		add_held(j, j->rows[i]);
}

static uint32_t
fill_blocks(struct judge *j, uint32_t stack)
{
	uint32_t from = j->block_begin[stack];
	uint32_t count = j->block_begin[stack + 1] - from;

	if (count > j->capacity) {
		j->capacity = count;
		j->of_stack = xrealloc(
			j->of_stack, j->capacity * sizeof *j->of_stack);
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct growth_block *b =
			&j->s->blocks[j->blocks[from + i]];

		j->of_stack[i] = (struct trend_block){ b->birth_ns, b->first,
			b->last, b->bytes, b->var };
	}
	return count;
}

static void
add_stack(struct judge *j, uint32_t stack, const struct trend *trend)
{
	const struct shown_stack *from = &j->shown.stacks[stack];
	struct growth *g = j->g;

	GROW32(g->stacks, g->stack_count);
	g->stacks[g->stack_count++] = (struct growth_stack){
		.trend = *trend,
		.process = g->process_count,
		.first = g->frame_count,
		.depth = from->depth,
		.charge = from->charge,
		.roots = from->roots,
		.truncated = from->truncated,
	};
	for (uint32_t i = 0; i < from->depth; i++) {
		GROW32(g->frames, g->frame_count);
		g->frames[g->frame_count++] = j->shown.frames[from->first + i];
	}
}

static void
judge_stack(struct judge *j, uint32_t stack, struct growth_process *about)
{
	struct trend_input in = { .warm_up_ns = j->o->warm_up_ns };
	struct trend trend;

	fill_points(j, stack);
	in.points = j->points;
	in.count = j->point_count;
	if (j->listed) {
		in.block_count = fill_blocks(j, stack);
		in.blocks = j->of_stack;
	}
	trend_find(&trend, &in);
	add_stack(j, stack, &trend);
	about->live += trend.live;
	about->stacks++;
	about->samples += in.block_count;
}

static void
judge_all(struct judge *j, struct growth_process *about)
{
	const struct growth_series *s = j->s;

	j->points = xcalloc((size_t)s->point_count + 1, sizeof *j->points);
	j->of_stack = xcalloc(1, sizeof *j->of_stack);
	j->capacity = 1;
	for (uint32_t i = 0; i < j->shown.stack_count; i++)
		judge_stack(j, i, about);
	fill_points(j, 0);
	about->points = j->point_count;
	about->first_ns = j->points[0].ns;
	about->last_ns = j->points[j->point_count - 1].ns;
}

static void
release(struct judge *j)
{
	if (j->shown.profile)
		shown_release(&j->shown);
	free(j->rows);
	free(j->row_begin);
	free(j->blocks);
	free(j->block_begin);
	free(j->points);
	free(j->of_stack);
}

/* Points that are not before the warm-up's end. */
static uint32_t
usable(const struct growth_series *s, uint64_t warm_up_ns)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->point_count; i++)
		n += s->points[i].ns >= warm_up_ns;
	return n;
}

int
growth_judge(struct growth *g, struct growth_series *s,
	const struct growth_options *o)
{
	struct judge j = { .g = g, .s = s, .o = o };
	struct growth_process about = s->about;
	int status = 0;

	s->about.name = NULL;
	about.points = s->point_count;
	j.listed = s->listed_count >= POINTS_MIN &&
		   s->listed_count >= LISTED_SHARE * s->point_count;
	about.judged = usable(s, o->warm_up_ns) >= POINTS_MIN;
	if (about.judged) {
		about.listed = j.listed;
		if (j.listed)
			about.unlisted = s->point_count - s->listed_count;
		status = find_stacks(&j);
		if (status == 0)
			judge_all(&j, &about);
	}
	GROW32(g->processes, g->process_count);
	g->processes[g->process_count++] = about;
	release(&j);
	return status;
}
