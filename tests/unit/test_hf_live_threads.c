/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of live samples under threads and forks: whoever meets over an
 * entry, exactly one gets it, and as a whole. Threads only count what they saw;
 * assertions are made after they have ended. Each test is a child of its own,
 * so that the tables are small and grow in it.
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
#include "live.h"

#define THREADS 4
#define IDS	(1 << 20)

static _Atomic uint32_t errors, ready, stop;
/* How often sample `id` was taken, dropped, given another interval. */
static _Atomic uint8_t taken[IDS], dropped[IDS], recharged[IDS];
static uint16_t last_interval[IDS]; /* of who took or dropped it */

static void *
block(uint64_t i)
{
	return (void *)(0x555555800000 + 48 * i);
}

/* All fields follow from the id, so that a mixture shows. */
static struct hf_live_entry
entry_of(uint64_t id)
{
	struct hf_live_entry e = {
		.size = id * 3, .birth_ns = id * 7 + 1, .id = id
	};

	e.charge.stack = id & 0xfffffff;
	e.charge.tag = id & 0xffff;
	return e;
}

/* A recharge changes the interval. */
static bool
is_whole(const struct hf_live_entry *e)
{
	struct hf_live_entry wanted = entry_of(e->id);

	wanted.charge.interval = e->charge.interval;
	return e->id < IDS && e->size == wanted.size &&
	       e->birth_ns == wanted.birth_ns &&
	       e->charge.word == wanted.charge.word;
}

static bool
insert(uint64_t at, uint64_t id)
{
	struct hf_live_entry e = entry_of(id);

	return hf_live_insert(block(at), &e);
}

/* Counts it, and whether it was whole; false: not there. */
static bool
take(uint64_t at)
{
	struct hf_live_entry e;

	if (!hf_live_take(block(at), &e))
		return false;
	if (!is_whole(&e)) {
		errors++;
		return true;
	}
	taken[e.id]++;
	last_interval[e.id] = e.charge.interval;
	return true;
}

struct worker {
	pthread_t thread;
	uint64_t number;
	void (*job)(struct worker *);
};

static void *
begin(void *data)
{
	struct worker *w = data;

	ready++;
	while (ready < THREADS)
		;
	w->job(w);
	return NULL;
}

