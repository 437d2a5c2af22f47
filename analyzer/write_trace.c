/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chrome's trace event format, which Perfetto reads, too: counters over time,
 * one event a value, since counters of several values are drawn on top of one
 * another. Times are microseconds since the first process began.
 */
#include "write_trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"
#include "write.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

#define LABEL_COLUMNS 120

struct writer {
	FILE *out;
	const struct trace *t;
	int64_t begin_ms; /* of the first process */
	int *pids; /* by process; no two are equal */
	char **labels; /* by key; NULL: it has no track */
	const char *before; /* the next event */
};

static bool
pid_taken(const struct writer *w, size_t count, int pid)
{
	for (size_t i = 0; i < count; i++)
		if (w->pids[i] == pid)
			return true;
	return pid <= 0;
}

/* Its own, or if that is not known or taken one that no process has. */
static void
choose_pids(struct writer *w)
{
	int free_pid = 1 << 22;

	for (size_t i = 0; i < w->t->process_count; i++) {
		int pid = w->t->processes[i].pid;

		if (pid_taken(w, i, pid))
			pid = ++free_pid;
		w->pids[i] = pid;
	}
}

static const struct trace *ranked; /* for by_most() */

static int
by_most(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	if (ranked->most[a] != ranked->most[b])
		return ranked->most[a] > ranked->most[b] ? -1 : 1;
	return strcmp(
		strtab_get(&ranked->keys, a), strtab_get(&ranked->keys, b));
}

/* "live in parse", or "live in stack 2: parse < serve < main" */
static char *
label_of(const char *key, int rank)
{
	char *text, *name = text_harmless(key + 1), *longer;

	if (*key == 'f') {
		text = xasprintf("live in %s", name);
		free(name);
		return text;
	}
	text = xasprintf("live in stack %d:", rank);
	for (char *end = name + strlen(name); end > name;) {
		char *begin = end;

		while (begin > name && begin[-1] != ';')
			begin--;
		longer = xasprintf("%s%s%.*s", text,
			text[strlen(text) - 1] == ':' ? " " : " < ",
			(int)(end - begin), begin);
		free(text);
		text = longer;
		if (text_columns(text) > LABEL_COLUMNS)
			break;
		end = begin > name ? begin - 1 : begin;
	}
	free(name);
	return text_shorten(text, LABEL_COLUMNS, false);
}

/* So many functions and so many stacks have tracks. */
static void
choose_tracks(struct writer *w, int top)
{
	uint32_t count = w->t->keys.count;
	uint32_t *order = xcalloc((size_t)count + 1, sizeof *order);
	int taken[2] = { 0 };

	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	ranked = w->t;
	if (count > 0)
		qsort(order, count, sizeof *order, by_most);
	for (uint32_t i = 0; i < count; i++) {
		const char *key = strtab_get(&w->t->keys, order[i]);
		int *n = &taken[*key == 's'];

		if (top == 0 || *n < top)
			w->labels[order[i]] = label_of(key, ++*n);
	}
	free(order);
}

static void
begin_event(struct writer *w, const char *kind, uint32_t process)
{
	fprintf(w->out, "%s\n{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d,", w->before,
		kind, w->pids[process], w->pids[process]);
	w->before = ",";
}

static void
put_time(struct writer *w, const char *key, uint64_t ns)
{
	fprintf(w->out, "\"%s\":%" PRIu64 ".%03u,", key, ns / 1000,
		(unsigned)(ns % 1000));
}

/* Since the first process began. */
static uint64_t
time_of(const struct writer *w, uint32_t process, uint64_t ns)
{
	int64_t ms = w->t->processes[process].start_ms - w->begin_ms;

	return (uint64_t)ms * 1000000 + ns;
}

static void
put_name(struct writer *w, const char *key, const char *name)
{
	char *harmless = text_harmless(name);

	fprintf(w->out, "\"%s\":", key);
	text_json(w->out, harmless);
	free(harmless);
}

static void
counter(struct writer *w, const struct trace_point *at, const char *name,
	uint64_t bytes)
{
	if (bytes == UINT64_MAX)
		return;
	begin_event(w, "C", at->process);
	put_time(w, "ts", time_of(w, at->process, at->ns));
	put_name(w, "name", name);
	fprintf(w->out, ",\"args\":{\"bytes\":%" PRIu64 "}}", bytes);
}

static void
instant(struct writer *w, uint32_t process, uint64_t ns, const char *category,
	const char *name)
{
	begin_event(w, "i", process);
	put_time(w, "ts", time_of(w, process, ns));
	fprintf(w->out, "\"s\":\"p\",\"cat\":\"%s\",", category);
	put_name(w, "name", name);
	putc('}', w->out);
}

