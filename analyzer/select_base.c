/* SPDX-License-Identifier: Apache-2.0 */
#include "select_base.h"

#include <string.h>

#include "err.h"
#include "select_sides.h"

/*
 * The metric m of p in the base, which may count those that files bring along
 * in another order; -1: none of its processes has it.
 */
static int
metric_in(const struct profile *base, const struct profile *p, enum metric m)
{
	const char *name = profile_metric_name(p, m);
	int there = m < FOREIGN ? (int)m : -1;

	for (uint32_t i = 0; m >= FOREIGN && i < base->foreign_count; i++)
		if (strcmp(name, profile_metric_name(base,
					 (enum metric)(FOREIGN + i))) == 0)
			there = (int)(FOREIGN + i);
	for (uint32_t i = 0; there >= 0 && i < base->process_count; i++)
		if (base->processes[i].has[there])
			return there;
	return -1;
}

/* What is said of the figures is said of both sides. */
static void
describe(struct shown *out, const struct shown *base)
{
	out->compared = true;
	out->base_total = base->total;
	out->base_samples = base->samples;
	out->exact &= base->exact;
	out->var_known &= base->var_known;
	if (base->interval_min > 0 &&
		(out->interval_min == 0 ||
			base->interval_min < out->interval_min))
		out->interval_min = base->interval_min;
	if (base->interval_max > out->interval_max)
		out->interval_max = base->interval_max;
}

static bool
only_rises(enum metric m)
{
	return m == ALLOC_SPACE || m == ALLOC_OBJECTS || m == TEMP_SPACE ||
	       m == TEMP_OBJECTS;
}

/*
 * Figures of a phase's end are none of the process's at the time of its dump:
 * live samples do not tell of them. Those that only rise are the same.
 */
static bool
may_cancel(const struct selection *s, enum metric m)
{
	if (s->normalize)
		return false;
	return (!s->phase && !s->from && !s->to) || s->until_now ||
	       only_rises(m);
}

/* 0 and more; -1 after error(). */
static double
factor_of(const struct shown *now, const struct shown *base,
	const struct selection *s)
{
	if (!s->normalize)
		return 1;
	if (base->whole == 0)
		return error("the base holds nothing that could be scaled");
	return (double)now->whole / (double)base->whole;
}

/* Is what is seen of each side all that there can be? */
static void
describe_shared(struct shown *out, const struct sides *s)
{
	struct shown_shared *it = &out->shared;

	it->all_came = s->exact[SIDE_NOW];
	it->all_went = s->exact[SIDE_BASE];
	if (!only_rises(out->metric) || it->processes == 0)
		return;
	it->all_came |= it->processes == out->profile->process_count;
	it->all_went |= it->processes == s->base->profile->process_count;
}

int
base_subtract(struct shown *out, struct profile *p, const struct selection *s)
{
	struct selection of_base = *s;
	struct shown base;
	struct sides sides = { .base = &base, .selection = s };
	const char *name = profile_metric_name(p, out->metric);

	of_base.metric = s->base_metric ? s->base_metric
					: metric_in(s->base, p, out->metric);
	if (of_base.metric < 0)
		return error("the base does not hold '%s'", name);
	of_base.base = NULL;
	of_base.is_base = true;
	of_base.only_grown = false;
	if (select_stacks(&base, s->base, &of_base) < 0) {
		hint("This is said of the base.");
		return -1;
	}
	sides.exact[SIDE_NOW] = out->exact;
	sides.exact[SIDE_BASE] = base.exact;
	sides.cancel = may_cancel(s, out->metric);
	sides.factor = out->factor = factor_of(out, &base, s);
	if (sides.factor >= 0) {
		describe(out, &base);
		sides_subtract(out, p, &sides);
		describe_shared(out, &sides);
	}
	shown_release(&base);
	return sides.factor < 0 ? -1 : 0;
}