/* Thread i does jobs[i]; returns when all have ended. */
static void
run(void (*const jobs[THREADS])(struct worker *))
{
	struct worker workers[THREADS];

	ready = 0;
	for (uint64_t i = 0; i < THREADS; i++) {
		workers[i].number = i;
		workers[i].job = jobs[i];
		if (pthread_create(
			    &workers[i].thread, NULL, begin, &workers[i]) != 0)
			errors++;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
}

#define OWN 20000

static void
churn_own(struct worker *w)
{
	uint64_t random = w->number + 1, first = w->number * OWN;
	static bool in[THREADS * OWN];

	for (int step = 0; step < 200000; step++) {
		uint64_t at = first + hf_shared_below(&random, OWN);
		bool done = in[at] ? hf_live_maybe(block(at)) && take(at)
				   : !take(at) && insert(at, at);

		errors += !done;
		in[at] = !in[at];
	}
	for (uint64_t at = first; at < first + OWN; at++)
		if (in[at] && !take(at))
			errors++;
}

static int
disjoint(void *unused)
{
	run((void (*const[])(struct worker *)){
		churn_own, churn_own, churn_own, churn_own });
	return errors			? 1
	       : hf_live_count()	? 2
	       : hf_shared_filter_sum() ? 3
					: 0;
}

static void
threads_do_not_disturb_each_others_blocks(void **state)
{
	assert_int_equal(hf_shared_in_child(disjoint, NULL), 0);
}

#define GROWTH 60000

static void
insert_many(struct worker *w)
{
	for (uint64_t i = 0; i < GROWTH; i++)
		if (!insert(w->number * GROWTH + i, w->number * GROWTH + i))
			errors++;
}

/* No sample may be lost, and N not be doubled, because a table is being made */
static int
growth(void *unused)
{
	run((void (*const[])(struct worker *)){
		insert_many, insert_many, insert_many, insert_many });
	if (errors)
		return 1;
	for (uint64_t at = 0; at < THREADS * GROWTH; at++)
		if (!take(at))
			return 2;
	return errors			? 3
	       : hf_live_count()	? 4
	       : hf_shared_filter_sum() ? 5
					: 0;
}

static void
no_insert_fails_because_another_thread_adds_a_table(void **state)
{
	for (int i = 0; i < 8; i++)
		assert_int_equal(hf_shared_in_child(growth, NULL), 0);
}

#define SHARED 100000

static void
take_all(struct worker *w)
{
	for (uint64_t i = 0; i < SHARED; i++)
		take(w->number < 2 ? i : SHARED - 1 - i);
}

static int
shared(void *unused)
{
	for (uint64_t i = 0; i < SHARED; i++)
		if (!insert(i, i))
			return 1;
	run((void (*const[])(struct worker *)){
		take_all, take_all, take_all, take_all });
	for (uint64_t i = 0; i < SHARED; i++)
		if (taken[i] != 1)
			return 2;
	return errors			? 3
	       : hf_live_count()	? 4
	       : hf_shared_filter_sum() ? 5
					: 0;
}

static void
of_threads_that_want_one_block_exactly_one_gets_it(void **state)
{
	assert_int_equal(hf_shared_in_child(shared, NULL), 0);
}

static void
free_most(struct worker *w)
{
	uint64_t random = 7 + w->number;

	for (uint64_t i = w->number; i < SHARED; i += 2)
		if (hf_shared_below(&random, 8))
			take(i);
	stop++;
}

static bool
drop_one(void *random, const struct hf_live_entry *e, struct hf_live_place *at)
{
	if (!is_whole(e)) {
		errors++;
	} else if (hf_shared_below(random, 4) == 0 &&
		   hf_live_drop(at, e->charge)) {
		dropped[e->id]++;
		last_interval[e->id] = e->charge.interval;
	}
	return true;
}

static bool
recharge_one(
	void *random, const struct hf_live_entry *e, struct hf_live_place *at)
{
	union hf_charge new = e->charge;

	new.interval = 5;
	if (e->charge.interval == 0 && hf_shared_below(random, 4) == 0 &&
		hf_live_recharge(at, e->charge, new))
		recharged[e->id]++;
	return true;
}

static void
drop_some(struct worker *w)
{
	uint64_t random = 11 + w->number;

	do
		hf_live_each(drop_one, &random);
	while (stop < 2);
}

static void
recharge_some(struct worker *w)
{
	uint64_t random = 11 + w->number;

	do
		hf_live_each(recharge_one, &random);
	while (stop < 2);
}

/* As thinning does it, while the host frees. */
static int
race(void *unused)
{
	for (uint64_t i = 0; i < SHARED; i++)
		if (!insert(i, i))
			return 1;
	run((void (*const[])(struct worker *)){
		free_most, free_most, drop_some, recharge_some });
	for (uint64_t i = 0; i < SHARED; i++)
		take(i);
	for (uint64_t i = 0; i < SHARED; i++) {
		if (taken[i] + dropped[i] != 1 || recharged[i] > 1)
			return 2;
		/* Who ended it saw the charge that was in force. */
		if (last_interval[i] != (recharged[i] ? 5 : 0))
			return 3;
	}
	return errors			? 4
	       : hf_live_count()	? 5
	       : hf_shared_filter_sum() ? 6
					: 0;
}

static void
of_a_free_a_drop_and_a_recharge_each_is_whole_or_not_at_all(void **state)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(hf_shared_in_child(race, NULL), 0);
}

#define LIVES  400000
#define PLACES 16

