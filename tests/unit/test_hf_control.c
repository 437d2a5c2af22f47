/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threshold, N's history, the page that others write to, and what a forked
 * child may do to its parent's: nothing.
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
#include <sys/mman.h>
#include <unistd.h>

#include "commands.h"
#include "hf_shared.h"
#include "phases.h"

#define CHANGES	 200000
#define FARTHEST 37 /* x N: the longest interval that is ever drawn */

/* As at a process's start, with a page of its own. */
static struct hf_region *
start(uint64_t interval, bool active)
{
	struct hf_region *r = hf_shared_region(16 << 20);

	memset(&hf_control_page, 0, sizeof hf_control_page);
	hf_intervals.count = 0;
	hf_control_start(interval, active);
	return r;
}

/* Every thread comes after each change, whatever it has drawn before. */
static void
changes_reach_everybody_and_never_run_out(void **state)
{
	uint64_t interval = 512 << 10;

	start(interval, true);
	for (int i = 0; i < CHANGES; i++) {
		uint64_t count =
			hf_control_threshold() - 1 - FARTHEST * interval;

		if (i % 500 == 0) {
			interval = 1ULL << (i / 500 * 7 % 30);
			assert_int_equal(hf_control_change(interval), HF_DONE);
		} else {
			assert_int_equal(hf_control_set_active(false), HF_DONE);
			assert_int_equal(hf_control_threshold(), HF_DORMANT);
			assert_false(hf_control_due(count + (1ULL << 60)));
			assert_int_equal(hf_control_set_active(true), HF_DONE);
		}
		assert_true(hf_control_due(count));
		assert_int_equal(hf_control_threshold(), hf_control.awake);
	}
}

static void
rates_leave_room_for_thinning(void **state)
{
	uint32_t refused;

	start(4096, true);
	for (int i = 0; i < 5000; i++) /* nothing changes */
		assert_int_equal(hf_command_rate(4096), HF_DONE);
	assert_int_equal(hf_control_current(), 0);
	assert_int_equal(hf_command_rate(0), HF_REFUSED);
	assert_int_equal(hf_command_rate(UINT64_MAX), HF_REFUSED);
	for (refused = 0; refused < 2000; refused++)
		if (hf_command_rate(1000 + refused) != HF_DONE)
			break;
	assert_true(refused > 900 && refused < HFS_INTERVALS - 32);
	/* What is in force can be asked for again; a full table still thins. */
	assert_int_equal(hf_command_rate(1000 + refused - 1), HF_DONE);
	for (int i = 0; i < 40; i++)
		assert_int_equal(hf_control_change(1ULL << i), HF_DONE);
	while (hf_control_current() + 1 < HFS_INTERVALS)
		assert_int_equal(
			hf_control_change(1 + hf_control_current()), HF_DONE);
	assert_int_equal(hf_control_change(99999), HF_REFUSED);
}

static void
the_history_is_published_and_never_shrinks(void **state)
{
	struct hf_region *r = start(4096, true);

	hf_control_publish(r);
	assert_int_equal(hf_control_change(8192), HF_DONE);
	assert_int_equal(r->header->interval_count, 2);
	assert_int_equal(r->header->intervals[1].bytes, 8192);
	hf_intervals.count = 1; /* one who has read it before */
	hf_control_publish(r);
	hf_intervals.count = 2;
	assert_int_equal(r->header->interval_count, 2);
}

/* One that is asked from outside: words in the page, then a new number. */
static enum hf_outcome
ask(struct hf_region *r, uint32_t kind, uint64_t argument, const char *text)
{
	hf_control.kind = kind;
	hf_control.argument = argument;
	memset(hf_control.text, 'x', sizeof hf_control.text);
	if (text)
		strcpy(hf_control.text, text);
	hf_control.request++;
	hf_control.outcome = 77;
	assert_true(hf_control_asked());
	hf_commands_answer(r);
	assert_false(hf_control_asked());
	assert_true(hf_control.outcome == HFS_DONE ||
		    hf_control.outcome == HFS_REFUSED);
	return hf_control.outcome == HFS_DONE ? HF_DONE : HF_REFUSED;
}

