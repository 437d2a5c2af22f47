/* SPDX-License-Identifier: Apache-2.0 */
#include "filter.h"

#include "state.h"

#define STUCK  255
#define ALIGN  32 /* what the shift is kept in */
#define SPARSE 64 /* counters a live sample: 1.6 % of frees look further */

#define SHIFT(level)	(32 - HF_FILTER_LEAST_BITS - (level))
#define COUNTERS(level) ((size_t)1 << (HF_FILTER_LEAST_BITS + (level)))

_Static_assert(HF_FILTER_LEVELS <= 15, "levels are four bits, 15 is no level");
_Static_assert(SHIFT(0) < ALIGN && SHIFT(HF_FILTER_LEVELS - 1) > 0, "");

static uint8_t first[COUNTERS(0) + ALIGN] __attribute__((aligned(ALIGN)));
static const uint8_t *_Atomic levels[HF_FILTER_LEVELS] = { first + SHIFT(0) };
const uint8_t *_Atomic hf_filter = first + SHIFT(0);

static _Atomic uint32_t newest, most; /* levels */
static _Atomic uint64_t room = COUNTERS(0) / SPARSE; /* live samples */

void
hf_filter_start(uint64_t bytes)
{
	while (most < HF_FILTER_LEVELS - 1 && COUNTERS(most + 1) <= bytes)
		most++;
}

static unsigned
level_of(const uint8_t *filter)
{
	return SHIFT(0) - ((uintptr_t)filter & (ALIGN - 1));
}

static _Atomic uint8_t *
counter(const void *block, unsigned level)
{
	return (_Atomic uint8_t *)hf_filter_slot(
		atomic_load_explicit(&levels[level], memory_order_acquire),
		block);
}

/* up: 1 or -1 */
static void
change(const void *block, unsigned level, int up)
{
	_Atomic uint8_t *c = counter(block, level);
	uint8_t n = atomic_load_explicit(c, memory_order_relaxed);

	while (n != STUCK &&
		!atomic_compare_exchange_weak(c, &n, (uint8_t)(n + up)))
		;
}

unsigned
hf_filter_raise(const void *block)
{
	/* In this order: the newest is never older than the one in use. */
	unsigned low = level_of(atomic_load(&hf_filter));
	unsigned high = hf_filter_newest();

	for (unsigned level = low; level <= high; level++)
		change(block, level, 1);
	return low << 4 | high;
}

void
hf_filter_lower(const void *block, unsigned span)
{
	for (unsigned level = span >> 4; level <= (span & 15); level++)
		change(block, level, -1);
}

void
hf_filter_raise_next(const void *block, unsigned high)
{
	change(block, high + 1, 1);
}

void
hf_filter_lower_next(const void *block, unsigned high)
{
	change(block, high + 1, -1);
}

unsigned
hf_filter_newest(void)
{
	return atomic_load(&newest);
}

bool
hf_filter_due(uint64_t live)
{
	return live > atomic_load_explicit(&room, memory_order_relaxed);
}

bool
hf_filter_begin(bool *fresh)
{
	unsigned level = newest;
	uint8_t *counters;

	*fresh = level == level_of(hf_filter);
	if (!*fresh)
		return true;
	counters = level < most ? hf_state_private(COUNTERS(level + 1) + ALIGN)
				: NULL;
	if (!counters) { /* it stays as it is: more frees look further */
		room = UINT64_MAX;
		return false;
	}
	levels[level + 1] = counters + SHIFT(level + 1);
	newest = level + 1;
	room = 0;
	return true;
}

void
hf_filter_finish(void)
{
	atomic_store(&hf_filter, levels[newest]);
	room = COUNTERS(newest) / SPARSE;
}
