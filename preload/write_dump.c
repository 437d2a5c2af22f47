/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host goes on meanwhile: each number is read once, so that a line agrees
 * with itself, and the sums in the head are those of the lines below, which
 * are added up in a first pass.
 */
#include "write_dump.h"

#include "control.h"
#include "counters.h"
#include "live.h"
#include "maps.h"
#include "phases.h"
#include "stacks.h"
#include "write_head.h"

#define LIVE_LINES 65536

struct writer {
	struct hf_text *out;
	struct hf_region *region;
	struct hf_solver live, alloc;
	uint64_t lines, live_bytes;
};

static void
put_flags(struct hf_text *t, uint16_t flags)
{
	if (flags)
		hf_text_string(t, " x=");
	if (flags & HFS_TRUNCATED)
		hf_text_byte(t, 't');
	if (flags & HFS_TABLE_FULL)
		hf_text_byte(t, 'f');
	if (flags & HFS_UNWINDER_BUSY)
		hf_text_byte(t, 'b');
}

static void
put_tuple_sums(struct hf_text *t, const char *key, const struct hf_sums *s)
{
	if (s->samples == 0)
		return;
	hf_text_string(t, key);
	hf_put_sums(t, s, ',');
}

static void
put_peak(struct hf_text *t, const char *key, const struct hf_peak *p)
{
	if (p->bytes == 0 && p->objects == 0)
		return;
	hf_text_string(t, key);
	hf_text_fixed(t, (uint64_t)p->bytes, HF_BYTES_SHIFT);
	hf_text_byte(t, ',');
	hf_text_fixed(t, (uint64_t)p->objects, HF_OBJECTS_SHIFT);
	hf_text_byte(t, ',');
	hf_text_double(t, p->var_bytes);
}

/* What the sums were before `after` came to them. */
static struct hf_sums
before(const struct hf_sums *now, const struct hf_sums *after)
{
	struct hf_sums b = { now->samples - after->samples,
		now->bytes - after->bytes, now->objects - after->objects,
		now->var_bytes - after->var_bytes,
		now->var_objects - after->var_objects };

	/* Samples in flight may leave a trace below nothing. */
	if ((int64_t)b.samples <= 0 || (int64_t)b.bytes < 0 ||
		(int64_t)b.objects < 0)
		return (struct hf_sums){ 0 };
	if (b.var_bytes < 0)
		b.var_bytes = 0;
	if (b.var_objects < 0)
		b.var_objects = 0;
	return b;
}

/* At the peak of its phase, and when that ended. */
static void
put_phase(
	struct writer *w, const struct hfs_stack *s, const struct hf_sums *live)
{
	const struct hfs_phase *phase = hf_phases_at(w->region, s->phase);
	struct hf_sums after, then;
	struct hf_peak peak;

	if (!phase)
		return;
	peak = hf_counters_peak(&phase->chooser, s, &s->at_phase);
	put_peak(w->out, " q=", &peak);
	if (!atomic_load(&phase->end_ns))
		return;
	after = hf_solve_sums(&s->after);
	then = before(live, &after);
	put_tuple_sums(w->out, " d=", &then);
}

static void
put_whose(struct hf_text *t, const struct hfs_stack *s)
{
	const uint32_t number[] = { s->thread, s->label, s->phase };
	static const char *const key[] = { " t=", " b=", " h=" };

	for (int i = 0; i < 3; i++)
		if (number[i]) {
			hf_text_string(t, key[i]);
			hf_text_number(t, number[i]);
		}
}

static void
put_inherited(struct hf_text *t, struct hfs_stack *s)
{
	uint64_t samples = atomic_load(&s->inherited_samples);

	if (samples == 0)
		return;
	hf_text_string(t, " i=");
	hf_text_number(t, samples);
	hf_text_byte(t, ',');
	hf_text_fixed(t, atomic_load(&s->inherited_bytes), HF_BYTES_SHIFT);
	hf_text_byte(t, ',');
	hf_text_fixed(t, atomic_load(&s->inherited_objects), HF_OBJECTS_SHIFT);
}

static void
put_freed(struct hf_text *t, struct hfs_stack *s)
{
	uint64_t samples = atomic_load(&s->freed_samples);
	uint64_t temp = atomic_load(&s->temp_objects);

	if (samples == 0)
		return;
	hf_text_string(t, " f=");
	hf_text_number(t, samples);
	hf_text_byte(t, ',');
	hf_text_fixed(t, atomic_load(&s->freed_objects), HF_OBJECTS_SHIFT);
	hf_text_byte(t, ',');
	hf_text_double(t, hf_counters_double(&s->lifetime_ns));
	if (temp == 0)
		return;
	hf_text_string(t, " m=");
	hf_text_fixed(t, atomic_load(&s->temp_bytes), HF_BYTES_SHIFT);
	hf_text_byte(t, ',');
	hf_text_fixed(t, temp, HF_OBJECTS_SHIFT);
	hf_text_byte(t, ',');
	hf_text_double(t, hf_counters_double(&s->temp_var_bytes));
	hf_text_byte(t, ',');
	hf_text_double(t, hf_counters_double(&s->temp_var_objects));
}

