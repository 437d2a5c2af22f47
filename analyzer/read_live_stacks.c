/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the stacks of a live state to rows. A figure and what bounds it are read
 * at two moments, and events may be under way in both: figures are held to
 * their bounds, so that a state never shows more live than was allocated.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "read_live.h"

/* Frames that are kept; a heapflame that writes more is none. */
#define DEPTH_MAX 4096

/* Places in the cache of addresses: 1.5 MiB, and most programs fit. */
#define SEEN (1u << 16)

struct live_seen {
	uint64_t address, epoch;
	uint32_t location; /* plus 1; 0: free */
};

static uint32_t
find_location(struct live *l, uint64_t address, uint64_t epoch)
{
	uint64_t hash = (address + epoch * 31) * 0x9e3779b97f4a7c15u;
	struct live_seen *c = &l->seen[hash >> 48 & (SEEN - 1)];
	const struct segment *segment;
	uint32_t module = NONE;
	uint64_t offset = address;

	if (c->location != 0 && c->address == address && c->epoch == epoch)
		return c->location - 1;
	/* It is a return address: the call ends one byte before. */
	segment =
		address > 0 ? addrmap_find(&l->map, address - 1, epoch) : NULL;
	if (segment != NULL) {
		module = segment->module;
		offset = address - segment->start + segment->offset;
	}
	*c = (struct live_seen){ address, epoch,
		profile_location(l->p, module, offset) + 1 };
	return c->location - 1;
}

/* A stack without an address says in words why it has none. */
static uint32_t
no_address(struct live *l, uint16_t flags)
{
	const char *why = flags & HFS_TABLE_FULL      ? "[stack table full]"
			  : flags & HFS_UNWINDER_BUSY ? "[unwinder busy]"
						      : "[no stack]";

	return profile_location(l->p, profile_module(l->p, why, NULL), 0);
}

static uint32_t
add_stack(struct live *l, const struct hfs_stack *s, uint64_t at)
{
	const unsigned char *pcs = l->in->bytes + at + sizeof *s;
	uint32_t locations[DEPTH_MAX], depth = s->depth;
	uint64_t address;

	for (uint32_t i = 0; i < depth; i++) {
		memcpy(&address, pcs + i * sizeof address, sizeof address);
		locations[i] = find_location(l, address, s->epoch);
	}
	if (depth == 0)
		locations[depth++] = no_address(l, s->flags);
	return profile_stack(
		l->p, locations, depth, (s->flags & HFS_TRUNCATED) != 0);
}

/* Bytes and objects of one kind, with the samples behind them. */
struct sums {
	struct value space, objects;
	uint64_t samples;
};

static struct sums
take_sums(const struct hfs_sum *from)
{
	struct sums s = { .samples = from->samples };

	if ((int64_t)s.samples <= 0)
		return (struct sums){ .samples = 0 };
	s.space.sum = live_bytes(from->bytes);
	s.space.var = live_double(from->var_bytes);
	s.objects.sum = live_objects(from->objects);
	s.objects.var = live_double(from->var_objects);
	return s;
}

static void
hold(double *figure, double most)
{
	if (!(*figure < most))
		*figure = most;
	if (!(*figure > 0))
		*figure = 0;
}

static void
hold_value(struct value *v, const struct value *most)
{
	hold(&v->sum, most->sum);
	hold(&v->var, most->var);
}

static void
hold_sums(struct sums *s, const struct sums *most)
{
	hold_value(&s->space, &most->space);
	hold_value(&s->objects, &most->objects);
	if (s->samples > most->samples)
		s->samples = most->samples;
}

/*
 * What a value was at the latest maximum. A maximum above the one that we know
 * came since that was read; the value at it is as good.
 */
static uint64_t
since(const struct hfs_at_peak *p, uint64_t max)
{
	return p->max_and_since[0] >= max ? p->max_and_since[1] : 0;
}

static double
signed_double(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof d);
	return isfinite(d) ? d : 0;
}

static void
take_peak(const struct hfs_stack *s, const struct hfs_peak *p, uint64_t max,
	struct value *space, struct value *objects)
{
	space->sum =
		live_bytes((uint64_t)s->peak_bytes - since(&p->bytes, max));
	objects->sum = live_objects(
		(uint64_t)s->peak_objects - since(&p->objects, max));
	if (objects->sum <= 0)
		space->sum = 0;
	space->var =
		signed_double(s->peak_var) - signed_double(since(&p->var, max));
	if (!(space->var > 0))
		space->var = 0;
}

