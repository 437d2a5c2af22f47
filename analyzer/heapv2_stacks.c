/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From addresses and figures to a row. A stack's addresses can be looked up
 * only when all of it was read, for its `# s` line tells in which epoch they
 * were seen. Most addresses come again and again, callers above all: a cache
 * by address spares the search for their module.
 */
#include "heapv2_stacks.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

/*
 * Places in the cache of addresses, by their highest bits of a hash: 512 KiB,
 * which stay near the processor, and most programs fit.
 */
#define CACHE_BITS 15

struct heapv2_cached {
	uint64_t key; /* the address, or of a leaf its complement */
	uint32_t epoch;
	uint32_t location; /* plus 1; 0: free */
};

struct heapv2_numbered {
	uint64_t number; /* of the stack, as the dump counts */
	uint32_t row;
};

void
heapv2_stacks_init(struct heapv2_stacks *s, struct profile *p,
	struct addrmap *map, const struct heapv2_names *names,
	const struct input *of)
{
	s->p = p;
	s->names = names;
	s->map = map;
	s->symbols = NULL;
	heapv2_rows_init(&s->rows, p, of);
	s->open = false;
	s->parts = 0;
	s->numbers = NULL;
	s->number_count = s->number_capacity = 0;
	s->numbers_sorted = true;
	s->cache = xcalloc((size_t)1 << CACHE_BITS, sizeof *s->cache);
}

void
heapv2_stacks_release(struct heapv2_stacks *s)
{
	heapv2_rows_release(&s->rows);
	free(s->numbers);
	free(s->cache);
}

void
heapv2_stacks_begin(struct heapv2_stacks *s)
{
	heapv2_stacks_finish(s);
	s->open = true;
	s->has_own = s->too_deep = false;
	s->depth = 0;
	heapv2_rows_begin(&s->rows);
	s->own.epoch = s->own.part = 0;
	s->own.lost = 0;
	s->own.truncated = false;
	memset(s->own.numbers, 0, sizeof s->own.numbers);
}

void
heapv2_stacks_address(struct heapv2_stacks *s, uint64_t address)
{
	if (s->depth < DEPTH_MAX)
		s->addresses[s->depth++] = address;
	else
		s->too_deep = true;
}

static uint32_t
new_location(struct heapv2_stacks *s, uint64_t address, bool leaf)
{
	struct location place = { .module = NONE, .offset = address };
	const struct segment *segment;
	uint32_t named = NONE;

	/* It is a return address: the call ends one byte before. */
	segment = address > 0 ? addrmap_find(s->map, address - 1, s->own.epoch)
			      : NULL;
	if (segment != NULL) {
		place.module = segment->module;
		place.offset = address - segment->start + segment->offset;
	}
	if (s->symbols != NULL && s->symbols->count > 0)
		named = heapv2_symbols_find(
			s->symbols, s->p, address, leaf, place);
	return named != NONE
		       ? named
		       : profile_location(s->p, place.module, place.offset);
}

static uint32_t
find_location(struct heapv2_stacks *s, uint64_t address, bool leaf)
{
	uint64_t epoch = s->own.epoch;
	uint64_t key = leaf && s->symbols != NULL ? ~address : address;
	uint64_t hash = (key + epoch * 31) * 0x9e3779b97f4a7c15u;
	struct heapv2_cached *c = &s->cache[hash >> (64 - CACHE_BITS)];

	if (epoch > UINT32_MAX)
		return new_location(s, address, leaf);
	if (c->location == 0 || c->key != key || c->epoch != epoch)
		*c = (struct heapv2_cached){ key, (uint32_t)epoch,
			new_location(s, address, leaf) + 1 };
	return c->location - 1;
}

void
heapv2_stacks_addresses(struct heapv2_stacks *s, struct scan *text)
{
	const unsigned char *at = text->at;
	uint32_t depth = s->depth;

	while (text->end - at >= 3 + 17 && depth < DEPTH_MAX &&
		memcmp(at, " 0x", 3) == 0) {
		unsigned n = scan_hex_ahead(at + 3, &s->addresses[depth]);

		if (n == 0)
			break;
		at += 3 + n;
		depth++;
	}
	text->at = at;
	s->depth = depth;
}

