/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c: rows that add up, what is significant, and what --normalize does. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diffs.h"

static void
exact_runs_differ_for_certain(void **state)
{
	struct profile now, base;
	struct diff d;
	uint32_t x, y;

	profile_init(&now);
	profile_init(&base);
	x = hand_process(&now, 1, PROCESS_ENDED, 1);
	y = hand_process(&base, 2, PROCESS_ENDED, 1);
	hand_live(&now, x, "main;same", 100, 1);
	hand_live(&base, y, "main;same", 100, 1);
	hand_live(&now, x, "main;fresh", 7, 1);
	hand_live(&base, y, "main;old", 9, 3);
	hand_live(&now, x, "main;more", 50, 5);
	hand_live(&base, y, "main;more", 49, 4);
	hand_live(&now, x, "main;less", 50, 5);
	hand_live(&base, y, "main;less", 500, 4);
	find(&d, &now, &base, -1);
	assert_int_equal(d.shown.metric, PEAK_SPACE);
	assert_int_equal(d.total.before, 658);
	assert_int_equal(d.total.after, 207);
	assert_true(d.total.change95.low == -451);
	assert_true(d.total.change95.high == -451);
	assert_string_equal(shown_name(&d.shown, d.functions[0].frame), "less");
	assert_int_equal(function_of(&d, "same")->flat.status, DIFF_SAME);
	assert_int_equal(function_of(&d, "fresh")->flat.status, DIFF_NEW);
	assert_int_equal(function_of(&d, "old")->flat.status, DIFF_VANISHED);
	assert_int_equal(function_of(&d, "more")->flat.status, DIFF_GROWN);
	assert_int_equal(function_of(&d, "less")->flat.status, DIFF_SHRUNK);
	assert_int_equal(function_of(&d, "less")->flat.objects_after, 5);
	assert_int_equal(function_of(&d, "main")->cum.change, -451);
	assert_int_equal(function_of(&d, "main")->flat.change, 0);
	assert_true(function_of(&d, "more")->flat.certain);
	assert_false(function_of(&d, "same")->flat.significant);
	assert_int_equal(d.shown.shared.processes, 0);
	diff_release(&d);
	profile_release(&now);
	profile_release(&base);
}

static void
normalized_sides_hold_the_same(void **state)
{
	struct selection sel = { .metric = INUSE_SPACE, .normalize = true };
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;a", 1000, 1300, 2000);
	live_range(&s.now, s.x, "main;b", 3000, 3100, 4000);
	live_range(&s.base, s.y, "main;a", 1000, 1100, 2000);
	live_range(&s.base, s.y, "main;b", 3000, 3100, 4000);
	sel.base = &s.base;
	assert_int_equal(diff_find(&s.d, &s.now, &sel, false), 0);
	check_sums(&s.d);
	assert_true(llabs(s.d.total.change) <= 1);
	nearly(s.d.shown.factor, 2);
	nearly(flat_of(&s, "b")->before_var, 4 * 100 * weight(64, N).var);
	assert_int_equal(flat_of(&s, "a")->change,
		flat_of(&s, "a")->after - flat_of(&s, "a")->before);
	assert_true(flat_of(&s, "a")->significant);
	/* As the whole has it, not what a rule left. */
	sel.rules[RULE_FOCUS] = (const char *[]){ "^b$", NULL };
	diff_release(&s.d);
	assert_int_equal(diff_find(&s.d, &s.now, &sel, false), 0);
	nearly(s.d.shown.factor, 2);
	assert_true(s.d.total.change < 0);
	sides_release(&s);
}

/* 40 stacks that did not change, of which one looks as if it had. */
static void
of_many_rows_some_look_significant(void **state)
{
	struct sides s;
	char name[32];

	sides_init(&s);
	for (int i = 0; i < 40; i++) {
		uint64_t from = 1000 * (uint64_t)(i + 1);

		snprintf(name, sizeof name, "main;f%d", i);
		live_range(
			&s.now, s.x, name, from, from + (i == 7 ? 30 : 20), 0);
		live_range(
			&s.base, s.y, name, from, from + (i == 7 ? 13 : 20), 0);
	}
	live_range(&s.now, s.x, "main;really", 90000, 90100, 0);
	s.now.processes[s.x].boot = strtab_add(&s.now.strings, "later");
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_true(flat_of(&s, "f7")->significant);
	assert_false(flat_of(&s, "f7")->certain);
	assert_true(flat_of(&s, "really")->certain);
	/* What is significant stands first. */
	assert_string_equal(
		shown_name(&s.d.shown, s.d.functions[1].frame), "f7");
	assert_false(s.d.functions[2].flat.significant);
	sides_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_runs_differ_for_certain),
		cmocka_unit_test(normalized_sides_hold_the_same),
		cmocka_unit_test(of_many_rows_some_look_significant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
