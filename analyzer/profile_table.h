/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash tables of profile.c, and of nobody else: here so that their
 * functions are made for each kind of element anew, with its comparison inside.
 */
#ifndef PROFILE_TABLE_H
#define PROFILE_TABLE_H

#include <stdlib.h>

#include "err.h"
#include "profile.h"

/*
 * `tags` has a byte of the hash of what is in each slot: elements that are not
 * equal are told apart without a look at them, which lie anywhere in memory.
 * Nor are they looked at when the table grows: `hashes` has theirs.
 */
struct table {
	uint32_t *slots;
	unsigned char *tags;
	uint32_t *hashes; /* by element */
	uint32_t slot_count, used;
};

/* Whether element i equals the key. */
typedef bool equal_function(
	const struct profile *p, uint32_t i, const void *key);

static inline uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9fb21c651e98df25u;
	return h ^ h >> 35;
}

static inline void
table_release(struct table *t)
{
	free(t->slots);
	free(t->tags);
	free(t->hashes);
}

/* mix() leaves its best bits on top. */
static inline uint32_t
short_hash(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

static inline unsigned char
tag_of(uint32_t hash)
{
	return (unsigned char)(hash >> 24);
}

static inline void
table_grow(struct table *t)
{
	uint32_t mask;

	if (t->slot_count >= UINT32_MAX / 2) {
		error("more than a billion elements in a profile");
		exit(EXIT_FAILED);
	}
	free(t->slots);
	free(t->tags);
	t->slot_count = t->slot_count > 0 ? t->slot_count * 2 : 64;
	t->slots = xcalloc(t->slot_count, sizeof *t->slots);
	t->tags = xmalloc(t->slot_count);
	mask = t->slot_count - 1;
	for (uint32_t i = 0; i < t->used; i++) {
		uint32_t hash = t->hashes[i], s = hash & mask;

		while (t->slots[s] != 0)
			s = (s + 1) & mask;
		t->slots[s] = i + 1;
		t->tags[s] = tag_of(hash);
	}
}

/* The index of the element that equals the key, or NONE. */
static inline uint32_t
table_look(const struct table *t, const struct profile *p,
	equal_function *equal, uint64_t long_hash, const void *key)
{
	uint32_t hash = short_hash(long_hash), mask = t->slot_count - 1;

	if (t->slot_count == 0)
		return NONE;
	for (uint32_t s = hash & mask; t->slots[s] != 0; s = (s + 1) & mask)
		if (t->tags[s] == tag_of(hash) &&
			equal(p, t->slots[s] - 1, key))
			return t->slots[s] - 1;
	return NONE;
}

/*
 * The index of the element that equals the key; if there is none, the next
 * free index, taken, and *added set: the caller appends the element there.
 */
static inline uint32_t
table_find(struct table *t, const struct profile *p, equal_function *equal,
	uint64_t long_hash, const void *key, bool *added)
{
	uint32_t hash = short_hash(long_hash), mask, s;

	if (t->used >= t->slot_count / 4 * 3)
		table_grow(t);
	mask = t->slot_count - 1;
	*added = false;
	for (s = hash & mask; t->slots[s] != 0; s = (s + 1) & mask)
		if (t->tags[s] == tag_of(hash) &&
			equal(p, t->slots[s] - 1, key))
			return t->slots[s] - 1;
	*added = true;
	GROW32(t->hashes, t->used);
	t->hashes[t->used] = hash;
	t->slots[s] = ++t->used;
	t->tags[s] = tag_of(hash);
	return t->used - 1;
}

#endif
