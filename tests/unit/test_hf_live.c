/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of live samples and its filter, in one thread: what went in comes
 * out, once. The tables are the process's: each test leaves them empty. See
 * test_hf_live_threads.c for the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hf_shared.h"
#include "live.h"

/* Block number i, as mallocs give them: multiples of 16, mostly near. */
static void *
block(uint64_t i)
{
	return (void *)(0x555555800000 + 48 * i);
}

static struct hf_live_entry
entry_of(uint64_t i)
{
	struct hf_live_entry e = {
		.size = i * 3, .birth_ns = i * 7 + 1, .id = i + 1
	};

	e.charge.stack = i & 0xfffffff;
	e.charge.interval = i % 1000;
	e.charge.chooser = i & 1;
	e.charge.tag = e.id & 0xffff;
	return e;
}

static bool
insert(uint64_t i)
{
	struct hf_live_entry e = entry_of(i);

	return hf_live_insert(block(i), &e);
}

static bool
take(uint64_t i)
{
	struct hf_live_entry e, wanted = entry_of(i);

	if (!hf_live_take(block(i), &e))
		return false;
	assert_int_equal(e.size, wanted.size);
	assert_int_equal(e.birth_ns, wanted.birth_ns);
	assert_int_equal(e.id, wanted.id);
	assert_int_equal(e.charge.word, wanted.charge.word);
	return true;
}

static void
what_goes_in_comes_out_once(void **state)
{
	struct hf_live_entry e;

	assert_int_equal(hf_live_count(), 0);
	assert_true(insert(1));
	assert_true(insert(2));
	assert_int_equal(hf_live_count(), 2);
	assert_true(take(1));
	assert_int_equal(hf_live_count(), 1);
	assert_false(hf_live_take(block(1), &e));
	assert_false(hf_live_take(block(3), &e));
	assert_true(take(2));
	assert_int_equal(hf_live_count(), 0);
	assert_false(hf_live_take(block(2), &e));
}

static void
the_filter_has_no_false_negative_and_returns_to_zero(void **state)
{
	enum { BLOCKS = 4000, STEPS = 200000 };
	static bool in[BLOCKS];
	uint64_t random = 1, count = 0;

	assert_int_equal(hf_shared_filter_sum(), 0);
	for (int step = 0; step < STEPS; step++) {
		uint32_t i = hf_shared_below(&random, BLOCKS);

		if (in[i])
			assert_true(take(i));
		else
			assert_true(insert(i));
		in[i] = !in[i];
		count += in[i] ? 1 : (uint64_t)-1;
		assert_int_equal(hf_live_count(), count);
		for (int k = 0; k < 8; k++) {
			i = hf_shared_below(&random, BLOCKS);
			if (in[i])
				assert_true(hf_live_maybe(block(i)));
		}
	}
	assert_int_equal(hf_shared_filter_sum(), count);
	for (int i = 0; i < BLOCKS; i++)
		if (in[i])
			assert_true(take((uint64_t)i));
	assert_int_equal(hf_shared_filter_sum(), 0);
	for (int i = 0; i < BLOCKS; i++)
		assert_false(hf_live_maybe(block((uint64_t)i)));
}

/* Few positives: free() of what was never sampled must be cheap. */
static void
the_filter_lets_most_others_pass(void **state)
{
	uint32_t hits = 0;

	for (uint64_t i = 0; i < 512; i++)
		assert_true(insert(i * 1000));
	for (uint64_t i = 0; i < 100000; i++)
		hits += hf_live_maybe(block(1000000 + i));
	/* 512 of 32,768 counters are 1.6 %. */
	assert_in_range(hits, 500, 3000);
	for (uint64_t i = 0; i < 512; i++)
		assert_true(take(i * 1000));
}

/* Blocks whose filter counter is the same one. */
static void
a_full_counter_of_the_filter_sticks(void **state)
{
	enum { SAME = 300 };
	static uint64_t same[SAME];
	uint8_t *counter = (uint8_t *)hf_filter_slot(hf_filter, block(5));
	size_t n = 0;

	for (uint64_t i = 5; n < SAME; i++)
		if (hf_filter_slot(hf_filter, block(i)) == counter)
			same[n++] = i;
	for (n = 0; n < SAME; n++)
		assert_true(insert(same[n]));
	assert_int_equal(*counter, 255);
	for (n = 0; n < SAME; n++)
		assert_true(take(same[n]));
	assert_int_equal(*counter, 255);
	/* As it was, for the tests that follow. */
	*counter = 0;
}

/*
 * In a child, whose MEMORY is used up; before the tests that make the tables
 * large. Returns the step that failed.
 */
static int
fill_up(void *unused)
{
	struct hf_live_entry e;
	uint64_t n = 0, refused, used;

	hf_options.memory = 8 << 20;
	while (insert(n))
		n++;
	refused = n;
	if (n < 50000 || hf_live_count() != n || insert(refused))
		return 1;
	used = hf_live_count();
	/* What was refused left no trace. */
	if (hf_live_take(block(refused), &e) || hf_live_count() != used)
		return 2;
	/* A place that becomes free is found again, wherever it is. */
	for (uint64_t i = 0; i < n; i += 100)
		if (!hf_live_take(block(i), &e) || e.id != i + 1)
			return 3;
	if (!insert(refused) || !hf_live_take(block(refused), &e) ||
		e.id != refused + 1)
		return 4;
	for (uint64_t i = 0; i < n; i++)
		if (hf_live_take(block(i), &e) != (i % 100 != 0))
			return 5;
	return hf_live_count() == 0 ? 0 : 6;
}

