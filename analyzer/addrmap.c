/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment is a rectangle: addresses by epochs. The epochs are cut at every
 * first and last into slots, over which stands a segment tree (the array kind:
 * the leaf of slot i is node slots + i, the parent of n is n / 2). A segment
 * is entered in the few nodes that together cover its epochs; so the segments
 * of one node are all valid at the same time, hence lie apart, and a search by
 * address finds the one. A look-up visits the nodes from leaf to root: a
 * program that reloads a plugin 100,000 times costs no more than that.
 *
 * An entry is node << 32 | segment; as segments are sorted by address, sorted
 * entries are those of a node together, by address.
 */
#include "addrmap.h"
#include "err.h"

#include <stdlib.h>

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int
compare_segments(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return compare_u64(&x->first, &y->first);
}

static void
forget(struct addrmap *m)
{
	free(m->bounds);
	free(m->entries);
	free(m->node_begin);
	m->bounds = NULL;
	m->entries = NULL;
	m->node_begin = NULL;
	m->built = false;
}

void
addrmap_add(struct addrmap *m, const struct segment *s)
{
	if (s->start >= s->end || s->first >= s->last)
		return;
	if (m->count >= UINT32_MAX / 8)
		return; /* an entry has 32 bits for each half */
	forget(m);
	GROW(m->segments, m->count, m->capacity);
	m->segments[m->count++] = *s;
}

/* How many bounds are <= epoch. */
static size_t
slot_of(const struct addrmap *m, uint64_t epoch)
{
	size_t low = 0, high = m->bound_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->bounds[middle] <= epoch)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
find_bounds(struct addrmap *m)
{
	size_t kept = 0;

	m->bounds = xmalloc(2 * m->count * sizeof *m->bounds);
	for (size_t i = 0; i < m->count; i++) {
		m->bounds[2 * i] = m->segments[i].first;
		m->bounds[2 * i + 1] = m->segments[i].last;
	}
	qsort(m->bounds, 2 * m->count, sizeof *m->bounds, compare_u64);
	for (size_t i = 0; i < 2 * m->count; i++)
		if (kept == 0 || m->bounds[kept - 1] != m->bounds[i])
			m->bounds[kept++] = m->bounds[i];
	m->bound_count = kept;
}

static void
enter(struct addrmap *m, size_t *count, size_t *capacity, size_t node,
	size_t segment)
{
	GROW(m->entries, *count, *capacity);
	m->entries[(*count)++] = (uint64_t)node << 32 | segment;
}

/* Enters all segments in their nodes; returns how many entries there are. */
static size_t
enter_segments(struct addrmap *m)
{
	size_t slots = m->bound_count + 1, count = 0, capacity = 0;

	for (size_t i = 0; i < m->count; i++) {
		size_t l = slot_of(m, m->segments[i].first) + slots;
		size_t r = slot_of(m, m->segments[i].last) + slots;

		for (; l < r; l /= 2, r /= 2) {
			if (l % 2 == 1)
				enter(m, &count, &capacity, l++, i);
			if (r % 2 == 1)
				enter(m, &count, &capacity, --r, i);
		}
	}
	return count;
}

static void
build(struct addrmap *m)
{
	size_t slots, count, at = 0;

	qsort(m->segments, m->count, sizeof *m->segments, compare_segments);
	find_bounds(m);
	slots = m->bound_count + 1;
	count = enter_segments(m);
	qsort(m->entries, count, sizeof *m->entries, compare_u64);
	m->node_begin = xmalloc((2 * slots + 1) * sizeof *m->node_begin);
	for (size_t n = 0; n <= 2 * slots; n++) {
		while (at < count && m->entries[at] >> 32 < n)
			at++;
		m->node_begin[n] = at;
	}
	m->built = true;
}

/* The last segment of a node that starts at or below the address, or NULL. */
static const struct segment *
find_in_node(const struct addrmap *m, size_t node, uint64_t address)
{
	size_t first = m->node_begin[node], low = first;
	size_t high = m->node_begin[node + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->segments[(uint32_t)m->entries[middle]].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low == first ? NULL
			    : &m->segments[(uint32_t)m->entries[low - 1]];
}

const struct segment *
addrmap_find(struct addrmap *m, uint64_t address, uint64_t epoch)
{
	if (m->count == 0)
		return NULL;
	if (!m->built)
		build(m);
	for (size_t n = slot_of(m, epoch) + m->bound_count + 1; n > 0; n /= 2) {
		const struct segment *s = find_in_node(m, n, address);

		if (s != NULL && address < s->end)
			return s;
	}
	return NULL;
}

void
addrmap_release(struct addrmap *m)
{
	forget(m);
	free(m->segments);
	*m = (struct addrmap){ 0 };
}