/* Malloc gives the same few addresses again and again, each a new sample. */
static void
reuse(struct worker *w)
{
	uint64_t random = w->number, id = w->number;
	uint64_t in[PLACES] = { 0 };

	for (; id < LIVES; id += 2) {
		uint64_t k = hf_shared_below(&random, PLACES);
		uint64_t at = w->number * PLACES + k;

		if (in[k])
			take(at);
		in[k] = insert(at, id);
		errors += !in[k];
	}
	for (uint64_t k = 0; k < PLACES; k++)
		if (in[k])
			take(w->number * PLACES + k);
	stop++;
}

static int
again(void *unused)
{
	run((void (*const[])(struct worker *)){
		reuse, reuse, drop_some, drop_some });
	for (uint64_t i = 0; i < LIVES; i++)
		if (taken[i] + dropped[i] != 1)
			return 2;
	return errors			? 4
	       : hf_live_count()	? 5
	       : hf_shared_filter_sum() ? 6
					: 0;
}

/* A drop that is slow must not take what came to its place meanwhile. */
static void
a_drop_ends_the_sample_that_it_saw_and_no_later_one(void **state)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(hf_shared_in_child(again, NULL), 0);
}

#define STORM 1000 /* blocks a thread */
#define FORKS 500

static void *
storm(void *data)
{
	const struct worker *w = data;
	uint64_t random = w->number + 1, id = w->number;
	static bool in[THREADS * STORM];

	while (!stop) {
		uint64_t at =
			w->number * STORM + hf_shared_below(&random, STORM);

		if (in[at])
			take(at);
		else
			insert(at, id = (id + THREADS) % IDS);
		in[at] = !in[at];
	}
	return NULL;
}

struct seen {
	uint32_t entries, broken;
};

static bool
see(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct seen *seen = data;

	seen->entries++;
	seen->broken += !is_whole(e);
	return true;
}

/* What a child finds must be whole, found by free(), and work as before. */
static int
look_as_child(void *unused)
{
	struct seen seen = { 0 }, left = { 0 };
	struct hf_live_entry e;
	uint32_t found = 0;

	hf_live_each(see, &seen);
	if (seen.broken)
		return 1;
	for (uint64_t at = 0; at < 2 * STORM; at++) {
		bool maybe = hf_live_maybe(block(at));

		if (!hf_live_take(block(at), &e))
			continue;
		found++;
		if (!maybe || !is_whole(&e))
			return 2;
	}
	if (found != seen.entries)
		return 3;
	hf_live_each(see, &left);
	if (left.entries)
		return 4;
	for (uint64_t at = 0; at < 2 * STORM; at++)
		if (!insert(at, at) || !hf_live_maybe(block(at)))
			return 5;
	for (uint64_t at = 0; at < 2 * STORM; at++)
		if (!hf_live_take(block(at), &e) || e.id != at)
			return 6;
	return 0;
}

static int
fork_in_storm(void *unused)
{
	struct worker workers[2];
	int result = 0;

	for (uint64_t i = 0; i < 2; i++) {
		workers[i].number = i;
		if (pthread_create(
			    &workers[i].thread, NULL, storm, &workers[i]) != 0)
			return 100;
	}
	for (int i = 0; i < FORKS && result == 0; i++)
		result = hf_shared_in_child(look_as_child, NULL);
	stop = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(workers[i].thread, NULL);
	return result ? result : errors ? 101 : 0;
}

static void
a_child_forked_in_a_storm_sees_whole_entries_or_none(void **state)
{
	assert_int_equal(hf_shared_in_child(fork_in_storm, NULL), 0);
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
		cmocka_unit_test(threads_do_not_disturb_each_others_blocks),
		cmocka_unit_test(
			no_insert_fails_because_another_thread_adds_a_table),
		cmocka_unit_test(
			of_threads_that_want_one_block_exactly_one_gets_it),
		cmocka_unit_test(
			of_a_free_a_drop_and_a_recharge_each_is_whole_or_not_at_all),
		cmocka_unit_test(
			a_drop_ends_the_sample_that_it_saw_and_no_later_one),
		cmocka_unit_test(
			a_child_forked_in_a_storm_sees_whole_entries_or_none),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
