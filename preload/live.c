/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of buckets of one cache line: seven addresses, and a count of how
 * many entries wanted to be here and went on to a later bucket, so that a
 * lookup knows when to stop. No tombstones. When the newest table has no room
 * within reach, one of four times the size is added; entries stay where they
 * are, and lookups go from the newest table to the oldest.
 *
 * A slot's address is 0 (free), CLAIMED (somebody is filling or emptying it)
 * or the block's. The charge word decides between a free, thinning and
 * recharging that meet: whoever swaps it to TAKEN owns the entry.
 */
#include "live.h"

#include "state.h"

#define CLAIMED	     1
#define SLOTS	     7
#define REACH	     8 /* buckets that an entry may be away from its own */
#define FIRST_BITS   8 /* 256 buckets: 72 KiB */
#define TABLES	     12
#define FILTER_STUCK 255

struct bucket {
	_Atomic uint64_t passed;
	_Atomic uint64_t address[SLOTS];
};

_Static_assert(sizeof(struct bucket) == 64, "a cache line");

struct payload {
	_Atomic uint64_t charge;
	uint64_t size, birth_ns, id;
};

/* At the beginning of its memory; buckets and payloads follow. */
struct table {
	uint32_t bits; /* log2 of the buckets */
	_Atomic uint64_t count;
	struct bucket *buckets;
	struct payload *payloads; /* SLOTS a bucket */
	char rest_of_line[32];
};

_Static_assert(sizeof(struct table) == 64, "buckets are cache lines");

struct hf_live_place {
	struct table *table;
	uint64_t bucket;
	unsigned slot;
	uint64_t address;
};

_Atomic uint8_t hf_live_filter[1 << HF_LIVE_FILTER_BITS];
uint32_t hf_live_filter_mask;

static struct table *_Atomic tables[TABLES];
static _Atomic uint32_t table_count;

static uint64_t
hash(uint64_t address)
{
	address ^= address >> 32;
	address *= 0xd6e8feb86659fd93ULL;
	address ^= address >> 32;
	return address * 0xd6e8feb86659fd93ULL;
}

static void
filter_raise(const void *block)
{
	_Atomic uint8_t *c = &hf_live_filter[hf_live_slot(block)];
	uint8_t n = atomic_load_explicit(c, memory_order_relaxed);

	while (n != FILTER_STUCK && !atomic_compare_exchange_weak(c, &n, n + 1))
		;
}

static void
filter_lower(const void *block)
{
	_Atomic uint8_t *c = &hf_live_filter[hf_live_slot(block)];
	uint8_t n = atomic_load_explicit(c, memory_order_relaxed);

	while (n != FILTER_STUCK && !atomic_compare_exchange_weak(c, &n, n - 1))
		;
}

static size_t
table_bytes(uint32_t bits)
{
	return sizeof(struct table) +
	       ((sizeof(struct bucket) + SLOTS * sizeof(struct payload))
		       << bits);
}

/* Makes table `number` unless another thread has meanwhile. */
static bool
add_table(uint32_t number, uint32_t bits)
{
	struct table *t = hf_state_private(table_bytes(bits)), *none = NULL;
	uint32_t seen = number;

	if (!t)
		return false;
	t->bits = bits;
	t->buckets = (struct bucket *)(t + 1);
	t->payloads = (struct payload *)(t->buckets + ((size_t)1 << bits));
	if (!atomic_compare_exchange_strong(&tables[number], &none, t))
		hf_state_private_release(t, table_bytes(bits));
	atomic_compare_exchange_strong(&table_count, &seen, number + 1);
	return true;
}

bool
hf_live_start(unsigned bits)
{
	if (!add_table(0, FIRST_BITS))
		return false;
	hf_live_filter_mask = (1u << bits) - 1;
	return true;
}

/*
 * One of four times the size beside the newest, or of twice if there is no
 * room for that. False: no room at all.
 */
static bool
grow(uint32_t seen)
{
	uint32_t bits = tables[seen - 1]->bits;

	return seen < TABLES &&
	       (add_table(seen, bits + 2) || add_table(seen, bits + 1) ||
		       atomic_load(&table_count) != seen);
}

static uint64_t
home(const struct table *t, uint64_t address)
{
	return hash(address) >> (64 - t->bits);
}

static uint64_t
step(const struct table *t, uint64_t bucket, unsigned by)
{
	return (bucket + by) & (((uint64_t)1 << t->bits) - 1);
}

/* Claims a free slot within reach; raises `passed` of the buckets passed. */
static bool
claim(struct table *t, uint64_t address, struct hf_live_place *at)
{
	uint64_t first = home(t, address);

	for (unsigned i = 0; i < REACH; i++) {
		struct bucket *b = &t->buckets[step(t, first, i)];

		for (unsigned slot = 0; slot < SLOTS; slot++) {
			uint64_t free = 0;

			if (atomic_load_explicit(&b->address[slot],
				    memory_order_relaxed) == 0 &&
				atomic_compare_exchange_strong(
					&b->address[slot], &free, CLAIMED)) {
				for (unsigned j = 0; j < i; j++)
					t->buckets[step(t, first, j)].passed++;
				*at = (struct hf_live_place){ t,
					step(t, first, i), slot, address };
				return true;
			}
		}
	}
	return false;
}

static struct payload *
payload_at(const struct hf_live_place *at)
{
	return &at->table->payloads[at->bucket * SLOTS + at->slot];
}

static _Atomic uint64_t *
address_at(const struct hf_live_place *at)
{
	return &at->table->buckets[at->bucket].address[at->slot];
}

