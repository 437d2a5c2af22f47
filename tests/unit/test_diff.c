/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c: rows that add up, and what cancels of one process. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "diff.h"

static const struct diff_row *
function_of(const struct diff *d, const char *name)
{
	for (uint32_t i = 0; i < d->function_count; i++)
		if (strcmp(shown_name(&d->shown, d->functions[i].frame),
			    name) == 0)
			return &d->functions[i];
	fail_msg("no function '%s'", name);
	return NULL;
}

static void
check_figure(const struct diff_figure *f)
{
	assert_int_equal(f->change, f->after - f->before);
	assert_true(f->change95.low <= (double)f->change);
	assert_true(f->change95.high >= (double)f->change);
}

/* Whatever is compared, the integers add up. */
static void
check_sums(const struct diff *d)
{
	int64_t before = 0, after = 0, change = 0, of_stacks = 0;

	for (uint32_t i = 0; i < d->function_count; i++) {
		check_figure(&d->functions[i].flat);
		check_figure(&d->functions[i].cum);
		before += d->functions[i].flat.before;
		after += d->functions[i].flat.after;
		change += d->functions[i].flat.change;
	}
	for (uint32_t i = 0; i < d->stack_count; i++)
		of_stacks += d->stacks[i].flat.change;
	check_figure(&d->total);
	assert_int_equal(before, d->total.before);
	assert_int_equal(after, d->total.after);
	assert_int_equal(change, d->total.change);
	assert_int_equal(of_stacks, d->total.change);
	assert_int_equal(d->shown.total, d->total.change);
}

static void
find(struct diff *d, struct profile *now, struct profile *base, int metric)
{
	struct selection s = { .metric = metric, .base = base };

	assert_int_equal(diff_find(d, now, &s, false), 0);
	check_sums(d);
}

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_runs_differ_for_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
