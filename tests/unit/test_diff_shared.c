/* SPDX-License-Identifier: Apache-2.0 */
/* select_shared.c: what one process has on both sides. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diffs.h"

static void
what_lives_in_both_cancels(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	/* Another order of samples on each side. */
	live_range(&s.now, s.x, "main;turns", 1030, 1220, 2000);
	live_range(&s.now, s.x, "main;stays", 3000, 3500, 4000);
	live_range(&s.now, s.x, "main;leaks", 5000, 5400, 6000);
	live_range(&s.now, s.x, "main;begins", 7000, 7008, 8000);
	live_range(&s.base, s.y, "main;leaks", 5000, 5300, 6000);
	live_range(&s.base, s.y, "main;stays", 3000, 3500, 4000);
	live_range(&s.base, s.y, "main;turns", 1000, 1200, 2000);
	find(&s.d, &s.now, &s.base, -1);
	assert_int_equal(s.d.shown.metric, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.processes, 1);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	nearly(flat_of(&s, "turns")->came.sum, 20 * w.sum);
	nearly(flat_of(&s, "turns")->went.sum, 30 * w.sum);
	nearly(flat_of(&s, "turns")->came.var, 20 * w.var);
	nearly(flat_of(&s, "turns")->went.var, 30 * w.var);
	assert_false(flat_of(&s, "turns")->significant);
	assert_true(flat_of(&s, "stays")->came.var == 0);
	assert_true(flat_of(&s, "stays")->went.var == 0);
	assert_true(flat_of(&s, "stays")->before_var > 0);
	nearly(flat_of(&s, "leaks")->came.var, 100 * w.var);
	assert_true(flat_of(&s, "leaks")->went.sum == 0);
	assert_true(flat_of(&s, "leaks")->certain);
	assert_int_equal(flat_of(&s, "begins")->status, DIFF_NEW);
	nearly(s.d.total.came.var, 128 * w.var);
	nearly(s.d.total.went.var, 30 * w.var);
	nearly(s.d.shown.var, 158 * w.var);
	/* Of objects it is the same. */
	diff_release(&s.d);
	find(&s.d, &s.now, &s.base, INUSE_OBJECTS);
	assert_true(flat_of(&s, "stays")->came.var == 0);
	nearly(flat_of(&s, "leaks")->came.var, 100 * w.var / 64 / 64);
	sides_release(&s);
}

static void
other_processes_do_not_cancel(void **state)
{
	struct value w = weight(64, N);
	struct sides s;
	uint32_t z;

	sides_init(&s);
	live_range(&s.now, s.x, "main;stays", 3000, 3500, 4000);
	live_range(&s.base, s.y, "main;stays", 3000, 3500, 4000);
	s.base.processes[s.y].boot = strtab_add(&s.base.strings, "after");
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.processes, 0);
	nearly(s.d.total.came.var + s.d.total.went.var, 1000 * w.var);
	diff_release(&s.d);
	/* Of two processes one cancels. */
	z = known_process(&s.now, 2, (uint64_t)N);
	live_range(&s.now, z, "main;stays", 3000, 3100, 4000);
	s.base.processes[s.y].boot = strtab_add(&s.base.strings, "b00t");
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.processes, 1);
	nearly(s.d.total.came.var, 100 * w.var);
	nearly(s.d.total.came.sum, 100 * w.sum);
	assert_true(s.d.total.went.var == 0);
	sides_release(&s);
}

