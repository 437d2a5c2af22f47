/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocated figures are sums of independent samples, so those of a window, and
 * their variances, are differences. What lives at both ends is the same samples
 * and cancels; the error of what is left is of those that live at one end only.
 * How many those are the counters don't tell, but at most what was allocated
 * and freed in between.
 */
#include "window.h"

#include <math.h>

static uint64_t
less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static double
clamp(double x, double most)
{
	return x > 0 ? fmin(x, most) : 0;
}

static void
cut_sum(struct value *end, const struct value *start)
{
	end->sum = clamp(end->sum - start->sum, INFINITY);
	end->var = clamp(end->var - start->var, INFINITY);
}

static void
cut_live(struct value *end, const struct value *start,
	const struct value *allocated)
{
	double freed_var = start->var + allocated->var - end->var;

	end->sum = clamp(end->sum - start->sum, allocated->sum);
	end->var =
		end->sum > 0 ? allocated->var + clamp(freed_var, INFINITY) : 0;
}

static void
cut_row(struct row *end, const struct row *start)
{
	static const enum metric sums[] = { ALLOC_SPACE, ALLOC_OBJECTS,
		TEMP_SPACE, TEMP_OBJECTS };

	for (int i = 0; i < 4; i++)
		cut_sum(&end->v[sums[i]], &start->v[sums[i]]);
	cut_live(&end->v[INUSE_SPACE], &start->v[INUSE_SPACE],
		&end->v[ALLOC_SPACE]);
	cut_live(&end->v[INUSE_OBJECTS], &start->v[INUSE_OBJECTS],
		&end->v[ALLOC_OBJECTS]);
	end->v[PEAK_SPACE] = end->v[PEAK_OBJECTS] = (struct value){ 0 };
	end->inherited_space = end->inherited_objects = (struct value){ 0 };
	end->samples = less(end->samples, start->samples);
	end->samples_live = less(end->samples_live, start->samples_live);
	if (end->samples_live > end->samples)
		end->samples_live = end->samples;
	end->reallocs = less(end->reallocs, start->reallocs);
	end->freed_objects =
		clamp(end->freed_objects - start->freed_objects, INFINITY);
	end->lifetime_ns =
		clamp(end->lifetime_ns - start->lifetime_ns, INFINITY);
}

/* The row of the start that is the same as one of the end. */
static struct row
at_start(struct profile *p, const struct row *end)
{
	uint32_t phase = end->phase;

	if (phase != NONE)
		phase = phase - p->processes[1].first_phase +
			p->processes[0].first_phase;
	return *profile_row(p, end->stack, 0, end->thread, end->label, phase);
}

static void
cut_process(struct process *end, const struct process *start)
{
	end->samples = less(end->samples, start->samples);
	end->has[PEAK_SPACE] = end->has[PEAK_OBJECTS] = false;
	/* These are of a moment, and explain nothing of a window. */
	end->rss = end->rss_peak = end->rss_anonymous = 0;
	end->rss_file = end->rss_shared = end->rss_stacks = 0;
	end->moments = 0;
}

/* What was lost before the window is none of its business. */
static void
cut_losses(struct profile *p)
{
	struct process *start = &p->processes[0], *end = &p->processes[1];

	for (uint32_t i = 0; i < end->losses; i++)
		for (uint32_t j = 0; j < start->losses; j++) {
			struct loss *l = &p->losses[end->first_loss + i];
			struct loss *k = &p->losses[start->first_loss + j];

			if (l->cause == k->cause)
				l->count = less(l->count, k->count);
		}
}

void
window_cut(struct profile *p)
{
	uint32_t rows = p->row_count, kept = 0;

	for (uint32_t i = 0; i < rows; i++) {
		struct row end = p->rows[i], start;

		if (end.process != 1)
			continue;
		start = at_start(p, &end);
		cut_row(&end, &start);
		p->rows[i] = end;
	}
	for (uint32_t i = 0; i < rows; i++)
		if (p->rows[i].process == 1 && p->rows[i].samples > 0) {
			p->rows[kept] = p->rows[i];
			p->rows[kept++].process = 0;
		}
	p->row_count = kept;
	cut_losses(p);
	cut_process(&p->processes[1], &p->processes[0]);
	p->processes[0] = p->processes[1];
	p->process_count = 1;
}
