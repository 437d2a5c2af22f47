/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing. The hash takes 16 bytes a multiplication, whose two halves
 * are folded into one; names are some 50 bytes long.
 */
#include "name_cache.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

#define ONE 0x9e3779b97f4a7c15u
#define TWO 0xe7037ed1a0b428dbu

static uint64_t
word(const unsigned char *bytes)
{
	uint64_t w;

	memcpy(&w, bytes, sizeof w);
	return w;
}

static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Fewer than 8 bytes as a number. */
static uint64_t
short_word(const unsigned char *bytes, size_t length)
{
	uint32_t low, high;

	if (length == 0)
		return 0;
	if (length < 4)
		return (uint64_t)bytes[0] << 16 |
		       (uint64_t)bytes[length / 2] << 8 | bytes[length - 1];
	memcpy(&low, bytes, sizeof low);
	memcpy(&high, bytes + length - 4, sizeof high);
	return (uint64_t)high << 32 | low;
}

uint32_t
name_hash(const unsigned char *bytes, size_t length)
{
	uint64_t h = ONE ^ length, a, b;
	size_t i;

	for (i = 0; length - i > 16; i += 16)
		h = fold(word(bytes + i) ^ h, word(bytes + i + 8) ^ TWO);
	if (length >= 16) { /* the last 16, some of them once more */
		a = word(bytes + length - 16);
		b = word(bytes + length - 8);
	} else if (length >= 8) {
		a = word(bytes);
		b = word(bytes + length - 8);
	} else {
		a = short_word(bytes, length);
		b = 0;
	}
	h = fold(a ^ h, b ^ TWO);
	return (uint32_t)(h ^ h >> 32);
}

uint32_t
name_cache_find(const struct name_cache *c, const unsigned char *bytes,
	size_t length, uint32_t hash)
{
	size_t mask = c->slot_count - 1;

	if (c->slot_count == 0)
		return NAME_UNKNOWN;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		const struct name_slot *s = &c->slots[i];

		if (s->number == 0)
			return NAME_UNKNOWN;
		if (s->hash == hash && s->length == length &&
			(length == 0 ||
				memcmp(c->bytes + s->at, bytes, length) == 0))
			return s->number - 1;
	}
}

static struct name_slot *
free_slot(struct name_cache *c, uint32_t hash)
{
	size_t mask = c->slot_count - 1, i = hash & mask;

	while (c->slots[i].number != 0)
		i = (i + 1) & mask;
	return &c->slots[i];
}

static void
make_room(struct name_cache *c, size_t length)
{
	struct name_slot *old = c->slots;
	size_t count = c->slot_count;

	if (c->capacity - c->length <= length) {
		c->capacity = (c->capacity + length + 1) * 2;
		c->bytes = xrealloc(c->bytes, c->capacity);
	}
	if (c->used < count / 4 * 3)
		return;
	c->slot_count = count > 0 ? count * 2 : 256;
	c->slots = xcalloc(c->slot_count, sizeof *c->slots);
	for (size_t i = 0; i < count; i++)
		if (old[i].number != 0)
			*free_slot(c, old[i].hash) = old[i];
	free(old);
}

void
name_cache_add(struct name_cache *c, const unsigned char *bytes, size_t length,
	uint32_t hash, uint32_t number)
{
	make_room(c, length);
	*free_slot(c, hash) = (struct name_slot){
		.at = c->length,
		.length = length,
		.hash = hash,
		.number = number + 1,
	};
	if (length > 0)
		memcpy(c->bytes + c->length, bytes, length);
	c->length += length;
	c->used++;
}

void
name_cache_release(struct name_cache *c)
{
	free(c->slots);
	free(c->bytes);
	*c = (struct name_cache){ 0 };
}