/* Lists that are cut short leave what they do not name to the counts. */
static void
without_lists_errors_are_bounded(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;leaks", 5000, 5400, 0);
	live_range(&s.base, s.y, "main;leaks", 5000, 5300, 0);
	live_range(&s.now, s.x, "main;turns", 1100, 1300, 0);
	live_range(&s.base, s.y, "main;turns", 1000, 1200, 0);
	live_range(&s.now, s.x, "main;cut", 7000, 7500, 7400);
	live_range(&s.base, s.y, "main;cut", 7000, 7500, 7400);
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.bounded, 1);
	/* 100 were allocated in between, and none was freed. */
	nearly(flat_of(&s, "leaks")->came.var, 100 * w.var);
	nearly(flat_of(&s, "leaks")->went.var, 0);
	/* 100 came, so as many went: whether old or new is not known. */
	nearly(flat_of(&s, "turns")->came.var, 100 * w.var);
	nearly(flat_of(&s, "turns")->went.var, 100 * w.var);
	/* Nothing was allocated in between. */
	nearly(flat_of(&s, "cut")->came.var + flat_of(&s, "cut")->went.var, 0);
	diff_release(&s.d);
	/* After N rose that is not so. */
	s.now.processes[s.x].thinned = 7;
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.apart, 1);
	nearly(flat_of(&s, "leaks")->came.var, 400 * w.var);
	nearly(flat_of(&s, "cut")->came.var, 100 * w.var);
	sides_release(&s);
}

/* The earlier dump as NEW: the same with its sign turned. */
static void
sides_may_be_in_any_order(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	for (int listed = 0; listed < 2; listed++) {
		sides_init(&s);
		live_range(&s.base, s.y, "main;leaks", 5000, 5400,
			listed ? 6000 : 0);
		live_range(&s.now, s.x, "main;leaks", 5000, 5300,
			listed ? 6000 : 0);
		find(&s.d, &s.now, &s.base, INUSE_SPACE);
		nearly(s.d.total.went.var, 100 * w.var);
		nearly(s.d.total.came.var, 0);
		diff_release(&s.d);
		find(&s.d, &s.now, &s.base, ALLOC_SPACE);
		nearly(s.d.total.went.var, 100 * w.var);
		assert_true(s.d.total.came.sum == 0);
		sides_release(&s);
	}
}

static void
what_only_rises_errs_by_what_is_new(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;turns", 1500, 1501, 2000);
	live_range(&s.base, s.y, "main;turns", 1300, 1301, 2000);
	live_range(&s.now, s.x, "main;once", 3000, 3001, 2000);
	find(&s.d, &s.now, &s.base, ALLOC_SPACE);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	assert_true(s.d.shown.shared.all_went);
	nearly(flat_of(&s, "turns")->came.sum, 200 * w.sum);
	nearly(flat_of(&s, "turns")->came.var, 200 * w.var);
	assert_true(flat_of(&s, "turns")->went.sum == 0);
	/* One sample is enough: it was not there before. */
	assert_true(flat_of(&s, "once")->significant);
	sides_release(&s);
}

static void
a_peak_cancels_if_it_is_the_same(void **state)
{
	struct sides s;

	sides_init(&s);
	for (int k = 0; k < 2; k++) {
		struct profile *p = k ? &s.now : &s.base;
		struct row *r = hand_row(p, 0, "main;top");

		r->v[PEAK_SPACE] = (struct value){ 5e6, 1e12 };
		r->v[PEAK_OBJECTS] = (struct value){ 50, 10 };
		r->samples = 50;
	}
	find(&s.d, &s.now, &s.base, PEAK_SPACE);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	assert_true(s.d.total.came.var == 0 && s.d.total.went.var == 0);
	diff_release(&s.d);
	hand_row(&s.now, 0, "main;other")->v[PEAK_SPACE].sum = 1000;
	find(&s.d, &s.now, &s.base, PEAK_SPACE);
	assert_int_equal(s.d.shown.shared.apart, 1);
	nearly(s.d.total.came.var + s.d.total.went.var, 2e12);
	sides_release(&s);
}