/* Gives a claimed slot back. */
static void
vacate(const struct hf_live_place *at)
{
	struct table *t = at->table;
	uint64_t first = home(t, at->address);

	atomic_store_explicit(address_at(at), 0, memory_order_release);
	for (unsigned j = 0; step(t, first, j) != at->bucket; j++)
		t->buckets[step(t, first, j)].passed--;
	atomic_fetch_sub_explicit(&t->count, 1, memory_order_relaxed);
}

/* In the newest table, or, once MEMORY is used up, where there is room. */
static bool
claim_anywhere(uint64_t address, struct hf_live_place *at)
{
	uint32_t n;

	for (;;) {
		n = atomic_load_explicit(&table_count, memory_order_acquire);
		if (n == 0)
			return false;
		if (claim(tables[n - 1], address, at))
			return true;
		if (!grow(n))
			break;
	}
	while (n-- > 0)
		if (claim(tables[n], address, at))
			return true;
	return false;
}

bool
hf_live_insert(const void *block, const struct hf_live_entry *entry)
{
	struct hf_live_place at;
	struct payload *p;

	if (!claim_anywhere((uintptr_t)block, &at))
		return false;
	filter_raise(block);
	p = payload_at(&at);
	p->size = entry->size;
	p->birth_ns = entry->birth_ns;
	p->id = entry->id;
	atomic_store_explicit(
		&p->charge, entry->charge.word, memory_order_relaxed);
	atomic_fetch_add_explicit(&at.table->count, 1, memory_order_relaxed);
	atomic_store_explicit(
		address_at(&at), (uintptr_t)block, memory_order_release);
	return true;
}

static bool
find(struct table *t, uint64_t address, struct hf_live_place *at)
{
	uint64_t first = home(t, address);

	for (unsigned i = 0; i < REACH; i++) {
		struct bucket *b = &t->buckets[step(t, first, i)];

		for (unsigned slot = 0; slot < SLOTS; slot++)
			if (atomic_load_explicit(&b->address[slot],
				    memory_order_acquire) == address) {
				*at = (struct hf_live_place){ t,
					step(t, first, i), slot, address };
				return true;
			}
		if (atomic_load_explicit(&b->passed, memory_order_acquire) == 0)
			return false;
	}
	return false;
}

/* The slot is ours once its address is CLAIMED by us. */
static void
empty(const struct hf_live_place *at)
{
	vacate(at);
	filter_lower((const void *)at->address);
}

bool
hf_live_take(const void *block, struct hf_live_entry *out)
{
	uint64_t address = (uintptr_t)block;
	struct hf_live_place at;
	struct payload *p;

	for (uint32_t n = atomic_load_explicit(
		     &table_count, memory_order_acquire);
		n-- > 0;)
		if (atomic_load_explicit(
			    &tables[n]->count, memory_order_relaxed) != 0 &&
			find(tables[n], address, &at)) {
			if (!atomic_compare_exchange_strong(address_at(&at),
				    &(uint64_t){ address }, CLAIMED))
				return false;
			p = payload_at(&at);
			out->size = p->size;
			out->birth_ns = p->birth_ns;
			out->id = p->id;
			out->charge.word =
				atomic_exchange(&p->charge, HF_CHARGE_TAKEN);
			/* Dropped just now: whoever did it empties the slot. */
			if (out->charge.word == HF_CHARGE_TAKEN)
				return false;
			empty(&at);
			return true;
		}
	return false;
}

uint64_t
hf_live_count(void)
{
	uint64_t sum = 0;

	for (uint32_t n = atomic_load(&table_count); n-- > 0;)
		sum += atomic_load_explicit(
			&tables[n]->count, memory_order_relaxed);
	return sum;
}

/* The entry as a whole, or false if there is none or it changed meanwhile. */
static bool
copy(struct hf_live_place *at, struct hf_live_entry *out)
{
	struct payload *p = payload_at(at);

	at->address =
		atomic_load_explicit(address_at(at), memory_order_acquire);
	if (at->address <= CLAIMED)
		return false;
	out->charge.word = atomic_load(&p->charge);
	out->size = p->size;
	out->birth_ns = p->birth_ns;
	out->id = p->id;
	atomic_thread_fence(memory_order_acquire);
	return out->charge.word != HF_CHARGE_TAKEN &&
	       atomic_load(address_at(at)) == at->address &&
	       atomic_load(&p->charge) == out->charge.word;
}

static bool
each_of(struct table *t,
	bool (*visit)(
		void *, const struct hf_live_entry *, struct hf_live_place *),
	void *data)
{
	struct hf_live_entry e;

	for (uint64_t b = 0; b < (uint64_t)1 << t->bits; b++)
		for (unsigned slot = 0; slot < SLOTS; slot++) {
			struct hf_live_place at = { t, b, slot, 0 };

			if (copy(&at, &e) && !visit(data, &e, &at))
				return false;
		}
	return true;
}

void
hf_live_each(bool (*visit)(void *data, const struct hf_live_entry *e,
		     struct hf_live_place *at),
	void *data)
{
	uint32_t n = atomic_load_explicit(&table_count, memory_order_acquire);

	for (uint32_t i = 0; i < n; i++)
		if (!each_of(tables[i], visit, data))
			return;
}

bool
hf_live_recharge(
	struct hf_live_place *at, union hf_charge old, union hf_charge new)
{
	return atomic_compare_exchange_strong(
		&payload_at(at)->charge, &old.word, new.word);
}

bool
hf_live_drop(struct hf_live_place *at, union hf_charge old)
{
	union hf_charge taken = { .word = HF_CHARGE_TAKEN };

	if (!hf_live_recharge(at, old, taken))
		return false;
	/* A free that comes now leaves it to us: no other entry can be here. */
	atomic_store(address_at(at), CLAIMED);
	empty(at);
	return true;
}
