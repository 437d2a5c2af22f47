/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pprof's profile.proto. Good enough for the strictest of its readers: ids run
 * from 1 without a gap, every string is UTF-8, values are integers and what
 * they estimate, not what was sampled, and they add up to what `report` prints.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "write.h"
#include "write_pprof_out.h"
#include "write_pprof_places.h"
#include "write_pprof_samples.h"

#define LABELS_MAX 32
#define PROGRAMS   8 /* that comments name */

struct writer {
	const struct profile *p; /* borrowed */
	struct pprof_samples samples;
	struct pprof_out out;
	struct pprof_out_places places;

	/* The message at hand. */
	Perftools__Profiles__Sample message;
	Perftools__Profiles__Label labels[LABELS_MAX], *label_list[LABELS_MAX];
	uint64_t *ids;
	size_t id_count, id_capacity;
};

static void
write_type(struct writer *w, uint32_t field, const char *type, const char *unit)
{
	Perftools__Profiles__ValueType out =
		PERFTOOLS__PROFILES__VALUE_TYPE__INIT;

	out.type = pprof_out_string(&w->out, type);
	out.unit = pprof_out_string(&w->out, unit);
	pprof_out_message(&w->out, field, &out.base);
}

static const char *
unit_of(const struct profile *p, enum metric m)
{
	if (m >= FOREIGN)
		return profile_metric_unit_name(p, m);
	return metric_is_space(m) ? "bytes" : "count";
}

static void
write_types(struct writer *w)
{
	for (int i = 0; i < w->samples.count; i++) {
		enum metric m = w->samples.metrics[i];

		write_type(w, PPROF_SAMPLE_TYPE, profile_metric_name(w->p, m),
			unit_of(w->p, m));
	}
}

static const char *
name_of(const struct writer *w, uint32_t frame)
{
	return shown_name(&w->samples.shown[0], frame);
}

static void
push_id(struct writer *w, uint64_t id)
{
	GROW(w->ids, w->id_count, w->id_capacity);
	w->ids[w->id_count++] = id;
}

/* How many frames the locations of a stack have if they end these; else 0. */
static uint32_t
frames_of_stack(const struct writer *w, const struct pprof_sample *s)
{
	const struct profile *p = w->p;
	const struct stack *stack;
	uint32_t from = s->depth;

	if (s->stack == NONE)
		return 0;
	stack = &p->stacks[s->stack];
	for (uint32_t i = 0; i < stack->depth; i++) {
		const struct location *l =
			&p->locations[p->stack_locations[stack->first + i]];

		for (uint32_t k = 0; k < l->depth; k++)
			if (from == 0 ||
				s->frames[--from] !=
					p->location_frames[l->first + k])
				return 0;
	}
	return s->depth - from;
}

/*
 * Leaf first. Frames that came with no location, as those of --by, and all
 * where a rule has taken frames out of the stack, stand for themselves.
 */
static void
fill_ids(struct writer *w, const struct pprof_sample *s)
{
	const struct profile *p = w->p;
	uint32_t hidden = s->roots + w->samples.hidden_count;
	uint32_t own = frames_of_stack(w, s);

	w->id_count = 0;
	for (uint32_t i = 0; own > 0 && i < p->stacks[s->stack].depth; i++)
		push_id(w,
			pprof_out_location(&w->places,
				p->stack_locations[p->stacks[s->stack].first +
						   i]));
	for (uint32_t i = s->depth - own; i > 0; i--)
		if (i <= s->roots || i > hidden)
			push_id(w,
				pprof_out_frame(&w->places, s->frames[i - 1]));
	w->message.location_id = w->ids;
	w->message.n_location_id = w->id_count;
}

static Perftools__Profiles__Label *
add_label(struct writer *w, const char *key)
{
	Perftools__Profiles__Label *l = &w->labels[w->message.n_label];

	perftools__profiles__label__init(l);
	w->label_list[w->message.n_label++] = l;
	l->key = pprof_out_string(&w->out, key);
	return l;
}

static void
add_text(struct writer *w, const char *key, const char *text)
{
	Perftools__Profiles__Label *l = add_label(w, key);

	l->str = pprof_out_string(&w->out, text);
}

/* "tenant=a,zone=b": is each part a key and a value? */
static bool
is_pairs(const char *text)
{
	int parts = 0;

	for (;; text++) {
		size_t n = strcspn(text, ",");
		const char *equals = memchr(text, '=', n);

		if (equals == NULL || equals == text ||
			equals == text + n - 1 || ++parts > LABELS_MAX - 8)
			return false;
		text += n;
		if (!*text)
			return true;
	}
}

/* The host's label: each pair of it a label of pprof's, else one. */
static void
add_host_label(struct writer *w, const char *text)
{
	char *copy, *rest, *pair;

	if (!is_pairs(text)) {
		add_text(w, "label", text);
		return;
	}
	copy = rest = xstrdup(text);
	while ((pair = strsep(&rest, ","))) {
		char *value = strchr(pair, '=');

		*value = '\0';
		add_text(w, pair, value + 1);
	}
	free(copy);
}

