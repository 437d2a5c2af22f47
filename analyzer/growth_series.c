/* SPDX-License-Identifier: Apache-2.0 */
#include "growth_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

void
growth_series_init(struct growth_series *s, struct profile *p)
{
	*s = (struct growth_series){ .p = p };
}

static void
forget(struct growth_series *s)
{
	s->point_count = s->held_count = s->block_count = s->alive_count = 0;
	s->listed_count = 0;
	for (uint32_t i = 0; i < s->row_count; i++)
		s->first_held[i] = s->last_held[i] = NONE;
}

void
growth_series_release(struct growth_series *s)
{
	free(s->about.name);
	free(s->points);
	free(s->held);
	free(s->blocks);
	free(s->alive);
	free(s->first_held);
	free(s->last_held);
	free(s->phases);
	*s = (struct growth_series){ 0 };
}

/* Rows only come, and at the end. */
static void
make_room(struct growth_series *s)
{
	for (uint32_t i = s->row_count; i < s->p->row_count; i++) {
		GROW32(s->first_held, i);
		GROW32(s->last_held, i);
		s->first_held[i] = s->last_held[i] = NONE;
	}
	if (s->p->row_count > s->row_count)
		s->row_count = s->p->row_count;
}

static void
hold(struct growth_series *s, uint32_t row)
{
	const struct row *r = &s->p->rows[row];
	const struct value *live = &r->v[INUSE_SPACE];
	const struct value *allocated = &r->v[ALLOC_SPACE];
	struct growth_held now = {
		.live = live->sum,
		.live_var = live->var,
		.allocated = allocated->sum,
		.allocated_var = allocated->var,
		.samples = r->samples_live < UINT32_MAX
				   ? (uint32_t)r->samples_live
				   : 0,
		.point = s->point_count,
		.next = NONE,
	};
	uint32_t last = s->last_held[row];
	const struct growth_held *then = last == NONE ? NULL : &s->held[last];

	if (then ? then->live == now.live && then->live_var == now.live_var &&
				then->allocated == now.allocated &&
				then->samples == now.samples
		 : now.live <= 0 && now.allocated <= 0)
		return;
	if (last == NONE)
		s->first_held[row] = s->held_count;
	else
		s->held[last].next = s->held_count;
	s->last_held[row] = s->held_count;
	GROW32(s->held, s->held_count);
	s->held[s->held_count++] = now;
}

static void
add_block(struct growth_series *s, const struct live_sample *l)
{
	double n = (double)(l->interval > 0 ? l->interval
					    : s->process.interval_max);
	double size = (double)l->size;
	double p = n > 1 ? -expm1(-(size + 1) / n) : 1;

	GROW32(s->blocks, s->block_count);
	s->blocks[s->block_count++] = (struct growth_block){
		.birth_ns = l->birth_ns,
		.bytes = size / p,
		.var = size * size * (1 - p) / p / p,
		.first = s->listed_count,
		.last = s->listed_count,
		.row = l->row,
	};
}

static int
by_id(const void *x, const void *y)
{
	const struct growth_alive *a = x, *b = y;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->block < b->block ? -1 : a->block > b->block;
}

/* The ids that this point lists, in order; `block`: into p->live. */
static struct growth_alive *
listed_now(const struct growth_series *s, uint32_t *count)
{
	const struct process *it = &s->process;
	struct growth_alive *list =
		xcalloc((size_t)it->samples_live + 1, sizeof *list);

	*count = 0;
	for (uint32_t i = 0; i < it->samples_live; i++) {
		const struct live_sample *l = &s->p->live[it->first_sample + i];

		/* Of the parent's: they never grow. */
		if (!l->inherited)
			list[(*count)++] = (struct growth_alive){ l->id,
				it->first_sample + i };
	}
	qsort(list, *count, sizeof *list, by_id);
	return list;
}

/*
 * A table that is written while the program goes on may miss one: only who is
 * missed twice is given up.
 */
static bool
may_return(const struct growth_series *s, const struct growth_alive *a)
{
	return s->blocks[a->block].last + 2 > s->listed_count;
}

static void
follow(struct growth_series *s)
{
	uint32_t count, k = 0, n = 0;
	struct growth_alive *now = listed_now(s, &count), *next;

	next = xcalloc((size_t)s->alive_count + count + 1, sizeof *next);
	for (uint32_t i = 0; i < count; i++) {
		for (; k < s->alive_count && s->alive[k].id < now[i].id; k++)
			if (may_return(s, &s->alive[k]))
				next[n++] = s->alive[k];
		if (k < s->alive_count && s->alive[k].id == now[i].id) {
			s->blocks[s->alive[k].block].last = s->listed_count;
			next[n++] = s->alive[k++];
			continue;
		}
		next[n++] = (struct growth_alive){ now[i].id, s->block_count };
		add_block(s, &s->p->live[now[i].block]);
	}
	for (; k < s->alive_count; k++)
		if (may_return(s, &s->alive[k]))
			next[n++] = s->alive[k];
	free(now);
	free(s->alive);
	s->alive = next;
	s->alive_count = n;
}

/* Phases are listed anew by each dump, the same ones in the same order. */
static void
keep_phases(struct growth_series *s)
{
	free(s->phases);
	s->phases = xcalloc((size_t)s->process.phases + 1, sizeof *s->phases);
	if (s->process.phases > 0)
		memcpy(s->phases, s->p->phases + s->process.first_phase,
			s->process.phases * sizeof *s->phases);
}

static uint64_t
moment_of(const struct process *it)
{
	int64_t ms = it->end_ms - it->start_ms;

	if (it->lived_ns > 0)
		return it->lived_ns;
	return ms > 0 && ms < INT64_MAX / 1000000 ? (uint64_t)ms * 1000000 : 0;
}

static void
describe(struct growth_series *s)
{
	struct growth_process *about = &s->about;
	const struct process *it = &s->process;
	const char *exe = strtab_get(&s->p->strings, it->exe), *slash;

	slash = strrchr(exe, '/');
	free(about->name);
	about->name = xstrdup(slash    ? slash + 1
			      : exe[0] ? exe
				       : strtab_get(&s->p->strings, it->id));
	about->pid = it->pid;
	about->rss = it->rss;
	about->interval_min = it->interval_min;
	about->interval_max = it->interval_max;
	about->file_times = it->lived_ns == 0 && it->boot == NONE;
}

void
growth_series_add(struct growth_series *s)
{
	const struct process *it = &s->p->processes[0];
	uint64_t ns = moment_of(it);

	/* What was thinned looks like freed. */
	if (s->point_count > 0 && it->thinned > s->process.thinned) {
		s->about.thinned += s->point_count;
		forget(s);
	}
	s->process = *it;
	describe(s);
	keep_phases(s);
	/* Two of one moment say no more than one. */
	if (s->point_count > 0 && ns <= s->points[s->point_count - 1].ns)
		return;
	make_room(s);
	for (uint32_t i = 0; i < s->p->row_count; i++)
		hold(s, i);
	GROW32(s->points, s->point_count);
	s->points[s->point_count++] = (struct growth_point){
		.ns = ns,
		.listed = s->process.lists_all,
	};
	if (!s->process.lists_all)
		return;
	follow(s);
	s->listed_count++;
}
