/* SPDX-License-Identifier: Apache-2.0 */
/* Each column is sorted, so they are merged, two neighbours at a time. */
#include "tree_turns.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

struct merging {
	const struct shown *columns;
	const uint32_t *places; /* by function */
	struct turn *turns, *room;
};

static uint32_t
place_of(const struct merging *m, const struct shown *s, uint32_t at)
{
	return m->places[s->profile->frames[s->frames[at]].function];
}

static int
compare(const struct merging *m, struct turn a, struct turn b)
{
	const struct shown *s = &m->columns[a.column];
	const struct shown *z = &m->columns[b.column];
	const struct shown_stack *x = &s->stacks[a.stack];
	const struct shown_stack *y = &z->stacks[b.stack];

	for (uint32_t i = 0; i < x->depth && i < y->depth; i++) {
		uint32_t left = place_of(m, s, x->first + i);
		uint32_t right = place_of(m, z, y->first + i);

		if (left != right)
			return left < right ? -1 : 1;
	}
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return a.column < b.column ? -1 : 1;
}

/* Turns from `low` to `middle`, and from there to `high`, into one run. */
static void
merge(struct merging *m, uint32_t low, uint32_t middle, uint32_t high)
{
	uint32_t left = low, right = middle;

	for (uint32_t i = low; i < high; i++) {
		bool first = right == high ||
			     (left < middle && compare(m, m->turns[left],
						       m->turns[right]) < 0);

		m->room[i] = m->turns[first ? left++ : right++];
	}
	memcpy(m->turns + low, m->room + low, (high - low) * sizeof *m->turns);
}

static void
merge_all(struct merging *m, const uint32_t *starts, uint32_t count)
{
	for (uint32_t step = 1; step < count; step *= 2)
		for (uint32_t i = 0; i + step < count; i += 2 * step) {
			uint32_t end = i + 2 * step;

			merge(m, starts[i], starts[i + step],
				starts[end < count ? end : count]);
		}
}

struct turn *
turns_of(const struct shown *columns, uint32_t count, uint32_t *turn_count)
{
	struct merging m = { .columns = columns };
	uint32_t *starts = xmalloc((count + 1) * sizeof *starts), n = 0;
	uint32_t *places;

	for (uint32_t c = 0; c < count; c++) {
		starts[c] = n;
		n += columns[c].stack_count;
	}
	starts[count] = n;
	m.turns = xmalloc((n + 1) * sizeof *m.turns);
	for (uint32_t c = 0; c < count; c++)
		for (uint32_t i = 0; i < columns[c].stack_count; i++)
			m.turns[starts[c] + i] = (struct turn){ c, i };
	if (count > 1) {
		m.room = xmalloc((n + 1) * sizeof *m.room);
		m.places = places = select_places(columns->profile);
		merge_all(&m, starts, count);
		free(places);
		free(m.room);
	}
	free(starts);
	*turn_count = n;
	return m.turns;
}
