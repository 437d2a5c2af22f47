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
 *
 * Beside its id an entry keeps the levels of the filter that it is raised in,
 * so that while the filter grows each is lowered as often as it was raised.
 */
#include "live.h"

#include "state.h"

#define CLAIMED	   1
#define SLOTS	   7
#define REACH	   8 /* buckets that an entry may be away from its own */
#define FIRST_BITS 8 /* 256 buckets: 72 KiB */
#define TABLES	   12
#define STRIDE	   16 /* buckets that an insert moves into a larger filter */
#define NO_LEVELS  UINT64_MAX

struct bucket {
	_Atomic uint64_t passed;
	_Atomic uint64_t address[SLOTS];
};

_Static_assert(sizeof(struct bucket) == 64, "a cache line");

struct payload {
	_Atomic uint64_t charge;
	uint64_t size, birth_ns;
	_Atomic uint64_t id_and_levels; /* NO_LEVELS: taken */
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

static struct table *_Atomic tables[TABLES];
static _Atomic uint32_t table_count;

/* How far a larger filter is filled; of whoever has hf_wiped->growing. */
static struct {
	uint32_t table;
	uint64_t bucket;
} filled;

static uint64_t
hash(uint64_t address)
{
	address ^= address >> 32;
	address *= 0xd6e8feb86659fd93ULL;
	address ^= address >> 32;
	return address * 0xd6e8feb86659fd93ULL;
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
hf_live_start(uint64_t filter_bytes)
{
	hf_filter_start(filter_bytes);
	return add_table(0, FIRST_BITS);
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

uint64_t
hf_live_count(void)
{
	uint64_t sum = 0;

	for (uint32_t n = atomic_load(&table_count); n-- > 0;)
		sum += atomic_load_explicit(
			&tables[n]->count, memory_order_relaxed);
	return sum;
}

/*
 * Raises an entry in levels of the filter that were begun after it was. The id
 * makes sure that it is still the entry which was at the address.
 */
static void
catch_up(const struct hf_live_place *at)
{
	_Atomic uint64_t *word = &payload_at(at)->id_and_levels;
	const void *block = (const void *)at->address;
	uint64_t seen = atomic_load(word), now = seen;

	if (atomic_load(address_at(at)) != at->address)
		return;
	while (now != NO_LEVELS && now >> 8 == seen >> 8 &&
		(now & 15) < hf_filter_newest()) {
		seen = now;
		hf_filter_raise_next(block, seen & 15);
		if (atomic_compare_exchange_strong(word, &now, seen + 1))
			now = seen + 1;
		else
			hf_filter_lower_next(block, seen & 15);
	}
}

/* Moves a stride of entries into the filter that is begun. True: all done. */
static bool
fill_filter(void)
{
	struct table *t;

	if (filled.table == atomic_load(&table_count))
		return true; /* a fork came before the last step */
	t = tables[filled.table];
	for (unsigned i = 0; i < STRIDE && filled.bucket >> t->bits == 0; i++) {
		for (unsigned slot = 0; slot < SLOTS; slot++) {
			struct hf_live_place at = { t, filled.bucket, slot, 0 };

			at.address = atomic_load(address_at(&at));
			if (at.address > CLAIMED)
				catch_up(&at);
		}
		filled.bucket++;
	}
	if (filled.bucket >> t->bits != 0) {
		filled.bucket = 0;
		filled.table++;
	}
	return filled.table == atomic_load(&table_count);
}

static void HF_COLD
grow_filter(void)
{
	uint32_t nobody = 0;
	bool fresh;

	if (!atomic_compare_exchange_strong(&hf_wiped->growing, &nobody, 1))
		return;
	if (hf_filter_begin(&fresh)) {
		if (fresh)
			filled.table = filled.bucket = 0;
		if (fill_filter())
			hf_filter_finish();
	}
	atomic_store(&hf_wiped->growing, 0);
}

bool
hf_live_insert(const void *block, const struct hf_live_entry *entry)
{
	struct hf_live_place at;
	struct payload *p;

	if (!claim_anywhere((uintptr_t)block, &at))
		return false;
	p = payload_at(&at);
	p->size = entry->size;
	p->birth_ns = entry->birth_ns;
	atomic_store_explicit(&p->id_and_levels,
		entry->id << 8 | hf_filter_raise(block), memory_order_relaxed);
	atomic_store_explicit(
		&p->charge, entry->charge.word, memory_order_relaxed);
	atomic_fetch_add_explicit(&at.table->count, 1, memory_order_relaxed);
	/* First published, then looked: who begins a level does the reverse. */
	atomic_store(address_at(&at), (uintptr_t)block);
	catch_up(&at);
	if (hf_filter_due(hf_live_count()))
		grow_filter();
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

/* The slot is ours once its address is CLAIMED by us. Returns the id. */
static uint64_t
empty(const struct hf_live_place *at)
{
	uint64_t word =
		atomic_exchange(&payload_at(at)->id_and_levels, NO_LEVELS);

	vacate(at);
	hf_filter_lower((const void *)at->address, word & 255);
	return word >> 8;
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
			out->charge.word =
				atomic_exchange(&p->charge, HF_CHARGE_TAKEN);
			/* Dropped just now: whoever did it empties the slot. */
			if (out->charge.word == HF_CHARGE_TAKEN)
				return false;
			out->id = empty(&at);
			return true;
		}
	return false;
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
	out->id = p->id_and_levels >> 8;
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
