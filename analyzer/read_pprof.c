/* SPDX-License-Identifier: Apache-2.0 */
#include "read_pprof.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "pprof_guess.h"
#include "pprof_labels.h"
#include "pprof_places.h"
#include "pprof_types.h"
#include "read_budget.h"

#define SAMPLE	2 /* number of the field */
#define FRAME	32 /* bytes of a frame, where stacks are shown */
#define INLINED 64 /* and of one that its location brings along */
#define NAME	300 /* bytes of "[module+0x1234]", a function of its own */

/* One file on its way into the profile. */
struct reading {
	struct pprof_file file;
	struct pprof_types types;
	struct pprof_labels labels;
	struct pprof_places places;
	struct read_budget budget;
	bool negative; /* some value is */
};

/* Before the locations of a sample are asked for: they take its memory. */
struct sample {
	const unsigned char *at;
	uint64_t ids[PPROF_DEPTH_MAX + 1];
	int64_t values[PPROF_TYPES_MAX];
	size_t count;
	struct pprof_whose whose;
};

static bool
recognises(const struct input *in)
{
	return pprof_guess((struct wire){ in->bytes, in->bytes + in->length });
}

/* 1; 0: all its values are 0; -1 after error(). */
static int
unpack(struct reading *r, struct wire bytes, struct sample *s)
{
	const struct pprof_file *f = &r->file;
	const Perftools__Profiles__Sample *m = pprof_unpack(&r->file.memory,
		&perftools__profiles__sample__descriptor, bytes);
	bool any = false;

	s->at = bytes.at;
	if (m == NULL && (size_t)(bytes.end - bytes.at) > PPROF_MESSAGE_MAX)
		return pprof_bad(f, bytes.at, "a sample of %zu bytes",
			(size_t)(bytes.end - bytes.at));
	if (m == NULL)
		return pprof_bad(f, bytes.at, "a damaged sample");
	if (m->n_value != r->types.count)
		return pprof_bad(f, bytes.at,
			"a sample of %zu values, where there are %u types",
			m->n_value, r->types.count);
	for (size_t i = 0; i < m->n_value; i++) {
		s->values[i] = m->value[i];
		any |= m->value[i] != 0;
		r->negative |= m->value[i] < 0;
	}
	s->count = m->n_location_id <= PPROF_DEPTH_MAX ? m->n_location_id
						       : PPROF_DEPTH_MAX + 1;
	if (s->count > 0)
		memcpy(s->ids, m->location_id, s->count * sizeof *s->ids);
	if (pprof_labels_read(&r->labels, m, bytes.at, &s->whose) < 0)
		return -1;
	return any;
}

static bool
has_row(const struct reading *r, const struct pprof_whose *w)
{
	const struct pprof_places *places = &r->places;

	return profile_has_row(r->file.p, places->locations, places->depth,
		places->truncated,
		(struct row){ .process = w->process,
			.thread = w->thread,
			.label = w->label,
			.phase = NONE });
}

/* The stack that counts; -1 after error(). */
static int
find_stack(struct reading *r, struct sample *s, uint32_t *stack)
{
	struct pprof_places *places = &r->places;
	struct profile *p = r->file.p;
	uint32_t stacks = p->stack_count;
	uint64_t unnamed = places->unnamed;
	bool room = read_budget_allows(&r->budget, r->file.in->length);
	int status = pprof_places_stack(places, s->ids, s->count, s->at, room);

	if (status < 0)
		return -1;
	if (!room && (status > 0 || !has_row(r, &s->whose))) {
		*stack = read_budget_other(&r->budget);
		s->whose.thread = s->whose.label = NONE;
		return 0;
	}
	*stack = profile_stack(
		p, places->locations, places->depth, places->truncated);
	read_budget_spend(&r->budget, (places->unnamed - unnamed) * NAME);
	if (p->stack_count > stacks && places->frames > 2 * places->depth)
		read_budget_spend(&r->budget,
			(places->frames - 2 * places->depth) * INLINED);
	return 0;
}

