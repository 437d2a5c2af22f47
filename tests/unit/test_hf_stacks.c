/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interning: what is equal and what is not, growth, the end of memory, and
 * threads that bring the same stacks at the same time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "hf_shared.h"
#include "stacks.h"

#define DEPTH 12

/* Stack number i: addresses as of one program, the leaf alike in many. */
static struct hf_stack_key
make_key(uint32_t i, uintptr_t pcs[DEPTH])
{
	uint64_t random = i;
	uint32_t depth = 2 + i % (DEPTH - 2);

	pcs[0] = 0x555555554000 + i % 7 * 16;
	pcs[1] = 0x555555560000 + i;
	for (uint32_t d = 2; d < depth; d++)
		pcs[d] = 0x7ffff7a00000 + hf_sampler_random(&random) % 65536;
	return (struct hf_stack_key){
		.pcs = pcs, .depth = depth, .hash = hf_stacks_hash(pcs, depth)
	};
}

static hfs_ref
intern(struct hf_region *r, uint32_t i)
{
	uintptr_t pcs[DEPTH];
	struct hf_stack_key key = make_key(i, pcs);

	return hf_stacks_intern(r, &key);
}

static void
what_is_equal_is_one_and_what_is_not_is_another(void **state)
{
	struct hf_region *r = hf_shared_region(64 << 20);
	uintptr_t a[] = { 1, 2, 3 }, again[] = { 1, 2, 3 }, b[] = { 1, 3, 2 },
		  c[] = { 1, 2, 4 };
	struct hf_stack_key keys[] = {
		{ .pcs = a, .depth = 3, .unloads = 0, .flags = 0 },
		{ .pcs = a,
			.depth = 3,
			.unloads = 1,
			.flags = 0 }, /* unloads */
		{ .pcs = a, .depth = 3, .unloads = 0, .flags = HFS_TRUNCATED },
		{ .pcs = a, .depth = 3, .unloads = 0, .flags = HFS_TABLE_FULL },
		{ .pcs = a,
			.depth = 3,
			.unloads = 0,
			.flags = HFS_TRUNCATED | HFS_UNWINDER_BUSY },
		{ .pcs = b, .depth = 3, .unloads = 0, .flags = 0 }, /* order */
		{ .pcs = c, .depth = 3, .unloads = 0, .flags = 0 },
		{ .pcs = a, .depth = 2, .unloads = 0, .flags = 0 },
		{ .pcs = a, .depth = 1, .unloads = 0, .flags = 0 },
		{ .pcs = a, .depth = 0, .unloads = 0, .flags = 0 },
		{ .pcs = a, .depth = 0, .unloads = 0, .flags = HFS_TABLE_FULL },
		{ .pcs = a, .depth = 0, .unloads = 1, .flags = 0 },
	};
	enum { KEYS = sizeof keys / sizeof keys[0] };
	hfs_ref ref[KEYS];

	for (int i = 0; i < KEYS; i++) {
		keys[i].hash = hf_stacks_hash(keys[i].pcs, keys[i].depth);
		ref[i] = hf_stacks_intern(r, &keys[i]);
		assert_int_not_equal(ref[i], 0);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(ref[i], ref[j]);
	}
	for (int i = 0; i < KEYS; i++) {
		struct hf_stack_key key = keys[i];

		if (key.pcs == a)
			key.pcs = again;
		assert_int_equal(hf_stacks_intern(r, &key), ref[i]);
	}
	assert_int_equal(r->header->stack_count, KEYS);
}

static void
a_record_says_what_it_was_made_of(void **state)
{
	struct hf_region *r = hf_shared_region(64 << 20);
	uintptr_t pcs[512];
	struct hf_stack_key key = { .pcs = pcs,
		.depth = 512,
		.unloads = 2,
		.epoch = 3,
		.flags = HFS_TRUNCATED };
	struct hfs_stack *s;

	for (uint32_t i = 0; i < 512; i++)
		pcs[i] = 0x400000 + i;
	key.hash = hf_stacks_hash(pcs, 512);
	s = hf_stacks_at(r, hf_stacks_intern(r, &key));
	memset(pcs, 0, sizeof pcs);
	assert_int_equal(s->depth, 512);
	assert_int_equal(s->epoch, 3);
	assert_int_equal(s->flags, HFS_TRUNCATED);
	assert_int_equal(s->number, 1);
	assert_int_equal(s->alloc.samples, 0);
	assert_true(s->size_min == UINT64_MAX && s->size_max == 0);
	for (uint32_t i = 0; i < 512; i++)
		assert_int_equal(s->pcs[i], 0x400000 + i);
}

