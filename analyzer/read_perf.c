/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of `perf script`, of samples with stacks: what perf record -g took.
 * Every sample counts once in the metric "samples" and as often as it says in
 * a metric named after its event, which is what stackcollapse-perf.pl adds up.
 *
 * Like there, a stack's root is the command, and only one event is read, since
 * cycles and page faults don't add up.
 */
#include "read_perf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "perf_line.h"
#include "perf_names.h"
#include "read.h"
#include "read_budget.h"

/* Of one file; what more there are is counted with the last one. */
#define PROCESSES_MOST 10000
#define EVENTS_MOST    16

static const char *wanted_event;

void
read_perf_event(const char *name)
{
	wanted_event = name;
}

struct event_seen {
	char *name;
	uint64_t samples;
};

struct perf {
	struct profile *p;
	struct source *s;
	struct read_budget budget;
	struct perf_names names;
	struct name_cache processes; /* pid -> process */
	uint32_t process_count;
	size_t scanned; /* bytes from s->at on that hold no newline */
	struct event_seen events[EVENTS_MOST];
	size_t event_count;
	size_t event; /* that is read; EVENTS_MOST: not seen yet */
	int samples, periods; /* metrics; periods -1: not there */
	uint64_t ignored; /* lines */

	/* The sample at hand. */
	bool open, counts; /* counts: it is of that event */
	bool java, whole; /* whole: all its names are known */
	uint64_t period;
	uint32_t process, thread;
	uint32_t *locations; /* leaf first */
	size_t depth, capacity;
	size_t deepest; /* of all stacks that were added */
	uint32_t room; /* frames that a new stack may have */
};

static bool
is_text(struct perf_text t, const char *text)
{
	return t.length == strlen(text) &&
	       (t.length == 0 || memcmp(t.at, text, t.length) == 0);
}

static char *
copy(struct perf_text t)
{
	char *s = xmalloc(t.length + 1);

	for (size_t i = 0; i < t.length; i++)
		s[i] = t.at[i] ? (char)t.at[i] : '?';
	s[t.length] = '\0';
	return s;
}

/* Its number; EVENTS_MOST: there are too many. */
static size_t
event_number(struct perf *f, struct perf_text name)
{
	size_t i;

	for (i = 0; i < f->event_count; i++)
		if (is_text(name, f->events[i].name))
			return i;
	if (i < EVENTS_MOST)
		f->events[f->event_count++].name = copy(name);
	return i;
}

/* Clocks count nanoseconds; what others count has no name but their own. */
static int
add_periods(struct perf *f, const char *event)
{
	struct profile *p = f->p;
	bool clock = strncmp(event, "cpu-clock", 9) == 0 ||
		     strncmp(event, "task-clock", 10) == 0;

	f->periods = profile_foreign_metric(
		p, event, clock ? "nanoseconds" : "count");
	if (f->periods < 0)
		return error("'%s': no room for one more metric", f->s->name);
	if (p->usual_metric < 0)
		p->usual_metric = f->periods;
	return 0;
}

/* Is the event the one that is read? -1 after error(). */
static int
is_wanted(struct perf *f, const struct perf_event *e)
{
	size_t i = event_number(f, e->name);

	if (i == EVENTS_MOST)
		return false;
	f->events[i].samples++;
	if (f->event == EVENTS_MOST &&
		(!wanted_event || is_text(e->name, wanted_event)))
		f->event = i;
	if (i != f->event)
		return false;
	if (e->has_period && f->periods < 0 &&
		add_periods(f, f->events[i].name) < 0)
		return -1;
	return true;
}

static uint32_t
process_of(struct perf *f, const struct perf_event *e)
{
	const unsigned char *key = (const unsigned char *)&e->pid;
	uint32_t hash = name_hash(key, sizeof e->pid);
	uint32_t i = name_cache_find(&f->processes, key, sizeof e->pid, hash);
	struct process process;
	struct profile *p = f->p;

	if (i == NAME_UNKNOWN && f->process_count < PROCESSES_MOST) {
		process = read_foreign_process(p, f->s->name);
		process.pid = e->pid <= INT32_MAX ? (int)e->pid : 0;
		process.threads_are_roots = true;
		i = profile_process(p, process);
		f->process_count++;
		name_cache_add(&f->processes, key, sizeof e->pid, hash, i);
	}
	if (i == NAME_UNKNOWN)
		return p->process_count - 1;
	if (p->processes[i].exe == NONE || e->tid == e->pid) {
		char *comm = copy(e->comm);

		p->processes[i].exe = strtab_add(&p->strings, comm);
		free(comm);
	}
	return i;
}