static int
read_sample(struct reading *r, struct wire bytes, struct sample *s)
{
	struct row *row;
	uint32_t stack;
	uint64_t samples;
	int status = unpack(r, bytes, s);

	if (status <= 0)
		return status;
	if (find_stack(r, s, &stack) < 0)
		return -1;
	row = profile_row(r->file.p, stack, s->whose.process, s->whose.thread,
		s->whose.label, NONE);
	samples = row->samples;
	pprof_types_add(&r->types, row, s->values, s->whose.size);
	r->file.p->processes[s->whose.process].samples +=
		row->samples - samples;
	return 0;
}

/* What a difference has less of than its base is nothing that is held. */
static void
leave_out_negative(struct reading *r, uint32_t first_process)
{
	struct profile *p = r->file.p;
	uint64_t shrunk = 0;

	for (uint32_t i = 0; i < p->row_count; i++) {
		struct row *row = &p->rows[i];
		bool negative = false;

		if (row->process < first_process)
			continue;
		for (int m = 0; m < METRICS; m++) {
			if (!(row->v[m].sum < 0))
				continue;
			row->v[m] = (struct value){ 0 };
			negative = true;
		}
		shrunk += negative;
	}
	if (shrunk > 0)
		warning("'%s' is a difference: of %" PRIu64 " stacks that have "
			"less than before nothing is shown",
			r->file.in->name, shrunk);
}

static int
read_samples(struct reading *r)
{
	const struct input *in = r->file.in;
	struct wire w = { in->bytes, in->bytes + in->length };
	struct wire_field field;
	struct sample sample;

	while (wire_next(&w, &field) == WIRE_FIELD)
		if (field.number == SAMPLE &&
			read_sample(r, field.bytes, &sample) < 0)
			return -1;
	return 0;
}

/* The first mapping is the program by convention. */
static uint32_t
program_of(struct pprof_file *f)
{
	const Perftools__Profiles__Mapping *m;

	if (f->mappings.count == 0)
		return NONE;
	m = pprof_unpack(&f->memory, &perftools__profiles__mapping__descriptor,
		pprof_message(f, f->mappings.at[0]));
	return m == NULL ? NONE : pprof_string(f, (uint64_t)m->filename);
}

/* A snapshot has no duration; one that has tells when it began. */
static struct process
process_of(struct reading *r)
{
	struct pprof_file *f = &r->file;
	struct process process = read_foreign_process(f->p, f->in->name);
	int64_t start = (int64_t)f->time_ns, duration = (int64_t)f->duration_ns;

	process.exe = program_of(f);
	process.start_ms = process.end_ms = start > 0 ? start / 1000000 : 0;
	if (start > 0 && duration > 0)
		process.end_ms += duration / 1000000;
	process.interval_min = process.interval_max = r->types.interval;
	memcpy(process.has, r->types.has, sizeof process.has);
	return process;
}

static int
read_all(struct reading *r, struct profile *p)
{
	uint32_t first = p->process_count;
	struct process process;

	if (pprof_types_init(&r->types, &r->file) < 0)
		return -1;
	process = process_of(r);
	pprof_labels_init(&r->labels, &r->file, &process);
	read_budget_init(&r->budget, p);
	read_budget_frames(&r->budget, FRAME);
	if (pprof_places_init(&r->places, &r->file) < 0 || read_samples(r) < 0)
		return -1;
	if (p->process_count == first)
		profile_process(p, process); /* there was no sample */
	read_budget_end(&r->budget, r->file.in->name);
	if (r->negative)
		leave_out_negative(r, first);
	return 0;
}

int
pprof_read(struct profile *p, const struct input *in)
{
	struct reading *r = xcalloc(1, sizeof *r);
	int status = pprof_file_init(&r->file, p, in);

	if (status == 0)
		status = read_all(r, p);
	pprof_places_release(&r->places);
	pprof_labels_release(&r->labels);
	pprof_file_release(&r->file);
	free(r);
	return status;
}

static int
read_unpacked(struct profile *p, struct source *s)
{
	struct input in = { .name = s->name };

	if (source_want(s, SIZE_MAX) < 0)
		return -1;
	in.bytes = s->at;
	in.length = (size_t)(s->end - s->at);
	if (s->cut)
		return error("cannot read '%s': cut off or damaged after %zu "
			     "bytes, unpacked",
			s->name, in.length);
	return pprof_read(p, &in);
}

const struct reader reader_pprof = {
	.format = "pprof profile",
	.recognises = recognises,
	.stream = read_unpacked,
};
