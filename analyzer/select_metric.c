/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which figure of a row a metric means, which metric shows something when
 * nobody chose one, and what can be said of its error.
 */
#include "select_metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

enum metric
metric_objects(enum metric m)
{
	static const enum metric objects[FOREIGN] = {
		[INUSE_SPACE] = INUSE_OBJECTS,
		[INUSE_OBJECTS] = INUSE_OBJECTS,
		[ALLOC_SPACE] = ALLOC_OBJECTS,
		[ALLOC_OBJECTS] = ALLOC_OBJECTS,
		[PEAK_SPACE] = PEAK_OBJECTS,
		[PEAK_OBJECTS] = PEAK_OBJECTS,
		[TEMP_SPACE] = TEMP_OBJECTS,
		[TEMP_OBJECTS] = TEMP_OBJECTS,
	};

	return m < FOREIGN ? objects[m] : m;
}

enum metric
metric_space(enum metric m)
{
	static const enum metric space[FOREIGN] = {
		[INUSE_SPACE] = INUSE_SPACE,
		[INUSE_OBJECTS] = INUSE_SPACE,
		[ALLOC_SPACE] = ALLOC_SPACE,
		[ALLOC_OBJECTS] = ALLOC_SPACE,
		[PEAK_SPACE] = PEAK_SPACE,
		[PEAK_OBJECTS] = PEAK_SPACE,
		[TEMP_SPACE] = TEMP_SPACE,
		[TEMP_OBJECTS] = TEMP_SPACE,
	};

	return m < FOREIGN ? space[m] : m;
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
	if (p->usual_metric >= 0 &&
		count_having(p, (enum metric)p->usual_metric) > 0)
		return p->usual_metric;
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
				used ? ", " : "",
				profile_metric_name(p, (enum metric)m));
	}
}

static int
not_there(const struct profile *p, const char *name)
{
	char held[256];

	list_metrics(p, held, sizeof held);
	return error("no '%s' in these files; they hold %s", name,
		*held ? held : "no metric at all");
}

/* One of the files' own by its name; -1 after error(). */
static int
find_foreign(const struct profile *p, const char *name)
{
	char held[256];

	for (uint32_t i = 0; i < p->foreign_count; i++)
		if (strcmp(strtab_get(&p->strings, p->foreign[i].name), name) ==
			0)
			return (int)(FOREIGN + i);
	list_metrics(p, held, sizeof held);
	return wrong_usage("no metric is called '%s'; these files hold %s",
		name, *held ? held : "no metric at all");
}

int
metric_choose(const struct profile *p, const struct selection *s)
{
	int m = s->metric;
	bool asked = m >= 0 || s->metric_name;
	uint32_t having;

	if (m < 0 && s->metric_name)
		m = find_foreign(p, s->metric_name);
	else if (m < 0)
		m = metric_default(p);
	if (m < 0)
		return -1;
	having = count_having(p, (enum metric)m);
	if (having == 0)
		return not_there(p, profile_metric_name(p, (enum metric)m));
	if (asked && having < p->process_count)
		warning("only %u of %u processes have '%s'", having,
			p->process_count,
			profile_metric_name(p, (enum metric)m));
	return m;
}

/* A figure with what stands behind it. */
struct both {
	struct value space, objects;
	uint64_t samples; /* at most */
};

bool
metric_is_live(enum metric m)
{
	return m == INUSE_SPACE || m == INUSE_OBJECTS;
}

bool
metric_is_peak(enum metric m)
{
	return m == PEAK_SPACE || m == PEAK_OBJECTS;
}

/* `m` is one of the heap's own. */
static struct both
source_of(const struct row *r, enum metric m, enum metric_side side)
{
	struct both s = { r->v[metric_space(m)], r->v[metric_objects(m)],
		metric_is_live(m) ? r->samples_live : r->samples };

	if (side == OF_INHERITED)
		return (struct both){ r->inherited_space, r->inherited_objects,
			0 };
	if (side == OF_PHASE && metric_is_live(m))
		return (struct both){ r->phase_end_space, r->phase_end_objects,
			r->samples_phase_end };
	if (side == OF_PHASE && metric_is_peak(m)) {
		s.space = r->phase_peak_space;
		s.objects = r->phase_peak_objects;
	}
	return s;
}

