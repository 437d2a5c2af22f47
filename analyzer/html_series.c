/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The series behind the page: every dump's figures, the flame graphs of some of
 * them, and what grows. Whatever a single dump lacks here was said when the
 * profile was loaded, or is no fault: messages are dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "html_choose.h"
#include "html_page.h"
#include "runs_files.h"
#include "symbolize.h"

#define GRAPHS_MOST 24
#define GRAPHS_SIZE                                                            \
	((size_t)2500000) /* bytes that they may add to the page               \
			   */
#define GROWTH_DUMPS 4 /* of one process, or nothing is said of growth */

/* Was its file named, and no other? */
static bool
is_lone(const struct html *h, const struct process *it)
{
	return h->o->file_count == 1 && it->source != NONE &&
	       strcmp(strtab_get(&h->p->strings, it->source), h->o->files[0]) ==
		       0;
}

/*
 * Does any of it tell what lived when, and can the files be read once more?
 * That takes as much memory again, so it is not done for nothing.
 */
static bool
can_be_series(const struct html *h)
{
	bool any = false;

	for (int i = 0; i < h->o->file_count; i++)
		if (strcmp(h->o->files[i], "-") == 0)
			return false;
	for (uint32_t i = 0; i < h->p->process_count; i++) {
		const struct process *it = &h->p->processes[i];

		any |= it->has[INUSE_SPACE] &&
		       (it->start_ms > 0 || it->end_ms > 0) &&
		       (it->moments > 0 || !is_lone(h, it));
	}
	return any;
}

static uint32_t
dumps_most(const struct trace *t)
{
	uint32_t most = 0, n = 0;

	for (size_t i = 0; i < t->point_count; i++) {
		if (i > 0 && t->points[i].process != t->points[i - 1].process)
			n = 0;
		n += t->points[i].is_dump;
		most = n > most ? n : most;
	}
	return most;
}

void
html_series_find(struct html *h)
{
	const struct html_options *o = h->o;
	const struct growth_options growth = { .selection = &h->selection };
	bool muted;

	if (!can_be_series(h))
		return;
	muted = messages_mute(true);
	trace_init(&h->trace, &h->selection);
	h->timed = true;
	if (runs_each(o->files, o->file_count, o->all, trace_gather,
		    &h->trace) < 0 ||
		!h->trace.any_live) {
		trace_release(&h->trace);
		h->timed = false;
	}
	if (h->timed)
		html_timelines_choose(h);
	if (h->timed && dumps_most(&h->trace) >= GROWTH_DUMPS) {
		h->grows = growth_find(&h->growth, o->files, o->file_count,
				   o->all, &growth) == 0;
		if (!h->grows)
			growth_release(&h->growth);
	}
	messages_mute(muted);
}

/* Graphs being made, dump by dump. */
struct making {
	struct html *h;
	bool *wanted; /* by point of the trace */
	size_t used; /* bytes of the page */
};

static uint32_t
point_of(const struct trace *t, const struct runs_dump *d)
{
	for (uint32_t i = 0; i < t->point_count; i++)
		if (t->points[i].is_dump &&
			t->points[i].seq == d->file->head.seq &&
			t->processes[t->points[i].process].number == d->process)
			return i;
	return NONE;
}

/* Of the dump what lives, and nothing else: it is of one moment. */
static void
only_live(struct profile *p)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		for (int m = 0; m < METRICS; m++)
			p->processes[i].has[m] &=
				m == INUSE_SPACE || m == INUSE_OBJECTS;
}

static void
make_graph(struct making *m, struct profile *p, uint32_t point)
{
	struct html *h = m->h;
	struct selection s = h->selection;
	struct html_picture picture;
	const struct svg_options looks = { .title = "What lived then" };

	s.metric = INUSE_SPACE;
	s.metric_name = NULL;
	s.phase = s.from = s.to = NULL;
	only_live(p);
	if (html_picture_flame(&picture, false, p, &s, &looks) < 0)
		return;
	h->graph_of[point] = (uint32_t)h->graphs.count;
	m->used += html_lines_add(&h->graphs, picture.document);
	html_picture_release(&picture);
}

/* The trace has found the stacks and names of all dumps: they are looked up
 * once. */
static int
visit(void *context, const struct runs_dump *d)
{
	struct making *m = context;
	struct profile *all = &m->h->trace.all, one;
	uint32_t point = point_of(&m->h->trace, d);

	if (point == NONE || !m->wanted[point] || m->used > GRAPHS_SIZE)
		return 0;
	profile_init(&one);
	if (runs_dump_read(d, &one) == 0)
		profile_add(all, &one);
	profile_release(&one);
	if (all->process_count > 0) {
		profile_symbolize(all);
		make_graph(m, all, point);
	}
	profile_clear(all);
	return 0;
}

/* As many as there is likely to be room for. */
static uint32_t
room_for(const struct html *h)
{
	size_t each = strlen(h->picture.document) / 3 + 1;
	size_t n = GRAPHS_SIZE / each;

	return n < 4 ? 4 : n > GRAPHS_MOST ? GRAPHS_MOST : (uint32_t)n;
}

/* Among the dumps of one process. */
static void
want(struct making *m, uint32_t first, uint32_t count, uint32_t most)
{
	const struct trace_point *points = m->h->trace.points + first;
	struct html_moment *list = xcalloc((size_t)count + 1, sizeof *list);
	uint32_t *at = xcalloc((size_t)count + 1, sizeof *at);
	uint32_t *chosen = xcalloc((size_t)count + most + 1, sizeof *chosen);
	uint32_t n = 0, taken;

	for (uint32_t i = 0; i < count; i++) {
		if (!points[i].is_dump || points[i].live == UINT64_MAX)
			continue;
		list[n] = (struct html_moment){ points[i].ns, points[i].live };
		at[n++] = first + i;
	}
	taken = n > 1 ? html_choose(list, n, most, chosen) : 0;
	for (uint32_t i = 0; i < taken; i++)
		m->wanted[at[chosen[i]]] = true;
	free(list);
	free(at);
	free(chosen);
}

static void
choose(struct making *m)
{
	const struct trace *t = &m->h->trace;
	uint32_t n = t->process_count < HTML_PROCESSES
			     ? (uint32_t)t->process_count
			     : HTML_PROCESSES;
	uint32_t most = n > 0 ? room_for(m->h) / n : 0;

	for (uint32_t i = 0, j; i < t->point_count; i = j) {
		for (j = i; j < t->point_count &&
			    t->points[j].process == t->points[i].process;)
			j++;
		if (m->h->timelines[t->points[i].process])
			want(m, i, j - i, most < 3 ? 3 : most);
	}
}

int
html_moments_find(struct html *h)
{
	const struct html_options *o = h->o;
	struct making m = { .h = h };
	size_t n = h->trace.point_count;
	bool muted;
	int rc;

	html_lines_add(&h->graphs, h->picture.document);
	if (!h->timed) {
		html_picture_forget_document(&h->picture);
		return 0;
	}
	m.wanted = xcalloc(n + 1, sizeof *m.wanted);
	h->graph_of = xcalloc(n + 1, sizeof *h->graph_of);
	for (size_t i = 0; i < n; i++)
		h->graph_of[i] = NONE;
	choose(&m);
	html_picture_forget_document(&h->picture);
	muted = messages_mute(true);
	rc = runs_each(o->files, o->file_count, o->all, visit, &m);
	messages_mute(muted);
	free(m.wanted);
	return rc;
}