static void
write_process(struct writer *w, uint32_t process)
{
	static const char *const keys[] = { "process_name", "thread_name" };
	const struct trace_process *it = &w->t->processes[process];

	for (int i = 0; i < 2; i++) {
		begin_event(w, "M", process);
		fprintf(w->out, "\"name\":\"%s\",\"args\":{", keys[i]);
		put_name(w, "name", i == 0 ? it->name : "phases");
		fputs("}}", w->out);
	}
	begin_event(w, "M", process);
	fprintf(w->out,
		"\"name\":\"process_sort_index\",\"args\":{\"sort_index\":"
		"%" PRIu32 "}}",
		process);
}

/* A phase is a slice, and the mark that began it a point. */
static void
write_phases(struct writer *w, uint32_t process)
{
	const struct trace_process *it = &w->t->processes[process];

	for (uint32_t i = 0; i < it->phase_count; i++) {
		const struct phase *phase = &it->phases[i];
		const char *name = strtab_get(&w->t->names, phase->name);
		uint64_t end = phase->end_ns == PHASE_OPEN ? it->last_ns
							   : phase->end_ns;

		instant(w, process, phase->start_ns, "mark", name);
		begin_event(w, "X", process);
		put_time(w, "ts", time_of(w, process, phase->start_ns));
		put_time(w, "dur",
			end > phase->start_ns ? end - phase->start_ns : 0);
		fputs("\"cat\":\"phase\",", w->out);
		put_name(w, "name", name);
		putc('}', w->out);
	}
}

/*
 * What has a track at this dump. A track that was at a value and is at none
 * now is at 0; `at` holds what each was at in its process.
 */
static size_t
write_values(struct writer *w, uint32_t point, size_t from, int64_t *at,
	int64_t *now)
{
	const struct trace_point *p = &w->t->points[point];
	uint32_t count = w->t->keys.count;
	size_t i = from;

	memset(now, 0, count * sizeof *now);
	for (; i < w->t->value_count && w->t->values[i].point == point; i++)
		now[w->t->values[i].key] += w->t->values[i].bytes;
	for (uint32_t k = 0; k < count; k++) {
		if (w->labels[k] && (now[k] > 0 || at[k] > 0))
			counter(w, p, w->labels[k],
				now[k] > 0 ? (uint64_t)now[k] : 0);
		at[k] = now[k];
	}
	return i;
}

static void
write_points(struct writer *w)
{
	size_t size = (size_t)w->t->keys.count + 1;
	int64_t *at = xcalloc(size, sizeof *at),
		*now = xcalloc(size, sizeof *now);
	size_t value = 0;

	for (uint32_t i = 0; i < w->t->point_count; i++) {
		const struct trace_point *p = &w->t->points[i];
		char name[48];

		if (i > 0 && p->process != p[-1].process)
			memset(at, 0, size * sizeof *at);
		counter(w, p, "live", p->live);
		counter(w, p, "allocated", p->allocated);
		counter(w, p, "peak", p->peak);
		counter(w, p, "resident", p->rss);
		if (!p->is_dump)
			continue;
		snprintf(name, sizeof name, "dump %" PRIu64, p->seq);
		instant(w, p->process, p->ns, "dump", name);
		value = write_values(w, i, value, at, now);
	}
	free(at);
	free(now);
}

static void
write_all(struct writer *w)
{
	fprintf(w->out,
		"{\"displayTimeUnit\":\"ms\",\"otherData\":{\"producer\":"
		"\"heapflame " VERSION "\",\"began\":\"%" PRId64
		" ms since 1970\"},\n\"traceEvents\":[",
		w->begin_ms);
	for (uint32_t i = 0; i < w->t->process_count; i++) {
		write_process(w, i);
		write_phases(w, i);
	}
	write_points(w);
	fputs("\n]}\n", w->out);
}

int
write_trace(FILE *out, const struct trace_input *in)
{
	struct trace t;
	struct writer w = {
		.out = out, .t = &t, .begin_ms = INT64_MAX, .before = ""
	};
	int status;

	trace_init(&t, in->selection);
	status = runs_each(in->files, in->count, in->all, trace_gather, &t);
	if (status == 0 && !t.any_live)
		status = error("nothing in these files tells of live memory");
	w.pids = xcalloc(t.process_count + 1, sizeof *w.pids);
	w.labels = xcalloc((size_t)t.keys.count + 1, sizeof *w.labels);
	for (size_t i = 0; i < t.process_count; i++)
		if (t.processes[i].start_ms < w.begin_ms)
			w.begin_ms = t.processes[i].start_ms;
	if (status == 0) {
		choose_pids(&w);
		choose_tracks(&w, in->top);
		write_all(&w);
	}
	for (uint32_t i = 0; i < t.keys.count; i++)
		free(w.labels[i]);
	free(w.labels);
	free(w.pids);
	trace_release(&t);
	return status;
}