/* N doubled in between: some samples were dropped, the others weigh more. */
static void
a_changed_interval_costs_what_it_dropped(void **state)
{
	struct value w = weight(64, N), v = weight(64, 2 * N);
	double p = chance(64, N), q = chance(64, 2 * N);
	double both = 64 * 64 * (1 / q - 1 / p) / q;
	struct sides s;
	struct row *r;

	sides_init(&s);
	live_range(&s.base, s.y, "main;stays", 1000, 1200, 2000);
	s.now.processes[s.x].interval_max = (uint64_t)(2 * N);
	s.now.processes[s.x].thinned = 100;
	r = hand_row(&s.now, s.x, "main;stays");
	for (uint64_t id = 1000; id < 1200; id += 2) {
		count_sample(&s.now, r, 64, (uint64_t)(2 * N), true);
		list_sample(&s.now, 0, id, 64, (uint64_t)(2 * N));
	}
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	assert_int_equal(s.d.shown.shared.thinned, 1);
	nearly(s.d.total.went.sum, 100 * w.sum);
	nearly(s.d.total.went.var, 100 * w.var);
	nearly(s.d.total.came.sum, 100 * (v.sum - w.sum));
	nearly(s.d.total.came.var, 100 * both);
	assert_false(s.d.total.significant);
	assert_true(100 * both + 100 * w.var < 200 * w.var + 100 * v.var);
	sides_release(&s);
}

/* What is replaced many times over errs as two sides do, not more. */
static void
bounds_are_no_worse_than_adding(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;turns", 1900, 1990, 0);
	live_range(&s.base, s.y, "main;turns", 1000, 1080, 0);
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	nearly(s.d.total.came.var, 90 * w.var);
	nearly(s.d.total.went.var, 80 * w.var);
	diff_release(&s.d);
	/* The later one as BASE: as many came as went in between. */
	live_range(&s.now, s.x, "main;back", 3000, 3200, 0);
	live_range(&s.base, s.y, "main;back", 3100, 3300, 0);
	s.base.processes[s.y].samples += 10000;
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	nearly(flat_of(&s, "back")->came.var, 100 * w.var);
	nearly(flat_of(&s, "back")->went.var, 100 * w.var);
	sides_release(&s);
}

/* One id in two stacks is no one block. */
static void
a_sample_belongs_to_its_stack(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;one", 1000, 1010, 2000);
	live_range(&s.base, s.y, "main;other", 1000, 1010, 2000);
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	nearly(flat_of(&s, "one")->came.var, 10 * w.var);
	nearly(flat_of(&s, "other")->went.var, 10 * w.var);
	sides_release(&s);
}

/* Small blocks that no sample shows cancel as those that do. */
static void
what_is_unseen_cancels_too(void **state)
{
	struct sides s;

	sides_init(&s);
	for (int k = 0; k < 2; k++) {
		struct profile *p = k ? &s.now : &s.base;
		struct row *r = hand_row(p, 0, "main;mixed");

		r->size_min = 16;
		r->size_max = 65536;
		for (uint64_t id = 0; id < 100; id++) {
			uint64_t size = 16ULL << id % 13;

			count_sample(p, r, size, (uint64_t)N, true);
			list_sample(p, 0, id, size, (uint64_t)N);
		}
	}
	find(&s.d, &s.now, &s.base, INUSE_OBJECTS);
	assert_true(s.d.total.after_var > 0);
	assert_true(s.d.total.came.var == 0 && s.d.total.went.var == 0);
	sides_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lives_in_both_cancels),
		cmocka_unit_test(other_processes_do_not_cancel),
		cmocka_unit_test(without_lists_errors_are_bounded),
		cmocka_unit_test(sides_may_be_in_any_order),
		cmocka_unit_test(what_only_rises_errs_by_what_is_new),
		cmocka_unit_test(a_peak_cancels_if_it_is_the_same),
		cmocka_unit_test(a_changed_interval_costs_what_it_dropped),
		cmocka_unit_test(bounds_are_no_worse_than_adding),
		cmocka_unit_test(a_sample_belongs_to_its_stack),
		cmocka_unit_test(what_is_unseen_cancels_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
