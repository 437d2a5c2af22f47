/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other threads allocate and free meanwhile. An entry's charge word is swapped
 * from the old to the new N in one go; whoever frees the block takes the word
 * that is there and so subtracts what was added. What is added comes first, so
 * that no sum is ever below nothing.
 */
#include "thin.h"

#include "control.h"
#include "counters.h"
#include "stacks.h"

/* Samples at one N of SAMPLE=auto; about 2 % of error in all of them. */
#define AUTO_SAMPLES 16384
#define AUTO_MOST    (512 << 10)
#define AUTO_LIVE    131072

/* Entries that the new N is chosen by: one pass over all is long enough. */
#define FORESEEN 4096

struct pass {
	struct hf_region *region;
	uint64_t interval; /* the new N */
	uint32_t index; /* its place in the history */
	uint64_t *random;
	uint64_t now_ns;
	double kept; /* expected, of `seen` */
	uint64_t seen;
};

static bool
foresee(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct pass *p = data;
	uint64_t old = hf_control_interval(e->charge.interval);

	p->seen++;
	p->kept += old >= p->interval
			   ? 1
			   : hf_sampler_probability(e->size, p->interval) /
				     hf_sampler_probability(e->size, old);
	return p->seen < FORESEEN;
}

static void
keep(struct pass *p, const struct hf_live_entry *e, struct hf_live_place *at,
	struct hfs_stack *s, const struct hf_event *old)
{
	struct hf_event new = { .size = e->size };
	union hf_charge charge = e->charge;

	hf_counters_weigh(&new, p->interval);
	if (charge.inherited) {
		hf_counters_inherit(s, &new.weight);
	} else {
		hf_counters_split(&new, p->random);
		charge.chooser = new.chooser;
		charge.reader = new.reader;
		hf_counters_live_add(p->region, s, &new, p->now_ns);
	}
	charge.interval = p->index;
	if (!hf_live_recharge(at, e->charge, charge))
		old = &new; /* it was freed: take back what was added */
	if (charge.inherited)
		hf_counters_disinherit(s, &old->weight);
	else
		hf_counters_live_sub(p->region, s, old, p->now_ns);
}

static bool
thin_one(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct pass *p = data;
	uint64_t interval = hf_control_interval(e->charge.interval);
	struct hf_event old = { .size = e->size,
		.chooser = e->charge.chooser,
		.reader = e->charge.reader };
	struct hfs_stack *s;
	double ratio;

	if (interval >= p->interval ||
		e->charge.generation != (p->region->generation & 127))
		return true;
	s = hf_stacks_at(p->region, e->charge.stack);
	hf_counters_weigh(&old, interval);
	ratio = hf_sampler_probability(e->size, p->interval) /
		hf_sampler_probability(e->size, interval);
	if ((double)(hf_sampler_random(p->random) >> 11) * 0x1p-53 < ratio) {
		keep(p, e, at, s, &old);
	} else if (hf_live_drop(at, e->charge)) {
		if (e->charge.inherited)
			hf_counters_disinherit(s, &old.weight);
		else
			hf_counters_live_sub(p->region, s, &old, p->now_ns);
		atomic_fetch_add(&p->region->header->thinned, 1);
	}
	return true;
}

static uint64_t
next_interval(struct pass *p)
{
	uint64_t n = hf_control_interval(hf_control_current());

	/* From N = 1 to where anything is dropped at all is a long way. */
	if (n < 16)
		n = 16;
	do {
		n *= 2;
		p->interval = n;
		p->kept = 0;
		p->seen = 0;
		hf_live_each(foresee, p);
	} while (p->kept > 0.6 * (double)p->seen && n < HF_INTERVAL_MAX / 2);
	return n;
}

bool
hf_thin(struct hf_region *r, uint64_t *random)
{
	struct pass p = {
		.region = r, .random = random, .now_ns = hf_state_clock()
	};
	uint32_t nobody = 0;
	bool done;

	if (!atomic_compare_exchange_strong(&hf_wiped->thinning, &nobody, 1))
		return false;
	done = hf_control_change(next_interval(&p)) == HF_DONE;
	if (done) {
		p.index = hf_control_current();
		p.interval = hf_control_interval(p.index);
		hf_live_each(thin_one, &p);
	}
	atomic_store(&hf_wiped->thinning, 0);
	return done;
}

void
hf_thin_auto(struct hf_region *r, uint64_t *random)
{
	uint32_t i = hf_control_current();
	uint64_t taken =
		atomic_load_explicit(&r->header->samples, memory_order_relaxed);

	if (taken / AUTO_SAMPLES > i && hf_control_interval(i) < AUTO_MOST)
		hf_control_change(2 * hf_control_interval(i));
	if (taken % 1024 == 0 && hf_live_count() > AUTO_LIVE)
		hf_thin(r, random);
}
