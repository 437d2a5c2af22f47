/* SPDX-License-Identifier: Apache-2.0 */
#include "select_span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_phases.h"
#include "text.h"

#define NAME_COLUMNS 40 /* of a title, for a phase's name */
#define MARK_COLUMNS 24 /* the same where there are two */

static bool
is_called(const struct profile *p, uint32_t phase, const char *name)
{
	return strcmp(strtab_get(&p->strings, p->phases[phase].name), name) ==
	       0;
}

/* The first phase of that name from `at` on; the end if there is none. */
static uint32_t
find(const struct profile *p, uint32_t at, uint32_t end, const char *name)
{
	while (at < end && !is_called(p, at, name))
		at++;
	return at;
}

/*
 * The phases of one process that lie between the marks. True: it has a mark
 * that ends them.
 */
static bool
mark_process(struct span *out, const struct profile *p,
	const struct selection *s, uint32_t process)
{
	const struct process *it = &p->processes[process];
	uint32_t first = it->first_phase, end = first + it->phases;
	uint32_t from = s->from ? find(p, first, end, s->from) : first;
	uint32_t to = end;

	if (s->from && from == end)
		return false;
	/* A mark that comes several times ends what it began. */
	if (s->to)
		to = find(p, s->from ? from + 1 : from, end, s->to);
	if (!s->from && to == end)
		return false;
	out->before[process] = !s->from;
	for (uint32_t i = from; i < to; i++)
		out->phases[i] = true;
	return to < end;
}

/* `to` was not found behind `from`: is it anywhere? */
static int
complain_to(const struct profile *p, const struct selection *s)
{
	bool *there = phases_wanted(p, s->to, 0);

	if (!there)
		return -1;
	free(there);
	return error("no mark '%s' comes after '%s'", s->to,
		s->from ? s->from : "the start");
}

static int
find_marks(struct span *out, const struct profile *p, const struct selection *s)
{
	bool *there, ended = false;

	if (s->from) {
		there = phases_wanted(p, s->from, 0);
		free(there);
		if (!there)
			return -1;
	}
	for (uint32_t i = 0; i < p->process_count; i++)
		ended |= mark_process(out, p, s, i);
	return s->to && !ended ? complain_to(p, s) : 0;
}

/*
 * What was allocated between a stop and the next mark has no phase, as what
 * came before the first one: they are not told apart.
 */
static void
warn_of_later_ones(
	const struct span *span, const struct profile *p, const char *to)
{
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];
		const struct process *it = &p->processes[r->process];
		uint32_t end = it->first_phase + it->phases, at;

		if (r->phase != NONE || !span->before[r->process])
			continue;
		at = find(p, it->first_phase, end, to);
		if (at == end || r->last_ns <= p->phases[at].start_ns)
			continue;
		warning("some of what was allocated outside of all phases came "
			"later than '%s', and is counted",
			to);
		return;
	}
}

static void
count(struct span *span, const struct profile *p)
{
	bool before = false;

	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];
		uint32_t n = 0;

		for (uint32_t k = 0; k < it->phases; k++)
			n += span->phases[it->first_phase + k];
		if (n > span->most)
			span->most = n;
		before |= span->before[i];
	}
	span->at_end = !before && span->most == 1;
}

int
span_find(struct span *out, const struct profile *p, const struct selection *s)
{
	int rc = 0;

	*out = (struct span){ 0 };
	if (!s->phase && !s->from && !s->to)
		return 0;
	out->before = xcalloc(p->process_count + 1, sizeof *out->before);
	if (s->phase) {
		out->phases = phases_wanted(p, s->phase, s->phase_nth);
		rc = out->phases ? 0 : -1;
	} else {
		out->phases = xcalloc(p->phase_count + 1, sizeof *out->phases);
		rc = find_marks(out, p, s);
	}
	if (rc < 0) {
		span_release(out);
		return -1;
	}
	count(out, p);
	/* A phase's name may come several times: each has its own end. */
	out->at_end = (out->at_end || s->phase) && !s->until_now;
	if (s->to && !s->from)
		warn_of_later_ones(out, p, s->to);
	return 0;
}

void
span_release(struct span *s)
{
	free(s->phases);
	free(s->before);
	*s = (struct span){ 0 };
}

bool
span_holds(const struct span *s, const struct row *r)
{
	if (!s->phases)
		return true;
	return r->phase == NONE ? s->before[r->process] : s->phases[r->phase];
}

/* " from mark 'a' to mark 'b'" */
static void
put_marks(char *title, size_t size, const struct selection *s)
{
	const struct {
		const char *word, *mark;
	} ends[] = { { "from", s->from }, { "to", s->to } };

	for (size_t i = 0; i < 2; i++) {
		size_t used = strlen(title);
		char *name;

		if (!ends[i].mark)
			continue;
		name = text_visible(ends[i].mark);
		text_shorten(name, MARK_COLUMNS, false);
		snprintf(title + used, size - used, " %s mark '%s'",
			ends[i].word, name);
		free(name);
	}
}

static void
put_phase(char *title, size_t size, const struct selection *s, const char *word)
{
	char *name = text_visible(s->phase);
	size_t used = strlen(title);

	text_shorten(name, NAME_COLUMNS, false);
	used += (size_t)snprintf(
		title + used, size - used, " %s phase '%s'", word, name);
	if (s->phase_nth > 1)
		snprintf(title + used, size - used, " (%u)", s->phase_nth);
	free(name);
}

void
span_title(const struct span *span, const struct selection *s, enum metric m,
	char *title, size_t size)
{
	bool live = m == INUSE_SPACE || m == INUSE_OBJECTS;
	bool peak = m == PEAK_SPACE || m == PEAK_OBJECTS;
	const char *when = "";
	size_t used;

	if (!span->phases)
		return;
	if (s->phase)
		put_phase(title, size, s, live || peak ? "of" : "in");
	else
		put_marks(title, size, s);
	if (live)
		when = span->at_end ? " at its end" : ", still live";
	else if (peak && !span->at_end)
		when = ", of the whole peak";
	used = strlen(title);
	used += (size_t)snprintf(title + used, size - used, "%s", when);
	if (s->phase && span->most > 1)
		snprintf(title + used, size - used, ", %u times", span->most);
}
