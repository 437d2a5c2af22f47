/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash tables of chains. When a table has two stacks a bucket, one of four
 * times the size is added beside it and takes the new stacks; the old ones
 * stay where they are, so that nothing ever has to wait for a rehash. A
 * lookup asks the newest table first.
 */
#include "stacks.h"

uint64_t
hf_stacks_hash(const uintptr_t *pcs, uint32_t depth)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < depth; i++)
		h = hf_stacks_mix(h, pcs[i]);
	return h;
}

static uint64_t
hash_key(const struct hf_stack_key *key)
{
	uint64_t h = key->hash ^ key->hash >> 32;

	h += key->unloads * 0x9e3779b97f4a7c15ULL + key->flags +
	     ((uint64_t)key->depth << 32);
	h ^= (key->phase * 0xff51afd7ed558ccdULL) ^
	     ((uint64_t)key->label << 16 | key->thread) * 0xc4ceb9fe1a85ec53ULL;
	/* Buckets go by the highest bits; one more makes them depend on all. */
	h *= 0x9e3779b97f4a7c15ULL;
	return h ? h : 1;
}

/*
 * The unloads are in the hash; that the record is not older than the last one
 * must not depend on chance.
 */
static bool
equal(const struct hfs_stack *s, const struct hf_stack_key *key, uint64_t hash)
{
	if (s->hash != hash || s->depth != key->depth ||
		s->epoch < key->unloads || s->flags != key->flags ||
		s->thread != key->thread || s->label != key->label ||
		s->phase != key->phase)
		return false;
	for (uint32_t i = 0; i < key->depth; i++)
		if (s->pcs[i] != key->pcs[i])
			return false;
	return true;
}

/* The stack in the chain from `from` to before `to`, or 0. */
static hfs_ref
search(struct hf_region *r, hfs_ref from, hfs_ref to,
	const struct hf_stack_key *key, uint64_t hash)
{
	for (hfs_ref ref = from; ref != to;) {
		struct hfs_stack *s = hf_stacks_at(r, ref);

		if (equal(s, key, hash))
			return ref;
		ref = s->next;
	}
	return 0;
}

static _Atomic hfs_ref *
bucket(struct hf_region *r, uint32_t table, uint64_t hash)
{
	_Atomic hfs_ref *buckets =
		hf_state_at(r, r->header->stack_table[table]);

	return &buckets[hash >> (64 - HFS_STACK_BITS - 2 * table)];
}

/* Adds table number `n` if nobody else has; no matter if there is no room. */
static void
add_table(struct hf_region *r, uint32_t n)
{
	struct hfs_header *h = r->header;
	size_t bytes = sizeof(hfs_ref) << (HFS_STACK_BITS + 2 * n);
	hfs_ref none = 0, table;

	if (!atomic_load(&h->stack_table[n])) {
		table = hf_state_alloc(r, bytes);
		if (!table)
			return;
		atomic_compare_exchange_strong(
			&h->stack_table[n], &none, table);
	}
	atomic_compare_exchange_strong(
		&h->stack_tables, &(uint32_t){ n }, n + 1);
}

/* How many tables there are, after adding one if it is time to. */
static uint32_t
tables(struct hf_region *r)
{
	struct hfs_header *h = r->header;
	uint32_t n =
		atomic_load_explicit(&h->stack_tables, memory_order_acquire);
	uint32_t count =
		atomic_load_explicit(&h->stack_count, memory_order_relaxed);

	if (n == 0 || (n < HFS_STACK_TABLES &&
			      count >> (HFS_STACK_BITS + 2 * n - 1))) {
		add_table(r, n);
		n = atomic_load_explicit(
			&h->stack_tables, memory_order_acquire);
	}
	return n;
}

static hfs_ref
make(struct hf_region *r, const struct hf_stack_key *key, uint64_t hash)
{
	struct hfs_stack *s;
	hfs_ref ref =
		hf_state_alloc(r, sizeof *s + key->depth * sizeof s->pcs[0]);

	if (!ref)
		return 0;
	s = hf_stacks_at(r, ref);
	s->hash = hash;
	/* A walk notes an unload a moment before its epoch begins. */
	s->epoch = key->epoch > key->unloads ? key->epoch : key->unloads;
	s->depth = (uint16_t)key->depth;
	s->flags = key->flags;
	s->thread = key->thread;
	s->label = key->label;
	s->phase = key->phase;
	s->size_min = UINT64_MAX;
	for (uint32_t i = 0; i < key->depth; i++)
		s->pcs[i] = key->pcs[i];
	atomic_store_explicit(&s->mark, HFS_MARK_STACK, memory_order_release);
	return ref;
}

/* Into the list of all stacks, which dumps and readers of the region walk. */
static void
enlist(struct hf_region *r, hfs_ref ref)
{
	struct hfs_header *h = r->header;
	struct hfs_stack *s = hf_stacks_at(r, ref);
	_Atomic hfs_ref *list = &h->newest_stack;
	hfs_ref newest;

	if (!hf_state_in_file(r, ref)) {
		list = &h->newest_stack_outside;
		hf_state_lost(r, HFS_LOST_STATE);
	}
	newest = atomic_load(list);
	do
		s->older = newest;
	while (!atomic_compare_exchange_weak(list, &newest, ref));
}

static hfs_ref
insert(struct hf_region *r, _Atomic hfs_ref *head, hfs_ref seen,
	const struct hf_stack_key *key, uint64_t hash)
{
	hfs_ref ref = make(r, key, hash), found;
	struct hfs_stack *s;

	if (!ref)
		return 0;
	s = hf_stacks_at(r, ref);
	s->number = atomic_fetch_add(&r->header->stack_count, 1) + 1;
	for (;;) {
		s->next = seen;
		if (atomic_compare_exchange_strong(head, &seen, ref))
			break;
		/* `seen` is now the new head: has somebody added ours? */
		found = search(r, seen, s->next, key, hash);
		if (found)
			return found;
	}
	enlist(r, ref);
	return ref;
}

hfs_ref
hf_stacks_intern(struct hf_region *r, const struct hf_stack_key *key)
{
	uint64_t hash = hash_key(key);
	uint32_t n = tables(r);
	_Atomic hfs_ref *head;
	hfs_ref first = 0, found;

	if (n == 0)
		return 0;
	for (uint32_t t = n; t-- > 0;) {
		head = bucket(r, t, hash);
		hfs_ref from = atomic_load_explicit(head, memory_order_acquire);

		if (t == n - 1)
			first = from;
		found = search(r, from, 0, key, hash);
		if (found)
			return found;
	}
	return insert(r, bucket(r, n - 1, hash), first, key, hash);
}