static void
put_rest(struct hf_text *t, struct hfs_stack *s)
{
	uint64_t reallocs = atomic_load(&s->reallocs);

	if (reallocs) {
		hf_text_string(t, " r=");
		hf_text_number(t, reallocs);
	}
	if (atomic_load(&s->size_max)) {
		hf_text_string(t, " z=");
		hf_text_number(t, atomic_load(&s->size_min));
		hf_put_number(t, ',', atomic_load(&s->size_max));
	}
	if (atomic_load(&s->last_ns)) {
		hf_text_string(t, " w=");
		hf_text_number(t, atomic_load(&s->first_ns));
		hf_put_number(t, ',', atomic_load(&s->last_ns));
	}
}

static void
put_stack(struct writer *w, struct hfs_stack *s)
{
	struct hf_sums alloc = hf_solve_sums(&s->alloc),
		       live = hf_solve_sums(&s->live);
	struct hf_peak peak =
		hf_counters_peak(&w->region->header->chooser, s, &s->at_peak);
	struct hf_text *t = w->out;

	if (alloc.samples == 0 && !atomic_load(&s->inherited_samples))
		return;
	w->live_bytes += live.bytes;
	hf_text_byte(t, '@');
	for (uint32_t i = 0; i < s->depth; i++) {
		hf_text_string(t, " 0x");
		hf_text_hex(t, s->pcs[i]);
	}
	hf_text_byte(t, '\n');
	hf_put_t_lines(
		t, hf_solve(&w->live, &live), hf_solve(&w->alloc, &alloc));
	hf_text_string(t, "# s ");
	hf_text_number(t, s->number);
	if (s->epoch) {
		hf_text_string(t, " e=");
		hf_text_number(t, s->epoch);
	}
	put_flags(t, s->flags);
	put_whose(t, s);
	put_tuple_sums(t, " a=", &alloc);
	put_tuple_sums(t, " l=", &live);
	put_peak(t, " p=", &peak);
	put_phase(w, s, &live);
	put_inherited(t, s);
	put_freed(t, s);
	put_rest(t, s);
	hf_text_byte(t, '\n');
}

static void
put_stacks(struct writer *w)
{
	for (hfs_ref ref = hf_stacks_first(w->region); ref;) {
		struct hfs_stack *s = hf_stacks_at(w->region, ref);

		put_stack(w, s);
		ref = hf_stacks_after(w->region, ref);
	}
}

static bool
put_live(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct writer *w = data;
	uint64_t start = w->region->header->start_ns;
	struct hf_text *t = w->out;

	if (e->charge.generation != (w->region->generation & 127))
		return true;
	hf_text_string(t, "# l");
	hf_put_number(t, ' ', e->id);
	hf_put_number(t, ' ', hf_stacks_at(w->region, e->charge.stack)->number);
	hf_put_number(t, ' ', e->size);
	hf_put_number(t, ' ', e->charge.interval);
	hf_put_number(t, ' ', e->birth_ns > start ? e->birth_ns - start : 0);
	if (e->charge.inherited)
		hf_text_string(t, " i");
	hf_text_byte(t, '\n');
	return ++w->lines < LIVE_LINES && !t->failed;
}

/* The t lines of the head: the sums of those below. */
static void
put_head_counts(struct writer *w)
{
	struct hf_solver live = w->live, alloc = w->alloc;
	struct hf_solved sum_live = { 0, 0 }, sum_alloc = { 0, 0 }, line;

	for (hfs_ref ref = hf_stacks_first(w->region); ref;) {
		struct hfs_stack *s = hf_stacks_at(w->region, ref);
		struct hf_sums now = hf_solve_sums(&s->live);

		line = hf_solve(&live, &now);
		sum_live.n += line.n;
		sum_live.s += line.s;
		now = hf_solve_sums(&s->alloc);
		line = hf_solve(&alloc, &now);
		sum_alloc.n += line.n;
		sum_alloc.s += line.s;
		ref = hf_stacks_after(w->region, ref);
	}
	hf_put_t_lines(w->out, sum_live, sum_alloc);
}

uint64_t
hf_write_dump(struct hf_text *out, struct hf_region *r,
	const struct hf_dump_reason *why)
{
	uint64_t n = hf_control_interval(hf_control_current());
	uint64_t live = hf_live_count();
	struct writer w = { .out = out,
		.region = r,
		.live = { (double)n, 0, 0 },
		.alloc = { (double)n, 0, 0 } };

	hf_maps_modules(r);
	hf_text_string(out, "heap_v2/");
	hf_text_number(out, n);
	hf_text_byte(out, '\n');
	put_head_counts(&w);
	hf_write_head(out, r, why);
	put_stacks(&w);
	hf_put_key(out, "live");
	hf_text_number(out, live);
	hf_put_number(out, ' ', live < LIVE_LINES ? live : LIVE_LINES);
	hf_text_byte(out, '\n');
	hf_live_each(put_live, &w);
	hf_text_string(out, "# end\n\nMAPPED_LIBRARIES:\n");
	hf_maps_copy(out);
	return w.live_bytes;
}