/* Every stack once in the list of all, with a number of its own. */
static uint32_t
check_list(struct hf_region *r)
{
	uint32_t count = r->header->stack_count, listed = 0;
	uint8_t *seen = calloc(count + 1, 1);

	assert_non_null(seen);
	for (hfs_ref ref = hf_stacks_first(r); ref;) {
		struct hfs_stack *s = hf_stacks_at(r, ref);

		assert_in_range(s->number, 1, count);
		assert_int_equal(seen[s->number]++, 0);
		listed++;
		ref = hf_stacks_after(r, ref);
	}
	free(seen);
	return listed;
}

static void
two_hundred_thousand_stacks_are_all_found_again(void **state)
{
	enum { COUNT = 200000 };
	struct hf_region *r = hf_shared_region(512 << 20);
	hfs_ref *ref = calloc(COUNT, sizeof *ref);

	assert_non_null(ref);
	for (uint32_t i = 0; i < COUNT; i++) {
		ref[i] = intern(r, i);
		assert_int_not_equal(ref[i], 0);
	}
	assert_int_equal(r->header->stack_tables, HFS_STACK_TABLES);
	assert_int_equal(r->header->stack_count, COUNT);
	assert_int_equal(check_list(r), COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(intern(r, i), ref[i]);
	assert_int_equal(r->header->stack_count, COUNT);
	free(ref);
}

static void
a_full_region_adds_nothing_and_forgets_nothing(void **state)
{
	enum { MEMORY = 4 << 20 };
	struct hf_region *r = hf_shared_region(MEMORY);
	hfs_ref first[1000], ref;
	uint32_t n;

	for (n = 0; (ref = intern(r, n)) != 0; n++)
		if (n < 1000)
			first[n] = ref;
	assert_true(n > 1000);
	for (uint32_t i = n; i < n + 1000; i++)
		assert_int_equal(intern(r, i + DEPTH), 0);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(intern(r, i), first[i]);
	assert_true((uint64_t)r->header->used << HFS_UNIT_SHIFT <= MEMORY);
	assert_true(r->header->own_bytes <= MEMORY);
	assert_int_equal(check_list(r), n);
}

#define THREADS 4
#define SHARED	65536 /* more than table 0 takes: it grows meanwhile */
#define ROUNDS	2

struct worker {
	pthread_t thread;
	struct hf_region *region;
	uint32_t step;
	hfs_ref ref[SHARED];
	uint32_t failed;
};

static struct worker workers[THREADS];
static _Atomic uint32_t ready;

/* Each in an order of its own: `step` is odd, so that none is left out. */
static void *
work(void *data)
{
	struct worker *w = data;

	ready++;
	while (ready < THREADS)
		;
	for (uint32_t k = 0; k < ROUNDS * SHARED; k++) {
		uint32_t i = (k / 64 * w->step * 64 + k % 64) % SHARED;
		hfs_ref ref = intern(w->region, i);

		if (!ref) {
			w->failed++;
			continue;
		}
		atomic_fetch_add(
			&hf_stacks_at(w->region, ref)->alloc.samples, 1);
		w->ref[i] = ref;
	}
	return NULL;
}

/* All the counts of a stack, over its records. */
static void
check_sums(struct hf_region *r)
{
	uint32_t *sum = calloc(SHARED, sizeof *sum), extra = 0;

	assert_non_null(sum);
	for (hfs_ref ref = hf_stacks_first(r); ref;) {
		struct hfs_stack *s = hf_stacks_at(r, ref);
		uint32_t i = (uint32_t)(s->pcs[1] - 0x555555560000);

		assert_true(i < SHARED);
		extra += sum[i] != 0;
		sum[i] += s->alloc.samples;
		ref = hf_stacks_after(r, ref);
	}
	for (uint32_t i = 0; i < SHARED; i++)
		assert_int_equal(sum[i], THREADS * ROUNDS);
	/* One a thread that was on its way while a table was added. */
	assert_true(extra <= (THREADS - 1) * (r->header->stack_tables - 1));
	free(sum);
}

static void
threads_that_bring_the_same_stacks_share_them(void **state)
{
	struct hf_region *r = hf_shared_region(512 << 20);
	static const uint32_t steps[THREADS] = { 1, 1, 3, 7 };

	for (int i = 0; i < THREADS; i++) {
		workers[i].region = r;
		workers[i].step = steps[i];
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work,
					 &workers[i]),
			0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].failed, 0);
	}
	assert_true(r->header->stack_tables > 1);
	check_list(r);
	check_sums(r);
	/* Who asks now gets one of those that the threads got. */
	for (uint32_t i = 0; i < SHARED; i++) {
		hfs_ref ref = intern(r, i);
		int found = 0;

		for (int t = 0; t < THREADS; t++)
			found += workers[t].ref[i] == ref;
		assert_true(found > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_equal_is_one_and_what_is_not_is_another),
		cmocka_unit_test(a_record_says_what_it_was_made_of),
		cmocka_unit_test(
			two_hundred_thousand_stacks_are_all_found_again),
		cmocka_unit_test(
			a_full_region_adds_nothing_and_forgets_nothing),
		cmocka_unit_test(threads_that_bring_the_same_stacks_share_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
