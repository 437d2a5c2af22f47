/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums a stack and in all, and the values at the peak. Each number is an
 * atomic of its own; no locks. The caller has called hf_fp_enter.
 *
 * The peak needs no copy of anything: the highest value of the whole is its
 * own epoch. A stack remembers the highest value that was in force when it
 * last changed and how much it has changed since; as long as that highest
 * value stands, `now - since` is what it had at that moment, and once there
 * is a higher one, what it has now is.
 *
 * At N > 1 the samples are split into two independent Poisson processes of
 * distance 2N; the moment is chosen by one and the values are read from the
 * other, because the highest of many noisy values is too high.
 */
#ifndef HF_COUNTERS_H
#define HF_COUNTERS_H

#include "live.h"
#include "sampler.h"
#include "state.h"

/* One sample, with what it stands for. */
struct hf_event {
	uint64_t size;
	double p, half_p; /* at N, at 2N */
	struct hf_weight weight; /* at N */
	struct hf_weight half; /* at 2N; for the halves it is in */
	bool chooser, reader; /* which halves it is in */
};

/* What a sample of `size` drawn with N stands for; its halves: the caller's. */
void hf_counters_weigh(struct hf_event *e, uint64_t interval);

/* Draws in which halves a new sample, once weighed, is: at least one; both at N
 * = 1. */
void hf_counters_split(struct hf_event *e, uint64_t *random);

/* An allocation: before the entry is published. */
void hf_counters_alloc(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns, bool realloc);

/* Its end: after the entry was removed. lived_ns: age. */
void hf_counters_free(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns, uint64_t lived_ns);

/*
 * Live values only, up or down: a sample is thinned away, or now stands for
 * more than it did.
 */
void hf_counters_live_add(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns);
void hf_counters_live_sub(struct hf_region *r, struct hfs_stack *s,
	const struct hf_event *e, uint64_t now_ns);

/* Blocks that a fork child has from its parent. */
void hf_counters_inherit(struct hfs_stack *s, const struct hf_weight *w);
void hf_counters_disinherit(struct hfs_stack *s, const struct hf_weight *w);

/*
 * What a stack held at the peak of the whole (c the header's, p its at_peak)
 * or of its phase.
 */
struct hf_peak {
	int64_t bytes, objects; /* fixed point, as in hf_weight */
	double var_bytes;
};
struct hf_peak hf_counters_peak(const struct hfs_chooser *c,
	const struct hfs_stack *s, const struct hfs_peak *p);

/* A double kept as bits in an atomic. */
double hf_counters_double(const _Atomic uint64_t *where);

#endif
