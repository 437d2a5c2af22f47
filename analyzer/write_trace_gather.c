/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps one at a time to points, values and phases. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "runs_files.h"
#include "sites.h"
#include "symbolize.h"
#include "write_trace.h"

void
trace_init(struct trace *t, const struct selection *selection)
{
	*t = (struct trace){ .selection = selection, .whole = true };
	for (int i = 0; i < SELECT_RULES; i++)
		t->whole &= selection->rules[i] == NULL;
	profile_init(&t->all);
}

void
trace_release(struct trace *t)
{
	for (size_t i = 0; i < t->process_count; i++) {
		free(t->processes[i].name);
		free(t->processes[i].phases);
	}
	free(t->processes);
	free(t->points);
	free(t->values);
	free(t->most);
	strtab_release(&t->names);
	strtab_release(&t->keys);
	profile_release(&t->all);
}

/* Milliseconds don't tell apart two dumps that hurry. */
static uint64_t
since_start(const struct trace_process *to, const struct process *it)
{
	int64_t ms = it->end_ms - to->start_ms;

	if (it->lived_ns > 0 && it->lived_ns < INT64_MAX / 2 &&
		it->start_ms == to->start_ms)
		return it->lived_ns;
	return ms > 0 && ms < INT64_MAX / 1000000 ? (uint64_t)ms * 1000000 : 0;
}

/* A process of the trace for the dump's, which may be several merged ones. */
static struct trace_process *
process_of(struct trace *t, const struct runs_dump *d)
{
	const struct process *it = &t->all.processes[0];
	const char *exe = strtab_get(&t->all.strings, it->exe), *slash;
	struct trace_process *to;

	if (t->process_count > 0 &&
		t->processes[t->process_count - 1].number == d->process)
		return &t->processes[t->process_count - 1];
	slash = strrchr(exe, '/');
	exe = slash ? slash + 1 : exe;
	GROW(t->processes, t->process_count, t->process_capacity);
	to = &t->processes[t->process_count++];
	*to = (struct trace_process){ .number = d->process,
		.start_ms = it->start_ms > 0 ? it->start_ms : it->end_ms };
	if (profile_processes(&t->all) > 1) {
		to->name = xasprintf("%s and others, %llu processes", exe,
			(unsigned long long)profile_processes(&t->all));
	} else {
		to->pid = it->pid;
		to->name = xstrdup(
			*exe ? exe : strtab_get(&t->all.strings, it->id));
	}
	return to;
}

static void
add_point(struct trace *t, struct trace_point point)
{
	GROW(t->points, t->point_count, t->point_capacity);
	t->points[t->point_count++] = point;
}

/* Of the trend what no dump before has told. */
static void
add_trend(struct trace *t, struct trace_process *to)
{
	const struct process *it = &t->all.processes[0];

	for (uint32_t i = 0; i < it->moments && t->whole; i++) {
		const struct moment *m = &t->all.history[it->first_moment + i];

		if (m->ns <= to->last_ns)
			continue;
		to->last_ns = m->ns;
		add_point(t, (struct trace_point){
				     .ns = m->ns,
				     .live = m->live,
				     .allocated = m->allocated,
				     .peak = UINT64_MAX,
				     .rss = m->rss > 0 ? m->rss : UINT64_MAX,
				     .process = (uint32_t)(to - t->processes),
			     });
	}
}

static void
keep_phases(struct trace *t, struct trace_process *to)
{
	const struct process *it = &t->all.processes[0];

	free(to->phases);
	to->phases = xcalloc((size_t)it->phases + 1, sizeof *to->phases);
	to->phase_count = it->phases;
	for (uint32_t i = 0; i < it->phases; i++) {
		to->phases[i] = t->all.phases[it->first_phase + i];
		to->phases[i].name = strtab_add(&t->names,
			strtab_get(&t->all.strings, to->phases[i].name));
	}
}

