/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what was counted to rows: a stack for each trace that allocated. That
 * is done at the end, for the traces that count are few beside those that are
 * part of others.
 */
#include "demangle.h"
#include "err.h"
#include "read_heaptrack.h"

#include <inttypes.h>
#include <stdlib.h>

#define DEPTH_MAX     4096 /* frames of a stack that are kept */
#define INLINED_SLACK ((uint64_t)2 << 20)
#define FRAME_COST    120 /* bytes that one more frame of a stack takes shown */

static uint32_t
frame_of(struct profile *p, const struct heaptrack_ip *ip,
	const struct heaptrack_place *place, bool inlined)
{
	struct function f = { .file = NONE,
		.module = ip->module == NONE
				  ? NONE
				  : profile_module(p,
					    strtab_get(&p->strings, ip->module),
					    NULL),
		.inlined = inlined };
	char *name;

	if (place != NULL && place->function != NONE) {
		name = demangle(strtab_get(&p->strings, place->function));
		f.named = true;
	} else {
		name = xasprintf("[0x%" PRIx64 "]", ip->address + 1);
		if (f.module != NONE && p->modules[f.module].why == NONE)
			p->modules[f.module].why = strtab_add(&p->strings,
				"heaptrack found no name for some of it");
	}
	f.name = strtab_add(&p->strings, name);
	free(name);
	f.file = place ? place->file : NONE;
	return profile_frame(p, (struct frame){ profile_function(p, f),
					place ? place->line : 0 });
}

static uint32_t
location_of(struct heaptrack *h, uint32_t index)
{
	struct heaptrack_ip *ip = &h->ips[index];
	struct profile *p = h->p;
	uint32_t *frames, depth = ip->depth > 0 ? ip->depth : 1, module;

	if (ip->location != 0)
		return ip->location - 1;
	frames = xmalloc(depth * sizeof *frames);
	for (uint32_t i = 0; i < depth; i++)
		frames[i] = frame_of(p, ip,
			ip->depth > 0 ? &h->places[ip->first + i] : NULL,
			i + 1 < depth);
	module = p->functions[p->frames[frames[0]].function].module;
	ip->location = profile_location_named(p, module, 0, frames, depth) + 1;
	free(frames);
	return ip->location - 1;
}

static uint32_t
no_stack(struct profile *p)
{
	uint32_t module = profile_module(p, "[no stack]", NULL), l;

	l = profile_location(p, module, 0);
	return profile_stack(p, &l, 1, false);
}

/* *inlined: functions that one address brings beside the first are added. */
static uint32_t
stack_of(struct heaptrack *h, uint32_t trace, uint64_t *inlined)
{
	uint32_t locations[DEPTH_MAX], depth = 0, number = trace + 1;
	uint64_t more = 0;

	if (trace == NONE)
		return no_stack(h->p);
	for (; number != 0 && depth + more < DEPTH_MAX; depth++) {
		const struct heaptrack_trace *t = &h->traces[number - 1];

		locations[depth] = h->raw ? t->ip : location_of(h, t->ip);
		if (!h->raw && h->ips[t->ip].depth > 1)
			more += h->ips[t->ip].depth - 1;
		number = t->parent;
	}
	*inlined += more;
	return profile_stack(h->p, locations, depth, number != 0);
}

static void
set_pair(struct row *r, enum metric space, uint64_t bytes, uint64_t objects)
{
	r->v[space].sum += (double)bytes;
	r->v[space + 1].sum += (double)objects;
}

static void
add_row(struct heaptrack *h, uint32_t stack, const struct heaptrack_cost *c)
{
	struct row *r = profile_row(h->p, stack, h->index, NONE, NONE, NONE);

	set_pair(r, INUSE_SPACE, c->live, c->live_objects);
	set_pair(r, ALLOC_SPACE, c->alloc, c->alloc_objects);
	set_pair(r, PEAK_SPACE, c->peak, c->peak_objects);
	set_pair(r, TEMP_SPACE, c->temp, c->temp_objects);
	r->samples += c->alloc_objects;
	r->samples_live += c->live_objects;
	h->process.samples += c->alloc_objects;
}

static void
add_history(struct heaptrack *h)
{
	h->stamps = 0; /* the last moment is always of the trend */
	heaptrack_moment(h);
	h->process.first_moment = h->p->moment_count;
	for (size_t i = 0; i < h->moment_count; i++)
		profile_moment(h->p, h->moments[i]);
	h->process.moments = (uint32_t)h->moment_count;
}

void
heaptrack_rows(struct heaptrack *h)
{
	struct read_budget budget;
	uint64_t tables = heaptrack_tables_size(h), inlined = 0;

	read_budget_init(&budget, h->p);
	for (size_t i = 0; i < h->costs.count; i++) {
		struct heaptrack_cost *c = &h->costs.list[i];
		/* The budget knows neither our tables nor, of an address, what
		   is inlined there. */
		uint64_t owed =
			(tables + inlined * FRAME_COST) / HEAPTRACK_TIMES;

		if (c->alloc_objects == 0)
			continue;
		heaptrack_costs_settle(&h->costs, c);
		add_row(h,
			owed < h->s->taken + INLINED_SLACK &&
					read_budget_allows(&budget,
						owed < h->s->taken
							? h->s->taken - owed
							: 0)
				? stack_of(h, c->trace, &inlined)
				: read_budget_other(&budget),
			c);
	}
	read_budget_end(&budget, h->s->name);
	for (int m = 0; m < FOREIGN; m++)
		h->process.has[m] = true;
	add_history(h);
	h->p->processes[h->index] = h->process;
}
