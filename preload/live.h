/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which live blocks were sampled: address to sample, exact; and before it the
 * filter that free() looks at. Private memory, so that a fork child has its own
 * right copy.
 *
 * Lock-free, any thread, also from a signal handler that interrupted another
 * call. Insert is claim, payload, publish: a child forked at any moment sees
 * either the whole entry or none.
 */
#ifndef HF_LIVE_H
#define HF_LIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "sys.h"

/* False: certainly no live sample. True also for NULL now and then. */
static inline bool
hf_live_maybe(const void *p)
{
	return hf_filter_maybe(p);
}

/*
 * What a live sample is charged to; swapped as one word, so that thinning and
 * a fork child can change it while another thread frees the block.
 */
union hf_charge {
	uint64_t word;
	struct {
		uint64_t stack : 28; /* hfs_ref, in the region `generation` */
		uint64_t interval : 10;
		uint64_t chooser : 1, reader : 1; /* halves of the peak */
		uint64_t inherited : 1;
		uint64_t generation : 7; /* lowest bits of the region's */
		uint64_t tag : 16; /* of the id: this sample, not another */
	};
};

_Static_assert(sizeof(union hf_charge) == 8, "one word");

#define HF_CHARGE_TAKEN UINT64_MAX

struct hf_live_entry {
	union hf_charge charge;
	uint64_t size; /* requested */
	uint64_t birth_ns; /* monotonic clock */
	uint64_t id; /* 56 bits; no two that are alive have the same */
};

/* The filter may grow to so many bytes. False: no memory. */
bool hf_live_start(uint64_t filter_bytes);

/* False if there is no room (MEMORY); nothing is left behind then. */
bool hf_live_insert(const void *block, const struct hf_live_entry *entry);

/* Removes it (not NULL). False if it is not there, or another thread took it
 * first. */
bool hf_live_take(const void *block, struct hf_live_entry *out);

uint64_t hf_live_count(void);

/*
 * Walks the entries, each consistent in itself, in no order. `visit` may be
 * given entries that are freed the next moment. Stops when it returns false.
 */
struct hf_live_place; /* names an entry for hf_live_recharge and _drop */
void hf_live_each(bool (*visit)(void *data, const struct hf_live_entry *e,
			  struct hf_live_place *at),
	void *data);

/* charge = new if it is still `old`; false: somebody else was first. */
bool hf_live_recharge(
	struct hf_live_place *at, union hf_charge old, union hf_charge new);

/* Takes that entry out of the table if it is still charged to `old`. */
bool hf_live_drop(struct hf_live_place *at, union hf_charge old);

#endif