static void
add_value(struct trace *t, const char *key, int64_t bytes)
{
	uint32_t before = t->keys.count, id = strtab_add(&t->keys, key);
	struct trace_value *last =
		t->value_count > 0 ? &t->values[t->value_count - 1] : NULL;

	if (t->keys.count > before) {
		GROW(t->most, id, t->most_capacity);
		t->most[id] = 0;
	}
	/* Functions of one name are one here. */
	if (last && last->point == t->point_count && last->key == id) {
		last->bytes += bytes;
	} else {
		GROW(t->values, t->value_count, t->value_capacity);
		last = &t->values[t->value_count++];
		*last = (struct trace_value){ (uint32_t)t->point_count, id,
			bytes };
	}
	if (last->bytes > t->most[id])
		t->most[id] = last->bytes;
}

static void
add_functions(struct trace *t, const struct shown *s)
{
	struct sites sites;

	sites_build(&sites, s, false);
	for (uint32_t i = 0; i < sites.count; i++) {
		char *key;

		if (sites.list[i].flat == 0)
			continue;
		key = xasprintf("f%s", shown_name(s, sites.list[i].frame));
		add_value(t, key, sites.list[i].flat);
		free(key);
	}
	sites_release(&sites);
}

static void
add_stacks(struct trace *t, const struct shown *s)
{
	char *key = NULL;
	size_t capacity = 0;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];
		size_t n = 0;

		GROW(key, n, capacity);
		key[n++] = 's';
		for (uint32_t d = 0; d < stack->charge; d++) {
			const char *name =
				shown_name(s, s->frames[stack->first + d]);

			for (; *name; name++) {
				GROW(key, n, capacity);
				key[n++] = *name;
			}
			GROW(key, n, capacity);
			key[n++] = d + 1 < stack->charge ? ';' : '\0';
		}
		if (n > 1)
			add_value(t, key, stack->value);
	}
	free(key);
}

/* The total of a metric, or UINT64_MAX; of live bytes also who holds them. */
static int
take_metric(struct trace *t, enum metric m, uint64_t *total)
{
	struct selection s = *t->selection;
	struct shown shown;
	bool held = false;

	*total = UINT64_MAX;
	for (uint32_t i = 0; i < t->all.process_count; i++)
		held |= t->all.processes[i].has[m];
	if (!held)
		return 0;
	s.metric = m;
	s.metric_name = NULL;
	if (select_stacks(&shown, &t->all, &s) < 0)
		return -1;
	*total = shown.total > 0 ? (uint64_t)shown.total : 0;
	if (m == INUSE_SPACE) {
		t->any_live = true;
		add_functions(t, &shown);
		add_stacks(t, &shown);
	}
	shown_release(&shown);
	return 0;
}

static int
add_dump(struct trace *t, const struct runs_dump *d)
{
	struct trace_process *to = process_of(t, d);
	struct trace_point point = { .is_dump = true,
		.process = (uint32_t)(to - t->processes),
		.seq = d->file->head.seq,
		.rss = 0 };

	add_trend(t, to);
	keep_phases(t, to);
	for (uint32_t i = 0; i < t->all.process_count; i++)
		point.rss += t->all.processes[i].rss;
	if (point.rss == 0)
		point.rss = UINT64_MAX;
	point.ns = since_start(to, &t->all.processes[0]);
	if (point.ns < to->last_ns)
		point.ns = to->last_ns;
	to->last_ns = point.ns;
	if (take_metric(t, INUSE_SPACE, &point.live) < 0 ||
		take_metric(t, ALLOC_SPACE, &point.allocated) < 0 ||
		take_metric(t, PEAK_SPACE, &point.peak) < 0)
		return -1;
	add_point(t, point);
	return 0;
}

int
trace_gather(void *context, const struct runs_dump *d)
{
	struct trace *t = context;
	struct profile one;
	int status;

	profile_init(&one);
	status = runs_dump_read(d, &one);
	if (status < 0) {
		profile_release(&one);
		return d->file->named ? -1 : 0;
	}
	profile_add(&t->all, &one);
	profile_release(&one);
	if (t->all.process_count > 0) {
		profile_symbolize(&t->all);
		status = add_dump(t, d);
	}
	profile_clear(&t->all);
	return status;
}