/* A stack without an address says in words why it has none. */
static uint32_t
no_address(const struct heapv2_stacks *s)
{
	const char *why = s->own.lost == 'f'   ? "[stack table full]"
			  : s->own.lost == 'b' ? "[unwinder busy]"
					       : "[no stack]";

	return profile_location(s->p, profile_module(s->p, why, NULL), 0);
}

static void
remember_number(struct heapv2_stacks *s, uint32_t row)
{
	struct heapv2_numbered n = { s->own.number, row };

	if (s->number_count > 0 &&
		n.number < s->numbers[s->number_count - 1].number)
		s->numbers_sorted = false;
	GROW(s->numbers, s->number_count, s->number_capacity);
	s->numbers[s->number_count++] = n;
}

/* The row that this stack counts in. */
static struct row *
find_row(struct heapv2_stacks *s, uint32_t stack)
{
	const uint64_t *numbers = s->own.numbers;

	uint32_t process = s->process;

	if (s->own.part > 0 && s->own.part <= s->parts)
		process += (uint32_t)s->own.part - 1;
	return profile_row(s->p, stack, process,
		heapv2_names_get(
			s->names, HEAPV2_THREAD, numbers[HEAPV2_THREAD]),
		heapv2_names_get(s->names, HEAPV2_LABEL, numbers[HEAPV2_LABEL]),
		heapv2_names_get(
			s->names, HEAPV2_PHASE, numbers[HEAPV2_PHASE]));
}

/* What lives at the end of a phase that goes on is what lives now. */
static void
add_phase_end(const struct profile *p, struct row *row, const struct row *now)
{
	if (row->phase == NONE || p->phases[row->phase].end_ns != PHASE_OPEN)
		return;
	row->samples_phase_end += now->samples_live;
	row->phase_end_space.sum += now->v[INUSE_SPACE].sum;
	row->phase_end_space.var += now->v[INUSE_SPACE].var;
	row->phase_end_objects.sum += now->v[INUSE_OBJECTS].sum;
	row->phase_end_objects.var += now->v[INUSE_OBJECTS].var;
}

static uint32_t
find_stack(struct heapv2_stacks *s)
{
	for (uint32_t i = 0; i < s->depth; i++)
		s->locations[i] = find_location(s, s->addresses[i], i == 0);
	if (s->depth == 0)
		s->locations[s->depth++] = no_address(s);
	return profile_stack(
		s->p, s->locations, s->depth, s->too_deep || s->own.truncated);
}

void
heapv2_stacks_finish(struct heapv2_stacks *s)
{
	const struct row *figures = &s->own.row;
	struct row *row;
	uint32_t stack;

	if (!s->open)
		return;
	s->open = false;
	if (!s->has_own && !heapv2_rows_any(&s->rows))
		return;
	stack = heapv2_rows_other(&s->rows);
	if (stack == NONE)
		stack = find_stack(s);
	if (!s->has_own) {
		heapv2_rows_end(&s->rows, stack);
		return;
	}
	row = find_row(s, stack);
	row_add(row, figures);
	add_phase_end(s->p, row, figures);
	remember_number(s, (uint32_t)(row - s->p->rows));
}

void
heapv2_stacks_commit(struct heapv2_stacks *s)
{
	heapv2_stacks_finish(s);
	heapv2_rows_commit(&s->rows, s->process);
}

static int
compare_numbered(const void *a, const void *b)
{
	const struct heapv2_numbered *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

uint32_t
heapv2_stacks_row(struct heapv2_stacks *s, uint64_t number)
{
	struct heapv2_numbered key = { .number = number }, *found;

	if (s->number_count == 0)
		return NONE;
	if (!s->numbers_sorted)
		qsort(s->numbers, s->number_count, sizeof *s->numbers,
			compare_numbered);
	s->numbers_sorted = true;
	found = bsearch(&key, s->numbers, s->number_count, sizeof *s->numbers,
		compare_numbered);
	return found != NULL ? found->row : NONE;
}