/* Of what was allocated in a phase: at its peak, and live at its end. */
static void
take_phase(struct row *r, const struct live *l, const struct hfs_stack *s,
	const struct sums *alloc)
{
	struct sums end = take_sums(&s->live);
	const struct hfs_sum *after = &s->after;

	take_peak(s, &s->at_phase, l->phase_max[s->phase], &r->phase_peak_space,
		&r->phase_peak_objects);
	if (l->p->phases[l->phases[s->phase]].end_ns != PHASE_OPEN) {
		end.samples = s->live.samples - after->samples;
		if ((int64_t)end.samples < 0)
			end.samples = 0;
		end.space.sum = live_bytes(s->live.bytes - after->bytes);
		end.objects.sum =
			live_objects(s->live.objects - after->objects);
		end.space.var = signed_double(s->live.var_bytes) -
				signed_double(after->var_bytes);
		end.objects.var = signed_double(s->live.var_objects) -
				  signed_double(after->var_objects);
	}
	hold_sums(&end, alloc);
	r->phase_end_space = end.space;
	r->phase_end_objects = end.objects;
	r->samples_phase_end = end.samples;
}

static void
take_short_lived(
	struct row *r, const struct hfs_stack *s, const struct sums *alloc)
{
	struct value *space = &r->v[TEMP_SPACE], *objects = &r->v[TEMP_OBJECTS];

	*space = (struct value){ live_bytes(s->temp_bytes),
		live_double(s->temp_var_bytes) };
	*objects = (struct value){ live_objects(s->temp_objects),
		live_double(s->temp_var_objects) };
	hold_value(space, &alloc->space);
	hold_value(objects, &alloc->objects);
	r->freed_objects = live_objects(s->freed_objects);
	hold(&r->freed_objects, alloc->objects.sum);
	r->lifetime_ns = live_double(s->lifetime_ns);
}

static void
take_inherited(struct row *r, const struct hfs_stack *s, bool exact)
{
	double n = (double)s->inherited_samples;

	if ((int64_t)s->inherited_samples <= 0)
		return;
	r->inherited_space.sum = live_bytes(s->inherited_bytes);
	r->inherited_objects.sum = live_objects(s->inherited_objects);
	if (exact)
		return;
	r->inherited_space.var =
		r->inherited_space.sum * r->inherited_space.sum / n;
	r->inherited_objects.var =
		r->inherited_objects.sum * r->inherited_objects.sum / n;
}

static void
take_figures(struct row *r, const struct live *l, const struct hfs_stack *s)
{
	struct sums alloc = take_sums(&s->alloc), live = take_sums(&s->live);
	bool exact = l->process.interval_max <= 1;

	hold_sums(&live, &alloc);
	r->samples = alloc.samples;
	r->samples_live = live.samples;
	r->v[ALLOC_SPACE] = alloc.space;
	r->v[ALLOC_OBJECTS] = alloc.objects;
	r->v[INUSE_SPACE] = live.space;
	r->v[INUSE_OBJECTS] = live.objects;
	take_peak(s, &s->at_peak, l->header.chooser.now_and_max[1],
		&r->v[PEAK_SPACE], &r->v[PEAK_OBJECTS]);
	if (s->phase <= HFS_PHASES && l->phases[s->phase] != NONE)
		take_phase(r, l, s, &alloc);
	/* Sampled, the peak is of other samples than the rest. */
	if (exact) {
		hold_value(&r->v[PEAK_SPACE], &alloc.space);
		hold_value(&r->v[PEAK_OBJECTS], &alloc.objects);
		hold_value(&r->phase_peak_space, &alloc.space);
		hold_value(&r->phase_peak_objects, &alloc.objects);
	}
	row_guess_objects_at_peak(r);
	take_short_lived(r, s, &alloc);
	take_inherited(r, s, exact);
	r->reallocs = s->reallocs < r->samples ? s->reallocs : r->samples;
	r->size_max = s->size_max;
	r->size_min = s->size_min < r->size_max ? s->size_min : r->size_max;
	r->last_ns = s->last_ns;
	r->first_ns = s->first_ns < r->last_ns ? s->first_ns : r->last_ns;
}

static uint64_t
read_stack(struct live *l, uint64_t at)
{
	struct row figures = { 0 }, *row;
	struct hfs_stack s;
	uint64_t bytes;
	uint32_t phase;

	if (!live_is_there(l, at, sizeof s))
		return 0;
	memcpy(&s, l->in->bytes + at, sizeof s);
	bytes = sizeof s + s.depth * sizeof(uint64_t);
	if (s.depth > DEPTH_MAX || !live_is_there(l, at, bytes))
		return 0;
	take_figures(&figures, l, &s);
	/* One that was published but never counted in, or not yet. */
	if (figures.samples == 0 && figures.inherited_objects.sum <= 0)
		return bytes;
	phase = s.phase <= HFS_PHASES ? l->phases[s.phase] : NONE;
	row = profile_row(l->p, add_stack(l, &s, at), l->index,
		l->names[HFS_NAME_THREAD][s.thread],
		l->names[HFS_NAME_LABEL][s.label], phase);
	row_add(row, &figures);
	l->process.samples += figures.samples;
	if (figures.last_ns > l->last_ns && figures.last_ns < 1ULL << 62)
		l->last_ns = figures.last_ns;
	return bytes;
}

void
live_read_stacks(struct live *l)
{
	l->seen = xcalloc(SEEN, sizeof *l->seen);
	live_each(l, HFS_MARK_STACK, offsetof(struct hfs_stack, mark),
		read_stack);
	free(l->seen);
}