/* "redis-server 4711", as --by process calls it, and the number apart. */
static void
add_process(struct writer *w, const char *text)
{
	const char *number = strrchr(text, ' ');
	char *end;
	long pid;

	add_text(w, "process", text);
	if (number == NULL || !isdigit((unsigned char)number[1]))
		return;
	pid = strtol(number + 1, &end, 10);
	if (*end == '\0' && pid > 0)
		add_label(w, "pid")->num = pid;
}

static void
fill_labels(struct writer *w, const struct pprof_sample *s)
{
	static const char none[] = "[no "; /* "[no thread name]", ... */
	char *text;

	w->message.n_label = 0;
	for (uint32_t i = 0; i < w->samples.hidden_count; i++) {
		const char *name = name_of(w, s->frames[s->roots + i]);

		if (strncmp(name, none, strlen(none)) == 0)
			continue;
		text = xstrdup(name);
		switch (w->samples.hidden[i]) {
		case BY_THREAD:
			add_text(w, "thread", text);
			break;
		case BY_LABEL:
			add_host_label(w, text);
			break;
		case BY_PHASE:
			add_text(w, "phase", text);
			break;
		default:
			add_process(w, text);
		}
		free(text);
	}
	w->message.label = w->label_list;
}

static void
write_samples(struct writer *w)
{
	for (size_t i = 0; i < w->samples.sample_count; i++) {
		struct pprof_sample *s = &w->samples.samples[i];

		perftools__profiles__sample__init(&w->message);
		fill_ids(w, s);
		fill_labels(w, s);
		w->message.value = s->values;
		w->message.n_value = (size_t)w->samples.count;
		pprof_out_message(&w->out, PPROF_SAMPLE, &w->message.base);
	}
}

static void
comment(struct writer *w, char *text)
{
	pprof_out_number(&w->out, PPROF_COMMENT,
		(uint64_t)pprof_out_string(&w->out, text));
	free(text);
}

static void
write_comments(struct writer *w)
{
	const struct profile *p = w->p;
	const struct shown *s = &w->samples.shown[0];

	comment(w, xasprintf("heapflame %s", VERSION));
	for (uint32_t i = 0; i < p->process_count && i < PROGRAMS; i++) {
		const char *exe = strtab_get(&p->strings, p->processes[i].exe);

		if (*exe)
			comment(w, xasprintf("program %s, %s", exe,
					   strtab_get(&p->strings,
						   p->processes[i].id)));
	}
	if (s->interval_max == 1)
		comment(w, xstrdup("every allocation was recorded"));
	else if (s->interval_max > 1 && s->interval_min == s->interval_max)
		comment(w, xasprintf("one sample in %" PRIu64 " bytes",
				   s->interval_max));
	else if (s->interval_max > 1)
		comment(w, xasprintf("one sample in %" PRIu64 " to %" PRIu64
				     " bytes",
				   s->interval_min, s->interval_max));
}

/*
 * No duration: what lives is a level, and readers would take it for what came
 * about in that time.
 */
static void
write_figures(struct writer *w)
{
	const struct pprof_samples *s = &w->samples;
	const char *usual = profile_metric_name(w->p, s->metrics[s->usual]);
	int64_t end_ms = 0;

	for (uint32_t i = 0; i < w->p->process_count; i++)
		if (w->p->processes[i].end_ms > end_ms)
			end_ms = w->p->processes[i].end_ms;
	if (end_ms < INT64_MAX / 1000000)
		pprof_out_number(
			&w->out, PPROF_TIME_NANOS, (uint64_t)end_ms * 1000000);
	if (s->metrics[0] < FOREIGN) {
		write_type(w, PPROF_PERIOD_TYPE, "space", "bytes");
		pprof_out_number(
			&w->out, PPROF_PERIOD, s->shown[0].interval_max);
	}
	write_comments(w);
	pprof_out_number(&w->out, PPROF_DEFAULT_SAMPLE_TYPE,
		(uint64_t)pprof_out_string(&w->out, usual));
}

int
write_pprof(FILE *out, struct profile *p, const struct selection *selection)
{
	struct writer *w = xcalloc(1, sizeof *w);
	int status = pprof_samples_init(&w->samples, p, selection);

	w->p = p;
	if (status == 0) {
		pprof_out_begin(&w->out, out);
		pprof_out_places_init(&w->places, p);
		write_types(w);
		write_samples(w);
		pprof_out_places_write(&w->places, &w->out);
		write_figures(w);
		pprof_out_end(&w->out);
		pprof_out_places_release(&w->places);
	}
	pprof_samples_release(&w->samples);
	free(w->ids);
	free(w);
	return status;
}
