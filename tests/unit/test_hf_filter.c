/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter that free() looks at while it grows: no live sample is ever
 * missed, and when all are gone nothing is left. Each test is a child of its
 * own, whose filter is as small as at the start.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

#include "hf_shared.h"
#include "live.h"

#define START 512 /* live samples, up to which the first filter suffices */

static void *
block(uint64_t i)
{
	return (void *)(0x555555800000 + 48 * i);
}

static bool
insert(uint64_t i)
{
	struct hf_live_entry e = { .size = i, .id = i + 1 };

	return hf_live_insert(block(i), &e);
}

/* As free() does it. */
static bool
take(uint64_t i)
{
	struct hf_live_entry e;

	return hf_live_maybe(block(i)) && hf_live_take(block(i), &e) &&
	       e.id == i + 1;
}

static uint32_t
bits(void)
{
	return 32 - ((uintptr_t)hf_filter & 31);
}

/* How many of 100,000 blocks that were never sampled look as if they were. */
static uint32_t
false_positives(void)
{
	uint32_t hits = 0;

	for (uint64_t i = 0; i < 100000; i++)
		hits += hf_live_maybe(block(10000000 + 3 * i));
	return hits;
}

static int
grows(void *unused)
{
	const uint64_t count = 60000;

	for (uint64_t i = 0; i < count; i++) {
		if (!insert(i))
			return 1;
		/* Not at every turn: it is begun at 1/64 and then filled. */
		if (i % 1000 == 999 && i < 32768 && false_positives() > 3000)
			return 2;
		for (uint64_t k = i % 97; k <= i; k += 97)
			if (!hf_live_maybe(block(k)))
				return 3;
	}
	if (bits() != 22)
		return 4;
	for (uint64_t i = 0; i < count; i++)
		if (!take(i * 7919 % count))
			return 5;
	return hf_live_count() ? 6 : hf_shared_filter_sum() ? 7 : 0;
}

static void
one_in_64_at_most_looks_further_and_no_sample_is_missed(void **state)
{
	assert_int_equal(hf_shared_in_child(grows, NULL), 0);
}

static int
is_bounded(void *unused)
{
	uint64_t i = 0;

	hf_options.memory = 2 << 20;
	for (; i < 20000; i++)
		if (!insert(i))
			return 1;
	if (bits() > 19)
		return 2;
	for (i = 0; i < 20000; i++)
		if (!take(i))
			return 3;
	return hf_shared_filter_sum() ? 4 : 0;
}

static void
without_memory_it_stays_as_it_is(void **state)
{
	assert_int_equal(hf_shared_in_child(is_bounded, NULL), 0);
}

#define THREADS 4
#define SHELVES 64
#define DEPTH	400 /* blocks a shelf */

/* Blocks change hands: who takes one from a shelf did not allocate it. */
static struct {
	pthread_mutex_t lock;
	uint64_t blocks[DEPTH];
	uint32_t count;
} shelves[SHELVES];

static _Atomic uint64_t next_block, missed;

static void *
trade(void *data)
{
	uint64_t random = (uintptr_t)data + 1;

	for (int step = 0; step < 120000; step++) {
		uint32_t s = hf_shared_below(&random, SHELVES);
		bool buy = hf_shared_below(&random, 8) < 3;
		uint64_t i = UINT64_MAX;

		if (!buy && insert(i = next_block++)) {
			pthread_mutex_lock(&shelves[s].lock);
			if (shelves[s].count < DEPTH) {
				shelves[s].blocks[shelves[s].count++] = i;
				i = UINT64_MAX;
			}
			pthread_mutex_unlock(&shelves[s].lock);
		} else {
			pthread_mutex_lock(&shelves[s].lock);
			if (shelves[s].count > 0)
				i = shelves[s].blocks[--shelves[s].count];
			pthread_mutex_unlock(&shelves[s].lock);
		}
		if (i != UINT64_MAX && !take(i))
			missed++;
	}
	return NULL;
}

static int
traded(void *unused)
{
	pthread_t threads[THREADS];

	for (int s = 0; s < SHELVES; s++)
		pthread_mutex_init(&shelves[s].lock, NULL);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, trade, (void *)i) != 0)
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	if (missed || bits() < 20)
		return 2;
	for (int s = 0; s < SHELVES; s++)
		while (shelves[s].count > 0)
			if (!take(shelves[s].blocks[--shelves[s].count]))
				return 3;
	return hf_live_count() ? 4 : hf_shared_filter_sum() ? 5 : 0;
}

static void
threads_that_free_what_others_allocated_miss_none(void **state)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(hf_shared_in_child(traded, NULL), 0);
}

