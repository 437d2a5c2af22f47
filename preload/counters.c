/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every change is `sign` times what an event stands for: +1 when a block comes,
 * -1 when it goes, so that coming and going are the same lines.
 */
#include "counters.h"

#include <string.h>

#include "options.h"
#include "phases.h"

static double
to_double(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof d);
	return d;
}

static uint64_t
to_bits(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	return bits;
}

double
hf_counters_double(const _Atomic uint64_t *where)
{
	return to_double(atomic_load_explicit(where, memory_order_relaxed));
}

static void
add_double(_Atomic uint64_t *where, double d)
{
	uint64_t old = atomic_load_explicit(where, memory_order_relaxed);

	if (d == 0)
		return;
	while (!atomic_compare_exchange_weak_explicit(where, &old,
		to_bits(to_double(old) + d), memory_order_relaxed,
		memory_order_relaxed))
		;
}

static void
add(_Atomic uint64_t *where, uint64_t n)
{
	atomic_fetch_add_explicit(where, n, memory_order_relaxed);
}

static void
raise_to(_Atomic uint64_t *where, uint64_t n)
{
	uint64_t old = atomic_load_explicit(where, memory_order_relaxed);

	while (old < n && !atomic_compare_exchange_weak(where, &old, n))
		;
}

static void
lower_to(_Atomic uint64_t *where, uint64_t n)
{
	uint64_t old = atomic_load_explicit(where, memory_order_relaxed);

	while (old > n && !atomic_compare_exchange_weak(where, &old, n))
		;
}

static void
sum_add(struct hfs_sum *sum, const struct hf_weight *w, int sign)
{
	add(&sum->samples, (uint64_t)(int64_t)sign);
	add(&sum->bytes, sign * w->bytes);
	add(&sum->objects, sign * w->objects);
	add_double(&sum->var_bytes, sign * w->var_bytes);
	add_double(&sum->var_objects, sign * w->var_objects);
}

void
hf_counters_weigh(struct hf_event *e, uint64_t interval)
{
	/*
	 * One exponential for both: hit by neither half with (1 - half)^2. Who
	 * adds and who subtracts come through here, and so to the same bits.
	 */
	if (interval <= 1) {
		e->p = e->half_p = 1;
		e->weight = e->half = hf_sampler_weight(e->size, 1);
		return;
	}
	e->half_p = hf_sampler_probability(e->size, 2 * interval);
	e->p = e->half_p * (2 - e->half_p);
	e->weight = hf_sampler_weight(e->size, e->p);
	e->half = hf_sampler_weight(e->size, e->half_p);
}

void
hf_counters_split(struct hf_event *e, uint64_t *random)
{
	double u;

	e->chooser = e->reader = true;
	if (e->half_p == 1)
		return;
	/*
	 * Hit by either process with p = 1 - (1 - half)^2; given that, by both
	 * with half^2 / p, and by one alone with half (1 - half) / p each.
	 */
	u = (double)(int64_t)(hf_sampler_random(random) >> 11) * 0x1p-53 * e->p;
	if (u < e->half_p * e->half_p)
		return;
	if (u < e->half_p)
		e->reader = false;
	else
		e->chooser = false;
}

static void
at_peak_add(
	struct hfs_at_peak *p, uint64_t max, uint64_t change, bool is_double)
{
	volatile uint64_t *now = p->max_and_since;
	uint64_t old[2] = { now[0], now[1] }, new[2];

	do {
		new[0] = old[0];
		if (old[0] < max) { /* there was a higher maximum since */
			new[0] = max;
			new[1] = change;
		} else if (is_double) {
			new[1] = to_bits(to_double(old[1]) + to_double(change));
		} else {
			new[1] = old[1] + change;
		}
	} while (!hf_cas16(now, old, new));
}

static uint64_t
highest(const struct hfs_chooser *c)
{
	return c->now_and_max[1];
}

/* Before the values themselves change. */
static void
since_add(struct hfs_peak *p, const struct hfs_chooser *c,
	const struct hf_weight *w, int sign)
{
	uint64_t max = highest(c);

	at_peak_add(&p->bytes, max, sign * w->bytes, false);
	at_peak_add(&p->objects, max, sign * w->objects, false);
	if (w->var_bytes != 0)
		at_peak_add(&p->var, max, to_bits(sign * w->var_bytes), true);
}

static void
reader_add(struct hfs_stack *s, const struct hf_weight *w, int sign)
{
	atomic_fetch_add(&s->peak_bytes, sign * (int64_t)w->bytes);
	atomic_fetch_add(&s->peak_objects, sign * (int64_t)w->objects);
	add_double(&s->peak_var, sign * w->var_bytes);
}

/*
 * As one word: between a value and a maximum set later the others would have
 * gone on, and have noted their changes to the maximum before.
 */
