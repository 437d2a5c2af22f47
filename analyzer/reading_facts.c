/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same selection as report's, once for each metric, and its table of
 * functions: so that the figures of a sentence are those of the table.
 */
#include "reading_facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_metric.h"
#include "sites.h"

#define SECOND	   1000000000u
#define LIFE_LEAST 10 /* seconds: the first one is then no large part */

struct finding {
	struct reading_found *out;
	struct profile *p;
	const struct selection *s;
};

static bool
all_have(const struct profile *p, enum metric m)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (!p->processes[i].has[m])
			return false;
	return p->process_count > 0;
}

/* As report has it when nobody asks for a metric. */
static bool
is_past(const struct profile *p)
{
	const struct selection usual = { .metric = -1 };

	return metric_choose(p, &usual) == PEAK_SPACE;
}

/* 0, or -1 after error(). */
static int
select_metric(struct shown *out, const struct finding *f, enum metric m)
{
	const struct selection selection = {
		.metric = m,
		.show_wrappers = f->s->show_wrappers,
		.wrappers = f->s->wrappers,
		.keep_rows = m == ALLOC_SPACE,
	};

	return select_stacks(out, f->p, &selection);
}

static enum metric
held_metric(const struct finding *f)
{
	return f->out->facts.ended ? PEAK_SPACE : INUSE_SPACE;
}

static struct value
total_of(const struct shown *s)
{
	return (struct value){ (double)s->total, s->var };
}

/* NULL of what stands for no function. Caller frees. */
static char *
name_of(const struct shown *s, uint32_t frame)
{
	const struct profile *p = s->profile;
	const struct function *f = &p->functions[p->frames[frame].function];

	return f->named || f->module != NONE ? xstrdup(shown_name(s, frame))
					     : NULL;
}

static uint32_t
charged_place(const struct shown *s, const uint32_t *places,
	const struct shown_stack *k)
{
	uint32_t frame = s->frames[k->first + k->charge - 1];

	return places[s->profile->frames[frame].function];
}

/* The largest of one function's stacks. */
static struct value
largest_stack(const struct shown *s, uint32_t frame)
{
	uint32_t *places = select_places(s->profile);
	uint32_t place = places[s->profile->frames[frame].function];
	struct value v = { 0 };

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *k = &s->stacks[i];

		if (k->depth > 0 && (double)k->value > v.sum &&
			charged_place(s, places, k) == place)
			v = (struct value){ (double)k->value, k->var };
	}
	free(places);
	return v;
}

static void
take_holder(struct finding *f, const struct shown *s)
{
	struct reading_facts *facts = &f->out->facts;
	struct sites sites;

	facts->held = total_of(s);
	sites_build(&sites, s, false);
	if (sites.count > 0 && sites.list[0].flat > 0) {
		const struct site *site = &sites.list[0];

		f->out->holder = name_of(s, site->frame);
		facts->holder.name = f->out->holder;
		facts->holder.v =
			(struct value){ (double)site->flat, site->flat_var };
		facts->holder_objects = (double)site->flat_objects;
		facts->holder_stack = largest_stack(s, site->frame);
	}
	sites_release(&sites);
}

static int
find_holder(struct finding *f)
{
	struct shown s;

	if (!all_have(f->p, held_metric(f)))
		return 0;
	if (select_metric(&s, f, held_metric(f)) < 0)
		return -1;
	if (s.var_known)
		take_holder(f, &s);
	shown_release(&s);
	return 0;
}

/* What of it, of that name and place, is in use, or was at the peak. */
static int
find_kept(struct finding *f, uint32_t function)
{
	uint32_t *places;
	struct value *kept = &f->out->facts.churner_held;
	struct shown s;

	if (select_metric(&s, f, held_metric(f)) < 0)
		return -1;
	places = select_places(f->p);
	for (uint32_t i = 0; i < s.stack_count; i++) {
		const struct shown_stack *k = &s.stacks[i];

		if (k->depth == 0 ||
			charged_place(&s, places, k) != places[function])
			continue;
		kept->sum += (double)k->value;
		kept->var += k->var;
	}
	free(places);
	shown_release(&s);
	return 0;
}

/* Samples of a function, and how many of them are a realloc of a block. */
struct reallocs {
	uint64_t reallocs, samples;
	struct value bytes;
	uint32_t frame;
};