#define STEPS 181 /* single steps from one try to the next */

/* What others do at one place between two instructions of an insert. */
static struct {
	volatile bool on;
	volatile uint32_t left, wrong;
	int (*others)(void);
} steps;

static void
step(int signal, siginfo_t *info, void *data)
{
	greg_t *flags = &((ucontext_t *)data)->uc_mcontext.gregs[REG_EFL];

	*flags &= ~0x100LL;
	if (!steps.on || steps.left == 0)
		return;
	if (--steps.left == 0)
		steps.wrong = (uint32_t)steps.others();
	else
		*flags |= 0x100;
}

/* One block goes, as many come as make it grow, and free() knows them all. */
static int
one_goes_others_come(void)
{
	if (!take(3))
		return 1;
	for (uint64_t i = 5000; i < 5020; i++)
		if (!insert(i) || !hf_live_maybe(block(i)))
			return 2;
	for (uint64_t i = 5000; i < 5020; i++)
		if (!take(i))
			return 3;
	return take(300) && insert(3) ? 0 : 4;
}

/* A fork at this very moment: what the child has must be right, too. */
static int
look_as_child(void *unused)
{
	struct hf_live_entry e;

	for (uint64_t i = 0; i < START; i++)
		if (hf_live_take(block(i), &e) != (i != 300))
			return 1;
	hf_live_take(block(START), &e);
	/* It grows here as well. */
	for (uint64_t i = 6000; i < 6000 + 3 * START; i++)
		if (!insert(i))
			return 2;
	for (uint64_t i = 6000; i < 6000 + 3 * START; i++)
		if (!take(i))
			return 3;
	return bits() < 16 ? 4 : 0;
}

static int
fork_here(void)
{
	int wrong = one_goes_others_come();
	pid_t pid;
	int status = 0;

	for (uint64_t i = 0; i < START && !wrong; i++)
		if (i != 300 && !hf_live_maybe(block(i)))
			wrong = 5;
	pid = fork();
	if (pid == 0) {
		steps.on = false;
		_exit(look_as_child(NULL));
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid || status != 0
		       ? 10 + WEXITSTATUS(status)
		       : wrong;
}

/* The insert to be interrupted, of those in which it grows, and where. */
struct place {
	uint32_t insert, step;
};

/* 0: all is right; 1: the insert was over before that step. */
static int
interrupted(void *data)
{
	const struct place *place = data;
	struct sigaction sa = { .sa_sigaction = step, .sa_flags = SA_SIGINFO };
	uint64_t i = 0;

	while (i < START + place->insert)
		if (!insert(i++))
			return 100;
	sigaction(SIGTRAP, &sa, NULL);
	steps.others = fork_here;
	steps.left = place->step;
	steps.on = true;
	raise(SIGTRAP);
	insert(i++);
	steps.on = false;
	if (steps.left > 0)
		return 1;
	if (steps.wrong)
		return (int)steps.wrong + 1;
	while (bits() == 15)
		insert(i++);
	for (uint64_t k = 0; k < i; k++)
		if (k != 300 && !take(k))
			return 50;
	return hf_shared_filter_sum() ? 51 : hf_live_count() ? 52 : 0;
}

/* How many inserts it takes from the first that is too many. */
static int
inserts_to_grow(void *unused)
{
	uint64_t i = 0;

	while (bits() == 15)
		insert(i++);
	return (int)(i - START);
}

/* The insert that begins the larger filter, and the one that hands it over. */
static void
between_any_two_instructions_others_miss_none_nor_does_a_child(void **state)
{
	int inserts = hf_shared_in_child(inserts_to_grow, NULL), result;

	assert_in_range(inserts, 2, 40);
	for (int k = 0; k < 2; k++) {
		struct place at = { k ? (uint32_t)inserts - 1 : 0, 1 };

		while ((result = hf_shared_in_child(interrupted, &at)) == 0)
			at.step += STEPS;
		assert_int_equal(result, 1);
		assert_true(at.step > 1000);
		if (k == 0)
			continue;
		/* The end of the last one, more closely. */
		at.step -= 2 * STEPS;
		while ((result = hf_shared_in_child(interrupted, &at)) == 0)
			at.step += 7;
		assert_int_equal(result, 1);
	}
}

static int
start(void **state)
{
	hf_shared_region(1ULL << 30);
	return hf_live_start(4 << 20) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_in_64_at_most_looks_further_and_no_sample_is_missed),
		cmocka_unit_test(without_memory_it_stays_as_it_is),
		cmocka_unit_test(
			threads_that_free_what_others_allocated_miss_none),
		cmocka_unit_test(
			between_any_two_instructions_others_miss_none_nor_does_a_child),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
