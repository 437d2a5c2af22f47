/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which figure of a row a metric means, which metric shows something when
 * nobody chose one, and what can be said of its error.
 */
#include "select_metric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

enum metric
metric_objects(enum metric m)
{
	static const enum metric objects[METRICS] = {
		[INUSE_SPACE] = INUSE_OBJECTS,
		[INUSE_OBJECTS] = INUSE_OBJECTS,
		[ALLOC_SPACE] = ALLOC_OBJECTS,
		[ALLOC_OBJECTS] = ALLOC_OBJECTS,
		[PEAK_SPACE] = PEAK_OBJECTS,
		[PEAK_OBJECTS] = PEAK_OBJECTS,
		[TEMP_SPACE] = TEMP_OBJECTS,
		[TEMP_OBJECTS] = TEMP_OBJECTS,
	};

	return objects[m];
}

enum metric
metric_space(enum metric m)
{
	static const enum metric space[METRICS] = {
		[INUSE_SPACE] = INUSE_SPACE,
		[INUSE_OBJECTS] = INUSE_SPACE,
		[ALLOC_SPACE] = ALLOC_SPACE,
		[ALLOC_OBJECTS] = ALLOC_SPACE,
		[PEAK_SPACE] = PEAK_SPACE,
		[PEAK_OBJECTS] = PEAK_SPACE,
		[TEMP_SPACE] = TEMP_SPACE,
		[TEMP_OBJECTS] = TEMP_SPACE,
	};

	return space[m];
}

static uint32_t
count_having(const struct profile *p, enum metric m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->process_count; i++)
		n += p->processes[i].has[m];
	return n;
}

/* Did the program end? Of a tree of processes the first one is the program. */
static bool
has_ended(const struct profile *p)
{
	const struct process *first = NULL;

	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		if (!first || it->start_ms < first->start_ms)
			first = it;
	}
	return first && first->state == PROCESS_ENDED;
}

static int
metric_default(const struct profile *p)
{
	if (has_ended(p) && count_having(p, PEAK_SPACE) == p->process_count)
		return PEAK_SPACE;
	if (count_having(p, INUSE_SPACE) > 0)
		return INUSE_SPACE;
	for (int m = 0; m < METRICS; m++)
		if (count_having(p, (enum metric)m) > 0)
			return m;
	return INUSE_SPACE;
}

static void
list_metrics(const struct profile *p, char *out, size_t size)
{
	out[0] = '\0';
	for (int m = 0; m < METRICS; m++) {
		size_t used = strlen(out);

		if (count_having(p, (enum metric)m) > 0)
			snprintf(out + used, size - used, "%s%s",
				used ? ", " : "", metric_names[m]);
	}
}

int
metric_choose(const struct profile *p, int asked)
{
	int m = asked < 0 ? metric_default(p) : asked;
	uint32_t having = count_having(p, (enum metric)m);
	char held[256];

	if (having == 0) {
		list_metrics(p, held, sizeof held);
		return error("no '%s' in these files; they hold %s",
			metric_names[m], *held ? held : "no metric at all");
	}
	if (asked >= 0 && having < p->process_count)
		warning("only %u of %u processes have '%s'", having,
			p->process_count, metric_names[m]);
	return m;
}

/*
 * How many samples stand behind a figure. Of the peak a row keeps no count, but
 * value^2 / variance is what its samples are worth.
 */
static uint64_t
samples_behind(const struct row *r, enum metric m)
{
	const struct value v = r->v[m];
	double worth;

	if (m == INUSE_SPACE || m == INUSE_OBJECTS)
		return r->samples_live;
	if (m != PEAK_SPACE && m != PEAK_OBJECTS)
		return r->samples;
	worth = v.var > 0 ? round(v.sum / v.var * v.sum) : INFINITY;
	return worth < (double)r->samples ? (uint64_t)worth : r->samples;
}

void
metric_add(
	struct figures *sum, const struct row *r, enum metric m, bool inherited)
{
	const struct value space =
		inherited ? r->inherited_space : r->v[metric_space(m)];
	const struct value objects =
		inherited ? r->inherited_objects : r->v[metric_objects(m)];
	const struct value value = metric_is_space(m) ? space : objects;

	sum->value += value.sum;
	sum->var += value.var;
	sum->objects += objects.sum;
	sum->bytes += space.sum;
	sum->samples += inherited ? 0 : samples_behind(r, m);
}

static void
describe_intervals(struct shown *out)
{
	const struct profile *p = out->profile;

	out->exact = true;
	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		/* 0 stands for "not sampled", not for the smallest interval. */
		if (it->interval_min > 0 &&
			(out->interval_min == 0 ||
				it->interval_min < out->interval_min))
			out->interval_min = it->interval_min;
		if (it->interval_max > out->interval_max)
			out->interval_max = it->interval_max;
		if (it->interval_max > 1)
			out->exact = false;
	}
}

/* Files that say nothing of the variance of a sampled metric leave it at 0. */
static bool
any_variance(const struct shown *out)
{
	const struct profile *p = out->profile;

	for (uint32_t i = 0; i < p->row_count; i++)
		if (p->rows[i].v[out->metric].var > 0)
			return true;
	return false;
}

void
metric_describe(struct shown *out, bool by_process)
{
	const struct profile *p = out->profile;
	bool peak = out->metric == PEAK_SPACE || out->metric == PEAK_OBJECTS;
	bool temp = out->metric == TEMP_SPACE || out->metric == TEMP_OBJECTS;
	bool live = out->metric == INUSE_SPACE || out->metric == INUSE_OBJECTS;
	const char *more = "";

	describe_intervals(out);
	out->var_known = out->exact || !temp || any_variance(out);
	if (peak && p->process_count > 1)
		more = ", sum of per-process peaks";
	else if (live && by_process && p->process_count > 1)
		more = ", with blocks inherited by fork";
	snprintf(out->title, sizeof out->title, "%s%s",
		metric_names[out->metric], more);
}
