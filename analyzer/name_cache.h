/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which number stands for these bytes? Readers of texts that repeat the same
 * names millions of times ask it before anything else. Faster than a strtab,
 * since nothing but the bytes is looked at, and what they stand for is at hand.
 */
#ifndef NAME_CACHE_H
#define NAME_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct name_slot {
	size_t at, length; /* of the bytes */
	uint32_t hash;
	uint32_t number; /* plus 1; 0: the slot is free */
};

/* `= {0}` is an empty one; release takes it back to that. */
struct name_cache {
	struct name_slot *slots;
	size_t slot_count, used;
	unsigned char *bytes;
	size_t length, capacity;
};

#define NAME_UNKNOWN UINT32_MAX

uint32_t name_hash(const unsigned char *bytes, size_t length);

/*
 * Whoever knows what will be asked for next says it, first the one, some time
 * later the other: then nobody waits for memory.
 */
static inline void
name_cache_fetch(const struct name_cache *c, uint32_t hash)
{
	if (c->slot_count > 0)
		__builtin_prefetch(&c->slots[hash & (c->slot_count - 1)]);
}

static inline void
name_cache_fetch_bytes(const struct name_cache *c, uint32_t hash)
{
	const struct name_slot *s;

	if (c->slot_count == 0)
		return;
	s = &c->slots[hash & (c->slot_count - 1)];
	if (s->number != 0) {
		__builtin_prefetch(c->bytes + s->at);
		__builtin_prefetch(c->bytes + s->at + 64);
	}
}

/* `hash` is name_hash() of the bytes. The number, or NAME_UNKNOWN. */
uint32_t name_cache_find(const struct name_cache *c, const unsigned char *bytes,
	size_t length, uint32_t hash);

/* Only of what is not there; the bytes are copied. number < NAME_UNKNOWN. */
void name_cache_add(struct name_cache *c, const unsigned char *bytes,
	size_t length, uint32_t hash, uint32_t number);

void name_cache_release(struct name_cache *c);

#endif