static void
requests_are_taken_as_they_come(void **state)
{
	struct hf_region *r = start(4096, false);

	assert_int_equal(ask(r, HFS_MARK, 0, "warm"), HF_DONE);
	assert_string_equal(hf_phases_at(r, 1)->name, "warm");
	/* A text without an end. */
	assert_int_equal(ask(r, HFS_MARK, 0, NULL), HF_DONE);
	assert_int_equal(strlen(hf_phases_at(r, 2)->name), HFS_NAME_MAX - 1);
	assert_int_equal(ask(r, HFS_RATE, 1 << 20, NULL), HF_DONE);
	assert_int_equal(hf_control_interval(hf_control_current()), 1 << 20);
	assert_int_equal(ask(r, HFS_RATE, 0, NULL), HF_REFUSED);
	assert_int_equal(ask(r, 4711, 0, NULL), HF_REFUSED);
	/* One that was woken to answer is dormant again. */
	hf_control.threshold = hf_control.awake;
	assert_int_equal(ask(r, HFS_STOP, 0, NULL), HF_DONE);
	assert_int_equal(hf_control_threshold(), HF_DORMANT);
	assert_int_equal(hf_phases_current(r), 0);
	assert_int_equal(ask(r, HFS_START, 0, NULL), HF_DONE);
	assert_true(hf_control_active());
	assert_int_equal(hf_control_threshold(), hf_control.awake);
	/* Off is for ever, whatever others write. */
	hf_control_off();
	assert_int_equal(ask(r, HFS_START, 0, NULL), HF_REFUSED);
	assert_int_equal(hf_control_threshold(), HF_DORMANT);
}

static atomic_int stop;

static void *
answer(void *unused)
{
	while (!atomic_load(&stop))
		hf_control_answered(0, HF_DONE);
	return NULL;
}

/* Who is answering something meanwhile must not put a start to sleep. */
static void
started_is_awake(void **state)
{
	pthread_t t;

	start(1, false);
	assert_int_equal(pthread_create(&t, NULL, answer, NULL), 0);
	for (int i = 0; i < CHANGES; i++) {
		assert_int_equal(hf_control_set_active(true), HF_DONE);
		for (int k = 0; k < i % 64; k++)
			assert_int_not_equal(
				hf_control_threshold(), HF_DORMANT);
		assert_int_equal(hf_control_set_active(false), HF_DONE);
	}
	stop = 1;
	pthread_join(t, NULL);
}

static int
off_while_somebody_changes(void *unused)
{
	hf_wiped->changing = 1; /* another thread of the child */
	hf_control_off();
	if (hf_control_set_active(false) != HF_BUSY)
		return 2;
	hf_wiped->changing = 0;
	return 0;
}

static int
off(void *unused)
{
	hf_control_off();
	return hf_control_active() || !hf_wiped->control ||
	       hf_control_threshold() != HF_DORMANT;
}

/* The page is in a file that both have mapped. */
static void
a_child_does_not_touch_its_parents(void **state)
{
	int fd = memfd_create("page", MFD_CLOEXEC);
	struct hfs_control *to;

	start(4096, true);
	assert_true(fd >= 0 && ftruncate(fd, HFS_PAGE) == 0);
	to = mmap(NULL, HFS_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(to != MAP_FAILED);
	hf_control_move(to, fd);
	assert_int_equal(to->threshold, HF_THRESHOLD_FIRST);
	assert_int_equal(hf_control_change(8192), HF_DONE);
	assert_int_equal(to->threshold, hf_control_threshold());

	assert_int_equal(
		hf_shared_in_child(off_while_somebody_changes, NULL), 0);
	assert_true(hf_control_active());
	assert_int_equal(hf_control_threshold(), hf_control.awake);
	assert_int_equal(hf_shared_in_child(off, NULL), 0);
	assert_true(hf_control_active());
	assert_int_equal(hf_control_threshold(), hf_control.awake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_reach_everybody_and_never_run_out),
		cmocka_unit_test(rates_leave_room_for_thinning),
		cmocka_unit_test(the_history_is_published_and_never_shrinks),
		cmocka_unit_test(started_is_awake),
		cmocka_unit_test(a_child_does_not_touch_its_parents),
		/* The last one: it turns off for ever. */
		cmocka_unit_test(requests_are_taken_as_they_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