static int
begin_sample(struct perf *f, const struct perf_event *e)
{
	int wanted = is_wanted(f, e);
	char *comm;

	if (wanted < 0)
		return -1;
	f->open = true;
	f->counts = wanted;
	f->depth = 0;
	f->whole = true;
	f->period = e->period;
	if (!wanted)
		return 0;
	f->room = read_budget_depth(&f->budget, f->s->taken);
	f->java = is_text(e->comm, "java");
	f->process = f->room > 0 || f->process_count == 0
			     ? process_of(f, e)
			     : f->p->process_count - 1;
	comm = copy(e->comm);
	f->thread = f->room > 0 ? strtab_add(&f->p->strings, comm) : NONE;
	free(comm);
	return 0;
}

static void
add_frame(struct perf *f, const struct perf_frame *frame)
{
	size_t most = f->room > f->deepest ? f->room : f->deepest;
	uint32_t location;

	if (!f->counts || !perf_names_counts(frame) || !f->whole)
		return;
	location = perf_names_location(
		&f->names, f->p, frame, f->java, f->room > 0);
	f->whole = location != NONE && f->depth < most;
	if (!f->whole)
		return;
	GROW(f->locations, f->depth, f->capacity);
	f->locations[f->depth++] = location;
}

static void
end_sample(struct perf *f)
{
	uint32_t stack = NONE, depth = (uint32_t)f->depth;
	struct row *row;

	if (!f->open)
		return;
	f->open = false;
	if (!f->counts)
		return;
	if (f->whole && f->room > 0)
		stack = profile_stack(f->p, f->locations, depth, false);
	else if (f->whole)
		stack = profile_find_stack(f->p, f->locations, depth, false);
	if (stack == NONE)
		stack = read_budget_other(&f->budget);
	else if (depth > f->deepest)
		f->deepest = depth;
	row = profile_row(f->p, stack, f->process, f->thread, NONE, NONE);
	row->v[f->samples].sum += 1;
	if (f->periods >= 0)
		row->v[f->periods].sum += (double)f->period;
}

/* Not a sample but what perf notes of processes and mappings. */
static bool
is_record(const struct perf_event *e)
{
	static const char record[] = "PERF_RECORD_";
	struct perf_text t = e->name.length ? e->name : e->rest;

	return t.length >= strlen(record) &&
	       memcmp(t.at, record, strlen(record)) == 0;
}

static int
take_event(struct perf *f, struct perf_text line, bool strict)
{
	struct perf_event e;
	struct perf_frame frame;

	if (!perf_line_event(&e, line, strict)) {
		f->ignored++;
		return 0;
	}
	end_sample(f);
	if (is_record(&e))
		return 0;
	if (begin_sample(f, &e) < 0)
		return -1;
	if (e.rest.length > 0 && e.rest.at[e.rest.length - 1] == ')' &&
		perf_line_frame(&frame, e.rest))
		add_frame(f, &frame);
	return 0;
}

static bool
begins_blank(struct perf_text line)
{
	return line.at[0] == ' ' || line.at[0] == '\t';
}

/* A command may stand behind blanks, and be called "dd": is it this? */
static bool
is_event_behind_blanks(struct perf_text line, const struct perf_frame *frame)
{
	struct perf_event e;

	return frame->symbol.at[0] >= '0' && frame->symbol.at[0] <= '9' &&
	       perf_line_event(&e, line, true);
}

/* 0, or -1 after error(). */
static int
take_line(struct perf *f, const unsigned char *at, const unsigned char *end)
{
	struct perf_text line = { at, (size_t)(end - at) };
	struct perf_frame frame;

	while (line.length > 0 && (end[-1] == '\r' || end[-1] == ' ')) {
		end--;
		line.length--;
	}
	if (line.length == 0) {
		end_sample(f);
		return 0;
	}
	if (line.at[0] == '#')
		return 0;
	if (!begins_blank(line))
		return take_event(f, line, false);
	if (!perf_line_frame(&frame, line) ||
		is_event_behind_blanks(line, &frame))
		return take_event(f, line, true);
	if (f->open)
		add_frame(f, &frame);
	else
		f->ignored++;
	return 0;
}

static int
take_lines(struct perf *f)
{
	struct source *s = f->s;
	const unsigned char *end;

	while ((end = memchr(s->at + f->scanned, '\n',
			(size_t)(s->end - s->at) - f->scanned))) {
		if (take_line(f, s->at, end) < 0)
			return -1;
		s->at = end + 1;
		f->scanned = 0;
	}
	f->scanned = (size_t)(s->end - s->at);
	return 0;
}

