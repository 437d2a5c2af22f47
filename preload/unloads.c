/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plug-in that comes again lies mostly where it lay, so that there are few
 * ranges. When there is no room for one more, the nearest grows to cover it:
 * that may part a stack in two, but never make two into one.
 */
#include "unloads.h"

#include <stdatomic.h>

#define RANGES	256
#define GRANULE 16 /* bits of an address */
#define FILTER	4096 /* bits: has anything of that granule been unloaded? */

static struct range {
	_Atomic uintptr_t start, end;
	_Atomic uint32_t epoch;
} ranges[RANGES];

static _Atomic uint32_t count, unknown;
static _Atomic uint64_t filter[FILTER / 64];

static inline uint32_t
granule(uintptr_t address)
{
	return (uint32_t)(address >> GRANULE) % FILTER;
}

static uint32_t HF_COLD
look_up(uintptr_t pc)
{
	uint32_t n = atomic_load_explicit(&count, memory_order_acquire);
	uint32_t last = 0;

	for (uint32_t i = 0; i < n; i++)
		if (pc >= ranges[i].start && pc < ranges[i].end &&
			ranges[i].epoch > last)
			last = ranges[i].epoch;
	return last;
}

uint32_t
hf_unloads_of(const uintptr_t *pcs, uint32_t depth)
{
	uint32_t last = atomic_load_explicit(&unknown, memory_order_acquire);
	uint32_t epoch;

	if (atomic_load_explicit(&count, memory_order_acquire) == 0)
		return last;
	for (uint32_t i = 0; i < depth; i++) {
		uintptr_t pc = pcs[i] - 1; /* a return address */
		uint32_t bit = granule(pc);

		if (HF_LIKELY((filter[bit / 64] >> bit % 64 & 1) == 0))
			continue;
		epoch = look_up(pc);
		if (epoch > last)
			last = epoch;
	}
	return last;
}

/* How much larger the range would be if it covered that one, too. */
static uintptr_t
growth(const struct range *r, uintptr_t start, uintptr_t end)
{
	return (start < r->start ? r->start - start : 0) +
	       (end > r->end ? end - r->end : 0);
}

static struct range *
nearest(uint32_t n, uintptr_t start, uintptr_t end)
{
	struct range *best = &ranges[0];

	for (uint32_t i = 1; i < n; i++)
		if (growth(&ranges[i], start, end) < growth(best, start, end))
			best = &ranges[i];
	return best;
}

static struct range *
range_of(uintptr_t start, uintptr_t end)
{
	uint32_t n = count;
	struct range *r = &ranges[n];

	for (uint32_t i = 0; i < n; i++)
		if (ranges[i].start == start && ranges[i].end == end)
			return &ranges[i];
	if (n == RANGES) {
		r = nearest(n, start, end);
		if (start < r->start)
			r->start = start;
		if (end > r->end)
			r->end = end;
		return r;
	}
	r->start = start;
	r->end = end;
	return r;
}

void
hf_unloads_note(uintptr_t start, uintptr_t end, uint32_t epoch)
{
	struct range *r = range_of(start, end);

	r->epoch = epoch;
	if (r == &ranges[count])
		count++;
	/* Nobody looks at the range before it has its epoch. */
	for (uintptr_t at = start >> GRANULE; at <= (end - 1) >> GRANULE; at++)
		filter[at % FILTER / 64] |= 1ULL << at % 64;
}

void
hf_unloads_note_unknown(uint32_t epoch)
{
	uint32_t old = unknown;

	while (old < epoch &&
		!atomic_compare_exchange_weak(&unknown, &old, epoch))
		;
}
