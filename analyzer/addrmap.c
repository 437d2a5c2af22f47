/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment is a rectangle: addresses by epochs. The epochs are cut at every
 * first and last into slots, over which stands a segment tree (the array kind:
 * the leaf of slot i is node slots + i, the parent of n is n / 2). A segment
 * is entered in the few nodes that together cover its epochs; so the segments
 * of one node are all valid at the same time, and with it lie apart, and a
 * search by address finds the one. A look-up visits the nodes from leaf to
 * root. A program that reloads a plugin 100,000 times costs no more than that.
 */
#include "addrmap.h"
#include "err.h"

#include <stdlib.h>

/* A segment as entered in one node; kept sorted by node, then by address. */
struct addrmap_node {
	size_t node;
	uint64_t start;
	size_t segment;
};

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int
compare_nodes(const void *a, const void *b)
{
	const struct addrmap_node *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->segment < y->segment ? -1 : x->segment > y->segment;
}

static void
forget(struct addrmap *m)
{
	free(m->bounds);
	free(m->nodes);
	free(m->node_begin);
	m->bounds = NULL;
	m->nodes = NULL;
	m->node_begin = NULL;
	m->built = false;
}

void
addrmap_add(struct addrmap *m, const struct segment *s)
{
	if (s->start >= s->end || s->first >= s->last)
		return;
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

/* Enters all segments in their nodes; returns how many entries there are. */
static size_t
enter_segments(struct addrmap *m)
{
	size_t slots = m->bound_count + 1, count = 0, capacity = 0;

	for (size_t i = 0; i < m->count; i++) {
		size_t l = slot_of(m, m->segments[i].first) + slots;
		size_t r = slot_of(m, m->segments[i].last) + slots;

		for (; l < r; l /= 2, r /= 2) {
			if (l % 2 == 1) {
				GROW(m->nodes, count, capacity);
				m->nodes[count++] = (struct addrmap_node){ l++,
					m->segments[i].start, i };
			}
			if (r % 2 == 1) {
				GROW(m->nodes, count, capacity);
				m->nodes[count++] = (struct addrmap_node){ --r,
					m->segments[i].start, i };
			}
		}
	}
	return count;
}

static void
build(struct addrmap *m)
{
	size_t slots, count, at = 0;

	find_bounds(m);
	slots = m->bound_count + 1;
	count = enter_segments(m);
	qsort(m->nodes, count, sizeof *m->nodes, compare_nodes);
	m->node_begin = xmalloc((2 * slots + 1) * sizeof *m->node_begin);
	for (size_t n = 0; n <= 2 * slots; n++) {
		while (at < count && m->nodes[at].node < n)
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

		if (m->nodes[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low == first ? NULL : &m->segments[m->nodes[low - 1].segment];
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