/* "cycles (12 samples), faults (3 samples)" of those that were left out. */
static char *
list_events(const struct perf *f)
{
	char *list = xstrdup("");

	for (size_t i = 0; i < f->event_count; i++) {
		char *longer;

		if (i == f->event)
			continue;
		longer = xasprintf("%s%s%s (%" PRIu64 " sample%s)", list,
			*list ? ", " : "", f->events[i].name,
			f->events[i].samples,
			f->events[i].samples == 1 ? "" : "s");
		free(list);
		list = longer;
	}
	return list;
}

static int
finish(struct perf *f)
{
	char *others = list_events(f);
	int status = 0;

	if (f->event == EVENTS_MOST && wanted_event)
		status = error("'%s' holds no event '%s'; it holds %s",
			f->s->name, wanted_event, *others ? others : "none");
	else if (f->event == EVENTS_MOST)
		status = error("'%s' holds no sample", f->s->name);
	else if (*others)
		note("'%s': %s is shown; --event shows %s", f->s->name,
			f->events[f->event].name, others);
	free(others);
	if (status < 0)
		return status;
	if (f->ignored > 0)
		warning("'%s': %" PRIu64 " line%s not understood, ignored",
			f->s->name, f->ignored, f->ignored == 1 ? "" : "s");
	if (f->s->cut)
		warning("'%s' was cut off: only what stands before is shown",
			f->s->name);
	read_budget_end(&f->budget, f->s->name);
	return 0;
}

/* What each process has is known at the end. */
static void
set_metrics(struct perf *f, uint32_t first)
{
	for (uint32_t i = first; i < f->p->process_count; i++) {
		f->p->processes[i].has[f->samples] = true;
		if (f->periods >= 0)
			f->p->processes[i].has[f->periods] = true;
	}
}

static int
read_all(struct perf *f)
{
	uint32_t first = f->p->process_count;
	int more;

	f->samples = profile_foreign_metric(f->p, "samples", "count");
	if (f->samples < 0)
		return error("'%s': no room for one more metric", f->s->name);
	do
		if (take_lines(f) < 0)
			return -1;
	while ((more = source_more(f->s)) > 0);
	if (more < 0 || take_line(f, f->s->at, f->s->end) < 0)
		return -1;
	end_sample(f);
	set_metrics(f, first);
	if (f->p->usual_metric < 0)
		f->p->usual_metric = f->samples;
	return finish(f);
}

static int
stream(struct profile *p, struct source *s)
{
	struct perf f = { .p = p, .s = s, .event = EVENTS_MOST, .periods = -1 };
	int status;

	read_budget_init(&f.budget, p);
	status = read_all(&f);
	for (size_t i = 0; i < f.event_count; i++)
		free(f.events[i].name);
	perf_names_release(&f.names);
	name_cache_release(&f.processes);
	free(f.locations);
	return status;
}

/* The line that begins at `at`, or what is there of it. */
static struct perf_text
line_at(const unsigned char *at, const unsigned char *end)
{
	const unsigned char *stop = memchr(at, '\n', (size_t)(end - at));

	return (struct perf_text){ at, (size_t)((stop ? stop : end) - at) };
}

/* With a time it can be nothing else; without, a frame must follow. */
static bool
is_sample(struct perf_text line, const unsigned char *end)
{
	size_t left = (size_t)(end - line.at) - line.length;
	struct perf_event e;
	struct perf_frame frame;
	struct perf_text below;

	if (perf_line_event(&e, line, true))
		return e.name.length > 0 || is_record(&e);
	if (left < 2 || !perf_line_event(&e, line, false) || e.name.length == 0)
		return false;
	below = line_at(line.at + line.length + 1, end);
	return below.length > 0 && begins_blank(below) &&
	       perf_line_frame(&frame, below);
}

static bool
recognises(const struct input *in)
{
	static const char header[] = "# ========\n# captured on";
	const unsigned char *at = in->bytes, *end = at + in->length;
	struct perf_text line;

	if (in->length > strlen(header) &&
		memcmp(at, header, strlen(header)) == 0)
		return true;
	while (at < end && (*at == '#' || *at == '\n')) {
		line = line_at(at, end);
		at += line.length + (at + line.length < end);
	}
	if (at == end)
		return false;
	line = line_at(at, end);
	return line.length > 0 && is_sample(line, end);
}

const struct reader reader_perf = {
	.format = "text of perf script",
	.recognises = recognises,
	.stream = stream,
};