static void
take_reallocs(struct finding *f, const struct shown *s)
{
	uint32_t *places = select_places(f->p);
	struct reallocs *list =
		xcalloc((size_t)f->p->function_count + 1, sizeof *list);
	struct reallocs most = { 0 };

	for (uint32_t i = 0; i < f->p->row_count; i++) {
		const struct row *r = &f->p->rows[i];
		const struct shown_stack *k;
		struct reallocs *to;

		if (s->stack_of[i] == NONE)
			continue;
		k = &s->stacks[s->stack_of[i]];
		if (k->depth == 0)
			continue;
		to = &list[charged_place(s, places, k)];
		to->reallocs += r->reallocs;
		to->samples += r->samples;
		to->bytes.sum += r->v[ALLOC_SPACE].sum;
		to->bytes.var += r->v[ALLOC_SPACE].var;
		to->frame = s->frames[k->first + k->charge - 1];
		if (to->reallocs > most.reallocs)
			most = *to;
	}
	if (most.reallocs > 0) {
		/* All rows were added since it became the one with most. */
		most = list[places[f->p->frames[most.frame].function]];
		f->out->reallocer = name_of(s, most.frame);
		f->out->facts.reallocer = f->out->reallocer;
		f->out->facts.reallocs = most.reallocs;
		f->out->facts.realloc_samples = most.samples;
		f->out->facts.reallocer_bytes = most.bytes;
	}
	free(places);
	free(list);
}

static int
take_churner(struct finding *f, const struct shown *s)
{
	struct reading_facts *facts = &f->out->facts;
	uint32_t function = NONE;
	struct sites sites;

	facts->allocated = total_of(s);
	sites_build(&sites, s, false);
	if (sites.count > 0 && sites.list[0].flat > 0) {
		const struct site *site = &sites.list[0];

		function = f->p->frames[site->frame].function;
		f->out->churner = name_of(s, site->frame);
		facts->churner.name = f->out->churner;
		facts->churner.v =
			(struct value){ (double)site->flat, site->flat_var };
	}
	sites_release(&sites);
	return function == NONE ? 0 : find_kept(f, function);
}

static int
find_churner(struct finding *f)
{
	struct shown s;
	int status;

	if (!all_have(f->p, ALLOC_SPACE) || !all_have(f->p, held_metric(f)))
		return 0;
	status = select_metric(&s, f, ALLOC_SPACE);
	if (status == 0) {
		if (s.var_known) {
			take_reallocs(f, &s);
			status = take_churner(f, &s);
		}
		shown_release(&s);
	}
	return status;
}

/* Only where each process lists all that lives, and lived for a while. */
static void
find_start_up(struct finding *f)
{
	const struct profile *p = f->p;
	struct value sum = { 0 };

	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		if (!it->lists_all ||
			it->lived_ns < (uint64_t)LIFE_LEAST * SECOND)
			return;
		for (uint32_t k = 0; k < it->samples_live; k++) {
			const struct live_sample *s =
				&p->live[it->first_sample + k];
			double n = (double)s->interval, size = (double)s->size;
			double chance = n > 1 ? -expm1(-(size + 1) / n) : 1;

			if (s->inherited || s->interval == 0 ||
				s->birth_ns >= SECOND)
				continue;
			sum.sum += size / chance;
			sum.var += size * size * (1 - chance) / chance / chance;
		}
	}
	f->out->facts.start_up = sum;
}

static void
find_memory(struct finding *f)
{
	memory_find(&f->out->memory, f->p);
	if (f->out->memory.processes > 0)
		f->out->facts.memory = &f->out->memory;
}

static void
find_grower(struct finding *f, const struct growth *growth)
{
	struct reading_facts *facts = &f->out->facts;
	const struct growth_stack *s = growth ? growth->stacks : NULL;

	if (!growth || growth->stack_count == 0 ||
		s->trend.class != TREND_LINEAR)
		return;
	f->out->grower = xstrdup(growth_function(growth, s));
	facts->grower = f->out->grower;
	facts->slope = s->trend.slope;
	facts->slope_low = s->trend.slope95.low;
	facts->slope_high = s->trend.slope95.high;
}

int
reading_facts_find(struct reading_found *out, struct profile *p,
	const struct selection *s, const struct growth *growth)
{
	struct finding f = { .out = out, .p = p, .s = s };

	*out = (struct reading_found){ .facts.ended = is_past(p) };
	out->facts.processes = (uint32_t)profile_processes(p);
	find_grower(&f, growth);
	if (find_holder(&f) < 0 || find_churner(&f) < 0)
		return -1;
	find_start_up(&f);
	find_memory(&f);
	return 0;
}

void
reading_found_release(struct reading_found *f)
{
	free(f->holder);
	free(f->grower);
	free(f->churner);
	free(f->reallocer);
	*f = (struct reading_found){ 0 };
}