static void
without_memory_it_refuses_and_loses_nothing(void **state)
{
	assert_int_equal(hf_shared_in_child(fill_up, NULL), 0);
}

/*
 * The home of an address in a table of 2^bits buckets, as live.c has it. Should
 * that change, the test below is only less sharp.
 */
static uint64_t
home(uint64_t address, unsigned bits)
{
	address ^= address >> 32;
	address *= 0xd6e8feb86659fd93ULL;
	address ^= address >> 32;
	return address * 0xd6e8feb86659fd93ULL >> (64 - bits);
}

static void
many_blocks_of_one_bucket_find_places(void **state)
{
	enum { SAME = 2000, BITS = 12 }; /* at home in one of 4,096 buckets */
	static uint64_t same[SAME];
	struct hf_live_entry e;
	size_t n = 0;
	uint64_t i;

	for (i = 0; n < SAME; i++)
		if (home((uintptr_t)block(i), BITS) == 0)
			same[n++] = i;
	for (n = 0; n < SAME; n++)
		assert_true(insert(same[n]));
	assert_int_equal(hf_live_count(), SAME);
	for (; home((uintptr_t)block(i), BITS) != 0; i++)
		;
	assert_false(hf_live_take(block(i), &e)); /* same home, not there */
	/* From the middle, so that lookups pass places that are free again. */
	for (n = 0; n < SAME; n++)
		assert_true(take(same[(n + SAME / 2) % SAME]));
	assert_int_equal(hf_live_count(), 0);
	assert_int_equal(hf_shared_filter_sum(), 0);
}

static bool
count_whole(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct hf_live_entry wanted = entry_of(e->id - 1);

	assert_int_equal(e->size, wanted.size);
	assert_int_equal(e->birth_ns, wanted.birth_ns);
	assert_int_equal(e->charge.word, wanted.charge.word);
	++*(uint64_t *)data;
	return true;
}

static bool
stop_at_ten(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	return ++*(uint64_t *)data < 10;
}

static void
a_walk_meets_each_entry_once_and_stops_when_told(void **state)
{
	uint64_t met = 0;

	hf_live_each(count_whole, &met);
	assert_int_equal(met, 0);
	for (uint64_t i = 0; i < 5000; i++)
		assert_true(insert(i));
	for (uint64_t i = 0; i < 5000; i += 2)
		assert_true(take(i));
	hf_live_each(count_whole, &met);
	assert_int_equal(met, 2500);
	met = 0;
	hf_live_each(stop_at_ten, &met);
	assert_int_equal(met, 10);
	for (uint64_t i = 1; i < 5000; i += 2)
		assert_true(take(i));
}

struct change {
	uint64_t id;
	union hf_charge from, to;
	bool drop, done;
};

static bool
change_one(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct change *c = data;

	if (e->id == c->id)
		c->done = c->drop ? hf_live_drop(at, c->from)
				  : hf_live_recharge(at, c->from, c->to);
	return true;
}

static void
what_is_charged_otherwise_is_neither_changed_nor_dropped(void **state)
{
	union hf_charge old = entry_of(1).charge, new = { .word = 0x1234567 };
	struct change c = { .id = 2, .from = new, .to = old };
	struct hf_live_entry e;

	assert_true(insert(1));
	hf_live_each(change_one, &c);
	assert_false(c.done);
	c.drop = true;
	hf_live_each(change_one, &c);
	assert_false(c.done);
	c = (struct change){ .id = 2, .from = old, .to = new };
	hf_live_each(change_one, &c);
	assert_true(c.done);
	assert_true(hf_live_take(block(1), &e));
	assert_int_equal(e.charge.word, new.word);
	assert_int_equal(e.size, 3);

	assert_true(insert(1));
	c = (struct change){ .id = 2, .from = old, .drop = true };
	hf_live_each(change_one, &c);
	assert_true(c.done);
	assert_int_equal(hf_live_count(), 0);
	assert_false(hf_live_take(block(1), &e));
	assert_int_equal(hf_shared_filter_sum(), 0);
}

static void
a_million_entries_are_all_there(void **state)
{
	enum { COUNT = 1000000 };
	struct hf_live_entry e;
	uint64_t met = 0;

	for (uint64_t i = 0; i < COUNT; i++)
		assert_true(insert(i));
	assert_int_equal(hf_live_count(), COUNT);
	hf_live_each(count_whole, &met);
	assert_int_equal(met, COUNT);
	for (uint64_t i = COUNT; i < COUNT + 1000; i++)
		assert_false(hf_live_take(block(i), &e));
	/* In an order that has nothing to do with the first. */
	for (uint64_t i = 0; i < COUNT; i++)
		assert_true(take(i * 7919 % COUNT));
	assert_int_equal(hf_live_count(), 0);
}

static int
start(void **state)
{
	hf_shared_region(1ULL << 30);
	return hf_live_start(0) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_in_comes_out_once),
		cmocka_unit_test(
			the_filter_has_no_false_negative_and_returns_to_zero),
		cmocka_unit_test(the_filter_lets_most_others_pass),
		cmocka_unit_test(a_full_counter_of_the_filter_sticks),
		cmocka_unit_test(without_memory_it_refuses_and_loses_nothing),
		cmocka_unit_test(many_blocks_of_one_bucket_find_places),
		cmocka_unit_test(
			a_walk_meets_each_entry_once_and_stops_when_told),
		cmocka_unit_test(
			what_is_charged_otherwise_is_neither_changed_nor_dropped),
		cmocka_unit_test(a_million_entries_are_all_there),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
