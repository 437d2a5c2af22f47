/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All strings one after the other in one block, each with its NUL; `starts`
 * tells where string n begins, and an open hash table finds the id of given
 * bytes. Ids never change, pointers do whenever the block grows.
 */
#include "strtab.h"
#include "err.h"

#include <stdlib.h>
#include <string.h>

static uint64_t
hash_bytes(const char *s, size_t n)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ n;
	uint64_t word;

	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&word, s, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, s, n);
	h = (h ^ word) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

static size_t
length_of(const struct strtab *t, uint32_t id)
{
	size_t end = id + 1 < t->count ? t->starts[id + 1] : t->length;

	return end - t->starts[id] - 1;
}

/* The slot that holds the string, or the free one where it belongs. */
static uint32_t *
find(const struct strtab *t, const char *s, size_t n)
{
	uint32_t mask = t->slot_count - 1;
	uint32_t i = (uint32_t)hash_bytes(s, n) & mask;

	for (; t->slots[i] != 0; i = (i + 1) & mask) {
		uint32_t id = t->slots[i] - 1;

		if (length_of(t, id) == n &&
			memcmp(t->bytes + t->starts[id], s, n) == 0)
			break;
	}
	return &t->slots[i];
}

static void
rehash(struct strtab *t)
{
	if (t->count >= UINT32_MAX / 4) {
		error("more than a billion strings in a profile");
		exit(EXIT_FAILED);
	}
	free(t->slots);
	t->slot_count = t->slot_count > 0 ? t->slot_count * 2 : 64;
	t->slots = xcalloc(t->slot_count, sizeof *t->slots);
	for (uint32_t id = 0; id < t->count; id++)
		*find(t, t->bytes + t->starts[id], length_of(t, id)) = id + 1;
}

uint32_t
strtab_add_n(struct strtab *t, const char *s, size_t n)
{
	uint32_t *slot;
	size_t starts_capacity = t->starts_capacity;

	if (t->count >= t->slot_count / 2)
		rehash(t);
	slot = find(t, s, n);
	if (*slot != 0)
		return *slot - 1;
	if (t->capacity - t->length <= n) {
		/* s may be a string of this very table. */
		char *old = t->bytes;

		t->capacity = (t->capacity + n + 256) * 2;
		t->bytes = xmalloc(t->capacity);
		if (t->length > 0)
			memcpy(t->bytes, old, t->length);
		memcpy(t->bytes + t->length, s, n);
		free(old);
	} else {
		memcpy(t->bytes + t->length, s, n);
	}
	t->bytes[t->length + n] = '\0';
	GROW(t->starts, t->count, starts_capacity);
	t->starts_capacity = (uint32_t)starts_capacity;
	t->starts[t->count] = t->length;
	t->length += n + 1;
	*slot = ++t->count;
	return t->count - 1;
}

uint32_t
strtab_add(struct strtab *t, const char *s)
{
	return strtab_add_n(t, s, strlen(s));
}

void
strtab_complete(struct strtab *t)
{
	free(t->slots);
	t->slots = NULL;
	t->slot_count = 0;
}

const char *
strtab_get(const struct strtab *t, uint32_t id)
{
	return id == UINT32_MAX ? "" : t->bytes + t->starts[id];
}

void
strtab_release(struct strtab *t)
{
	free(t->bytes);
	free(t->starts);
	free(t->slots);
	*t = (struct strtab){ 0 };
}
