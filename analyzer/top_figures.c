/* SPDX-License-Identifier: Apache-2.0 */
#include "top_figures.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "read.h"
#include "sites.h"
#include "symbolize.h"
#include "text.h"

static const enum metric metrics[TOP_METRICS] = {
	[TOP_LIVE] = INUSE_SPACE,
	[TOP_OBJECTS] = INUSE_OBJECTS,
	[TOP_ALLOCATED] = ALLOC_SPACE,
	[TOP_PEAK] = PEAK_SPACE,
};

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
top_init(struct top *t, const char *path)
{
	*t = (struct top){ .path = path };
	profile_init(&t->p);
}

static void
forget(struct top *t)
{
	for (int m = 0; m < TOP_METRICS; m++)
		if (t->shown[m].profile)
			shown_release(&t->shown[m]);
	memset(t->shown, 0, sizeof t->shown);
	free(t->places);
	free(t->sites);
	t->places = NULL;
	t->sites = NULL;
	t->count = 0;
}

void
top_release(struct top *t)
{
	forget(t);
	for (uint32_t i = 0; i < t->known_count; i++)
		free(t->known[i].name);
	free(t->known);
	profile_release(&t->p);
}

static bool
holds(const struct profile *p, enum metric m)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].has[m])
			return true;
	return false;
}

static int
select_all(struct top *t)
{
	for (int m = 0; m < TOP_METRICS; m++) {
		const struct selection s = { .metric = (int)metrics[m] };

		t->has[m] = m == TOP_GROWTH || holds(&t->p, metrics[m]);
		if (m != TOP_GROWTH && t->has[m] &&
			select_stacks(&t->shown[m], &t->p, &s) < 0)
			return -1;
	}
	return 0;
}

/* The first function of each place, for what has its place this time only. */
static uint32_t *
first_functions(const struct top *t)
{
	uint32_t n = t->p.function_count;
	uint32_t *first = xmalloc(n * sizeof *first + 1);

	memset(first, 0xff, n * sizeof *first);
	for (uint32_t i = n; i > 0; i--)
		first[t->places[i - 1]] = i - 1;
	return first;
}

static void
know(struct top *t)
{
	uint32_t n = t->p.function_count;

	if (n <= t->known_count)
		return;
	t->known = xrealloc(t->known, n * sizeof *t->known);
	for (uint32_t i = t->known_count; i < n; i++)
		t->known[i] = (struct top_known){
			.name = text_visible(strtab_get(
				&t->p.strings, t->p.functions[i].name)),
		};
	t->known_count = n;
}

static void
count_metric(struct top *t, enum top_metric m, struct top_site *by_place)
{
	struct sites sites;

	sites_build(&sites, &t->shown[m], false);
	for (uint32_t i = 0; i < sites.count; i++) {
		const struct site *s = &sites.list[i];
		uint32_t function = t->p.frames[s->frame].function;

		by_place[t->places[function]].v[m] = s->flat;
	}
	sites_release(&sites);
	t->total.v[m] = t->shown[m].total;
}

static bool
is_empty(const struct top_site *s)
{
	for (int m = 0; m < TOP_METRICS; m++)
		if (s->v[m] != 0)
			return false;
	return true;
}

/* Growth, and the sites in which there is anything. */
static void
gather(struct top *t, const struct top_site *by_place, bool opening)
{
	uint32_t *first = first_functions(t), n = t->p.function_count;

	t->sites = xmalloc(n * sizeof *t->sites + 1);
	for (uint32_t place = 0; place < n && first[place] != NONE; place++) {
		struct top_site s = by_place[place];
		struct top_known *known = &t->known[first[place]];

		s.function = first[place];
		if (opening)
			known->first = s.v[TOP_LIVE];
		s.v[TOP_GROWTH] = s.v[TOP_LIVE] - known->first;
		if (!is_empty(&s))
			t->sites[t->count++] = s;
	}
	free(first);
}

static void
note_total(struct top *t, bool opening)
{
	t->now_ms = clock_ms();
	if (opening) {
		t->opened_ms = t->now_ms;
		t->total.function = NONE;
	}
	if (t->trend_count == TOP_TREND)
		memmove(t->trend, t->trend + 1,
			(--t->trend_count) * sizeof *t->trend);
	t->trend[t->trend_count++] = t->total.v[TOP_LIVE];
	t->total.v[TOP_GROWTH] = 0;
	for (uint32_t i = 0; i < t->count; i++)
		t->total.v[TOP_GROWTH] += t->sites[i].v[TOP_GROWTH];
}

int
top_update(struct top *t)
{
	bool opening = t->opened_ms == 0;
	struct top_site *by_place;

	if (access(t->path, R_OK) < 0 && !opening)
		return error("the process has ended");
	profile_restart(&t->p);
	if (read_file(&t->p, t->path) < 0)
		return -1;
	profile_symbolize(&t->p);
	forget(t);
	if (select_all(t) < 0)
		return -1;
	t->places = select_places(&t->p);
	by_place = xcalloc(t->p.function_count, sizeof *by_place);
	know(t);
	for (int m = 0; m < TOP_METRICS; m++)
		if (t->shown[m].profile)
			count_metric(t, (enum top_metric)m, by_place);
	gather(t, by_place, opening);
	free(by_place);
	note_total(t, opening);
	return 0;
}

const char *
top_name(const struct top *t, const struct top_site *s)
{
	return t->known[s->function].name;
}

static const struct shown *
shown_of(const struct top *t, enum top_metric by)
{
	return &t->shown[by == TOP_GROWTH ? TOP_LIVE : by];
}

static uint32_t
place_of(const struct top *t, const struct shown *shown, uint32_t at)
{
	return t->places[t->p.frames[shown->frames[at]].function];
}

uint32_t
top_chains(const struct top *t, const struct top_site *s, enum top_metric by,
	struct top_chain *chains, uint32_t most)
{
	const struct shown *shown = shown_of(t, by);
	uint32_t n = 0, place = t->places[s->function];

	for (uint32_t i = 0; i < shown->stack_count; i++) {
		const struct shown_stack *k = &shown->stacks[i];
		uint32_t at;

		if (k->charge == 0 || k->value == 0 ||
			place_of(t, shown, k->first + k->charge - 1) != place)
			continue;
		/* Into its place among the largest. */
		for (at = n; at > 0 && chains[at - 1].value < k->value; at--)
			if (at < most)
				chains[at] = chains[at - 1];
		if (at < most)
			chains[at] = (struct top_chain){ i, k->value };
		if (n < most)
			n++;
	}
	return n;
}

char *
top_chain_text(
	const struct top *t, enum top_metric by, const struct top_chain *c)
{
	const struct shown *shown = shown_of(t, by);
	const struct shown_stack *s = &shown->stacks[c->stack];
	char *text = xstrdup("");

	for (uint32_t i = s->charge - 1; i > 0; i--) {
		uint32_t frame = shown->frames[s->first + i - 1];
		uint32_t function = t->p.frames[frame].function;
		char *longer = xasprintf("%s%s%s", text, *text ? " < " : "",
			function < t->known_count ? t->known[function].name
						  : "?");

		free(text);
		text = longer;
	}
	if (s->charge <= 1) {
		free(text);
		text = xstrdup("(called by nobody that is known)");
	}
	return text;
}
