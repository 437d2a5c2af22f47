/* SPDX-License-Identifier: Apache-2.0 */
/* Phases: what of a random run is whose, against a model; threads that mark. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "hf_shared.h"
#include "phases.h"

#define PHASES	8
#define BLOCKS	500
#define THREADS 4
#define MARKS	150

/* Of a phase, as its stack's counters should have it. */
struct model {
	uint64_t alloc, live, peak, at_end;
};

static struct hfs_stack *
stack_of(struct hf_region *r, uint32_t phase)
{
	uintptr_t pc = 0x1000;
	struct hf_stack_key key = { .pcs = &pc,
		.depth = 1,
		.phase = phase,
		.hash = hf_stacks_hash(&pc, 1) };

	return hf_stacks_at(r, hf_stacks_intern(r, &key));
}

/* Bytes; the sums are in 1/256. */
static uint64_t
bytes(uint64_t sum)
{
	return sum >> HF_BYTES_SHIFT;
}

/* What its stack has live, less what has changed since the phase's end. */
static uint64_t
live_at_end(const struct hfs_stack *s)
{
	return bytes(s->live.bytes - s->after.bytes);
}

static uint64_t
peak_of(const struct hfs_stack *s, const struct hfs_phase *p)
{
	uint64_t max = p->chooser.now_and_max[1];
	uint64_t now = (uint64_t)s->peak_bytes;

	if (s->at_phase.bytes.max_and_since[0] == max)
		now -= s->at_phase.bytes.max_and_since[1];
	return bytes(now);
}

static void
each_has_its_own(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	struct model m[PHASES + 1] = { 0 };
	struct {
		uint64_t size;
		uint32_t phase;
	} block[BLOCKS] = { 0 };
	uint64_t random = 5;

	for (uint32_t now = 1; now <= PHASES; now++) {
		char name[20];

		snprintf(name, sizeof name, "phase %u", now);
		m[now - 1].at_end = m[now - 1].live;
		assert_true(hf_phases_begin(r, name, hf_state_clock()));
		assert_int_equal(hf_phases_current(r), now);
		for (int i = 0; i < 3000; i++) {
			uint32_t b = hf_shared_below(&random, BLOCKS);
			struct hf_event e = hf_shared_event(
				block[b].size
					? block[b].size
					: 1 + hf_shared_below(&random, 5000),
				1, &random);
			struct model *of =
				&m[block[b].size ? block[b].phase : now];

			if (block[b].size) {
				hf_counters_free(r, stack_of(r, block[b].phase),
					&e, hf_state_clock(), 0);
				of->live -= e.size;
				block[b].size = 0;
				continue;
			}
			hf_counters_alloc(r, stack_of(r, now), &e,
				hf_state_clock(), false);
			block[b].size = e.size;
			block[b].phase = now;
			of->alloc += e.size;
			of->live += e.size;
			if (of->live > of->peak)
				of->peak = of->live;
		}
	}
	m[PHASES].at_end = m[PHASES].live;
	hf_phases_end(r, hf_state_clock());
	assert_int_equal(hf_phases_current(r), 0);
	for (uint32_t i = 1; i <= PHASES; i++) {
		struct hfs_stack *s = stack_of(r, i);
		struct hfs_phase *p = hf_phases_at(r, i);

		assert_int_equal(bytes(s->alloc.bytes), m[i].alloc);
		assert_int_equal(bytes(s->live.bytes), m[i].live);
		assert_int_equal(live_at_end(s), m[i].at_end);
		assert_int_equal(peak_of(s, p), m[i].peak);
		assert_true(p->end_ns >= p->start_ns);
		assert_true(i == 1 ||
			    p->start_ns == hf_phases_at(r, i - 1)->end_ns);
	}
}

static void
names_are_cut_off_whole(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	char name[200];

	memset(name, 'x', sizeof name);
	memcpy(name + HFS_NAME_MAX - 3, "\xe2\x82\xac", 4);
	assert_true(hf_phases_begin(r, name, hf_state_clock()));
	assert_int_equal(strlen(hf_phases_at(r, 1)->name), HFS_NAME_MAX - 3);
	name[HFS_NAME_MAX - 2] = '\0';
	assert_true(hf_phases_begin(r, name, hf_state_clock()));
	assert_int_equal(strlen(hf_phases_at(r, 2)->name), HFS_NAME_MAX - 2);
}

static void
more_than_there_is_room_for_are_refused(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);

	for (int i = 0; i < HFS_PHASES; i++)
		assert_true(hf_phases_begin(r, "again", hf_state_clock()));
	assert_false(hf_phases_begin(r, "one more", hf_state_clock()));
	assert_int_equal(hf_phases_current(r), HFS_PHASES);
}

/* Who has been stopped for good between two steps is in nobody's way. */
static void
a_mark_that_never_ended_is_passed(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);

	assert_true(hf_phases_begin(r, "one", hf_state_clock()));
	assert_true(hf_phases_begin(r, "two", hf_state_clock()));
	r->header->phase_count = 1;
	r->header->phase_open = 1;
	hf_phases_begin(r, "three", hf_state_clock());
	assert_true(hf_phases_begin(r, "four", hf_state_clock()));
	assert_int_equal(hf_phases_current(r), 3);
	assert_string_equal(hf_phases_at(r, 3)->name, "four");
}

struct worker {
	struct hf_region *r;
	int done;
};

static void *
mark(void *data)
{
	struct worker *w = data;

	for (int i = 0; i < MARKS; i++) {
		w->done += hf_phases_begin(w->r, "mark", hf_state_clock());
		if (i % 7 == 0)
			hf_phases_end(w->r, hf_state_clock());
	}
	return NULL;
}

/* Each that was done is there, and in the end all have ended. */
static void
threads_that_mark_at_once(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	struct worker w[THREADS] = { 0 };
	pthread_t t[THREADS];
	uint32_t done = 0;

	for (int i = 0; i < THREADS; i++) {
		w[i].r = r;
		assert_int_equal(pthread_create(&t[i], NULL, mark, &w[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		done += (uint32_t)w[i].done;
	}
	hf_phases_end(r, hf_state_clock());
	assert_int_equal(r->header->phase_count, done);
	for (uint32_t i = 1; i <= done; i++) {
		struct hfs_phase *p = hf_phases_at(r, i);

		assert_int_equal(p->number, i);
		assert_int_not_equal(p->end_ns, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_own),
		cmocka_unit_test(names_are_cut_off_whole),
		cmocka_unit_test(more_than_there_is_room_for_are_refused),
		cmocka_unit_test(a_mark_that_never_ended_is_passed),
		cmocka_unit_test(threads_that_mark_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