/*
 * How many samples stand behind a peak: a row keeps no count, but value^2 /
 * variance is what its samples are worth.
 */
static uint64_t
worth(struct value v, uint64_t most)
{
	double n = v.var > 0 ? round(v.sum / v.var * v.sum) : INFINITY;

	return n < (double)most ? (uint64_t)n : most;
}

/* A foreign one is neither of a pair nor of a phase. */
static void
add_foreign(struct figures *sum, const struct row *r, enum metric m,
	enum metric_side side)
{
	if (side != OF_ALL)
		return;
	sum->value += r->v[m].sum;
	sum->var += r->v[m].var;
	sum->samples += r->samples;
}

static void
add_sizes(struct figures *sum, uint64_t size_min, uint64_t size_max)
{
	if (size_max > 0 && (sum->size_max == 0 || size_min < sum->size_min))
		sum->size_min = size_min;
	if (size_max > sum->size_max)
		sum->size_max = size_max;
}

static void
add_own(struct figures *sum, const struct row *r, enum metric m,
	enum metric_side side)
{
	const struct both s = source_of(r, m, side);
	const struct value value = metric_is_space(m) ? s.space : s.objects;

	sum->value += value.sum;
	sum->var += value.var;
	sum->objects += s.objects.sum;
	sum->bytes += s.space.sum;
	sum->samples += metric_is_peak(m) ? worth(value, s.samples) : s.samples;
	if (side == OF_INHERITED)
		return;
	sum->bytes_all += r->v[ALLOC_SPACE].sum;
	add_sizes(sum, r->size_min, r->size_max);
	sum->freed_objects += r->freed_objects;
	sum->lifetime_ns += r->lifetime_ns;
}

void
metric_add(struct figures *sum, const struct row *r, enum metric m,
	enum metric_side side)
{
	if (m >= FOREIGN)
		add_foreign(sum, r, m, side);
	else
		add_own(sum, r, m, side);
}

void
figures_add(struct figures *sum, const struct figures *f)
{
	sum->value += f->value;
	sum->var += f->var;
	sum->objects += f->objects;
	sum->bytes += f->bytes;
	sum->freed_objects += f->freed_objects;
	sum->lifetime_ns += f->lifetime_ns;
	sum->samples += f->samples;
	sum->bytes_all += f->bytes_all;
	add_sizes(sum, f->size_min, f->size_max);
}

static void
describe_intervals(struct shown *out)
{
	const struct profile *p = out->profile;

	out->exact = true; /* until one was sampled, or does not say */
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
metric_describe(
	struct shown *out, const struct selection *s, const struct span *span)
{
	const struct profile *p = out->profile;
	bool temp = out->metric == TEMP_SPACE || out->metric == TEMP_OBJECTS;
	const char *more = "";
	size_t used;

	memcpy(out->by, s->by, sizeof out->by);
	out->bys = s->bys;
	out->phase = s->phase;
	out->phase_nth = s->phase_nth;
	out->from = s->from;
	out->to = s->to;
	out->base_names = (const char *const *)s->base_names;
	for (int i = 0; i < SELECT_RULES; i++)
		out->rules[i] = (const char *const *)s->rules[i];
	describe_intervals(out);
	out->var_known = out->exact || !temp || any_variance(out);
	if (metric_is_peak(out->metric) && profile_processes(p) > 1)
		more = ", sum of per-process peaks";
	else if (metric_is_live(out->metric) && !span->phases &&
		 !s->leave_inherited && select_is_by(s, BY_PROCESS) &&
		 profile_processes(p) > 1)
		more = ", with blocks inherited by fork";
	snprintf(out->title, sizeof out->title, "%s",
		profile_metric_name(p, out->metric));
	span_title(span, s, out->metric, out->title, sizeof out->title);
	used = strlen(out->title);
	snprintf(out->title + used, sizeof out->title - used, "%s%s", more,
		s->base ? ", less the base" : "");
}