static void
chooser_add(struct hfs_chooser *c, const struct hf_weight *w, int sign,
	uint64_t since_ns)
{
	volatile uint64_t *now = c->now_and_max;
	uint64_t old[2] = { now[0], now[1] }, new[2];

	do {
		new[0] = old[0] + sign * w->bytes;
		new[1] = (int64_t) new[0] > (int64_t)old[1] ? new[0] : old[1];
	} while (!hf_cas16(now, old, new));
	if (new[1] != old[1])
		atomic_store_explicit(
			&c->peak_ns, since_ns, memory_order_relaxed);
}

static void
live_change(struct hf_region *r, struct hfs_stack *s, const struct hf_event *e,
	uint64_t now_ns, int sign)
{
	struct hfs_header *h = r->header;
	struct hfs_phase *p = hf_phases_at(r, s->phase);
	/* What is over has had its maximum. */
	bool over = p && atomic_load_explicit(&p->end_ns, memory_order_relaxed);

	sum_add(&s->live, &e->weight, sign);
	if (over)
		sum_add(&s->after, &e->weight, sign);
	/* The stack's value first: a new maximum includes this very event. */
	if (e->reader) {
		since_add(&s->at_peak, &h->chooser, &e->half, sign);
		if (p)
			since_add(&s->at_phase, &p->chooser, &e->half, sign);
		reader_add(s, &e->half, sign);
	}
	if (!e->chooser)
		return;
	chooser_add(&h->chooser, &e->half, sign, now_ns - h->start_ns);
	if (p && !over)
		chooser_add(&p->chooser, &e->half, sign, now_ns - h->start_ns);
}

void
hf_counters_live_add(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns)
{
	live_change(r, s, e, now_ns, 1);
}

void
hf_counters_live_sub(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns)
{
	live_change(r, s, e, now_ns, -1);
}

void
hf_counters_alloc(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns, bool realloc)
{
	uint64_t since = now_ns - r->header->start_ns;

	sum_add(&s->alloc, &e->weight, 1);
	if (hf_options.dump_bytes)
		add(&r->header->allocated, e->weight.bytes);
	live_change(r, s, e, now_ns, 1);
	if (realloc)
		add(&s->reallocs, 1);
	lower_to(&s->size_min, e->size);
	raise_to(&s->size_max, e->size);
	if (!atomic_load_explicit(&s->first_ns, memory_order_relaxed))
		atomic_store_explicit(
			&s->first_ns, since, memory_order_relaxed);
	atomic_store_explicit(&s->last_ns, since, memory_order_relaxed);
}

void
hf_counters_free(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns, uint64_t lived_ns)
{
	live_change(r, s, e, now_ns, -1);
	add(&s->freed_samples, 1);
	add(&s->freed_objects, e->weight.objects);
	add_double(&s->lifetime_ns, (double)(int64_t)lived_ns *
					    (double)(int64_t)e->weight.objects /
					    (1 << HF_OBJECTS_SHIFT));
	if (lived_ns < hf_options.temp_ms * 1000000) {
		add(&s->temp_bytes, e->weight.bytes);
		add(&s->temp_objects, e->weight.objects);
		add_double(&s->temp_var_bytes, e->weight.var_bytes);
		add_double(&s->temp_var_objects, e->weight.var_objects);
	}
}

void
hf_counters_inherit(struct hfs_stack *s, const struct hf_weight *w)
{
	add(&s->inherited_samples, 1);
	add(&s->inherited_bytes, w->bytes);
	add(&s->inherited_objects, w->objects);
}

void
hf_counters_disinherit(struct hfs_stack *s, const struct hf_weight *w)
{
	add(&s->inherited_samples, (uint64_t)-1);
	add(&s->inherited_bytes, -w->bytes);
	add(&s->inherited_objects, -w->objects);
}

/* `now - since` if no higher maximum came after the last change, else `now` */
static uint64_t
since_peak(const struct hfs_at_peak *p, uint64_t max)
{
	return p->max_and_since[0] == max ? p->max_and_since[1] : 0;
}

struct hf_peak
hf_counters_peak(const struct hfs_chooser *c, const struct hfs_stack *s,
	const struct hfs_peak *p)
{
	uint64_t max = highest(c);
	struct hf_peak peak;

	peak.bytes = atomic_load(&s->peak_bytes) -
		     (int64_t)since_peak(&p->bytes, max);
	peak.objects = atomic_load(&s->peak_objects) -
		       (int64_t)since_peak(&p->objects, max);
	peak.var_bytes = hf_counters_double(&s->peak_var) -
			 to_double(since_peak(&p->var, max));
	/* Samples in flight may leave a trace below nothing. */
	if (peak.bytes < 0 || peak.objects <= 0)
		peak = (struct hf_peak){ 0 };
	if (peak.var_bytes < 0)
		peak.var_bytes = 0;
	return peak;
}
