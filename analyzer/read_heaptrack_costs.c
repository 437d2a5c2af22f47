/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each trace holds, and held when all of them together held the most. A
 * copy of all at each new highest total would take time in the square of the
 * traces; instead a trace remembers which highest total its `peak` is of, and
 * takes over what it holds just before that changes.
 */
#include "err.h"
#include "read_heaptrack.h"

#include <stdlib.h>

uint32_t
heaptrack_costs_add(struct heaptrack_costs *c, uint32_t trace)
{
	GROW(c->list, c->count, c->capacity);
	c->list[c->count] = (struct heaptrack_cost){ .trace = trace };
	return (uint32_t)c->count++;
}

/* The sizes in a file may be made up. */
static void
add_up(uint64_t *sum, uint64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = UINT64_MAX;
}

void
heaptrack_costs_settle(
	const struct heaptrack_costs *c, struct heaptrack_cost *cost)
{
	if (cost->epoch == c->epoch)
		return;
	cost->peak = cost->live;
	cost->peak_objects = cost->live_objects;
	cost->epoch = c->epoch;
}

void
heaptrack_costs_alloc(struct heaptrack_costs *c, uint32_t cost, uint64_t size)
{
	struct heaptrack_cost *it = &c->list[cost];

	heaptrack_costs_settle(c, it);
	add_up(&it->alloc, size);
	add_up(&it->live, size);
	it->alloc_objects++;
	it->live_objects++;
	add_up(&c->allocated, size);
	add_up(&c->total, size);
	if (c->total > c->highest) {
		c->highest = c->total;
		c->epoch++;
	}
}

void
heaptrack_costs_free(
	struct heaptrack_costs *c, uint32_t cost, uint64_t size, bool temporary)
{
	struct heaptrack_cost *it = &c->list[cost];

	/* What was never allocated can't be freed. */
	if (it->live_objects == 0 || it->live < size || c->total < size)
		return;
	heaptrack_costs_settle(c, it);
	it->live -= size;
	it->live_objects--;
	c->total -= size;
	if (temporary) {
		add_up(&it->temp, size);
		it->temp_objects++;
	}
}

static uint64_t
slot_of(const struct heaptrack_blocks *b, uint64_t address)
{
	return (address * 0x9e3779b97f4a7c15u >> 20) & (b->slot_count - 1);
}

static struct heaptrack_block *
find(const struct heaptrack_blocks *b, uint64_t address)
{
	uint64_t i = slot_of(b, address);

	while (b->slots[i].address != 0 && b->slots[i].address != address)
		i = (i + 1) & (b->slot_count - 1);
	return &b->slots[i];
}

static void
grow_blocks(struct heaptrack_blocks *b)
{
	struct heaptrack_blocks old = *b;

	b->slot_count = old.slot_count > 0 ? old.slot_count * 2 : 1024;
	b->slots = xcalloc(b->slot_count, sizeof *b->slots);
	for (size_t i = 0; i < old.slot_count; i++)
		if (old.slots[i].address != 0)
			*find(b, old.slots[i].address) = old.slots[i];
	free(old.slots);
}

void
heaptrack_blocks_put(struct heaptrack_blocks *b, struct heaptrack_block block)
{
	struct heaptrack_block *slot;

	if (b->used >= b->slot_count / 4 * 3)
		grow_blocks(b);
	slot = find(b, block.address);
	b->used += slot->address == 0;
	*slot = block;
}

/* What lies behind the gap moves up if it would not be found over the gap. */
bool
heaptrack_blocks_take(struct heaptrack_blocks *b, uint64_t address,
	struct heaptrack_block *block)
{
	uint64_t mask = b->slot_count - 1, gap;
	struct heaptrack_block *slot;

	if (b->used == 0 || address == 0)
		return false;
	slot = find(b, address);
	if (slot->address == 0)
		return false;
	*block = *slot;
	gap = (uint64_t)(slot - b->slots);
	for (uint64_t i = (gap + 1) & mask; b->slots[i].address != 0;
		i = (i + 1) & mask) {
		uint64_t home = slot_of(b, b->slots[i].address);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		b->slots[gap] = b->slots[i];
		gap = i;
	}
	b->slots[gap].address = 0;
	b->used--;
	return true;
}
