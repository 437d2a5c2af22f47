/* SPDX-License-Identifier: Apache-2.0 */
/* Distinct stacks are bounded by what was read, and what is beyond is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "read_budget.h"

/* How many short stacks a file of `taken` bytes may have. */
static uint32_t
most(uint64_t taken)
{
	struct read_budget budget;
	struct profile p;
	char name[16];
	uint32_t n = 0, process;

	profile_init(&p);
	process = hand_process(&p, 1, PROCESS_RUNNING, 1);
	read_budget_init(&budget, &p);
	while (read_budget_allows(&budget, taken)) {
		snprintf(name, sizeof name, "f%u", n++);
		hand_row(&p, process, name);
	}
	profile_release(&p);
	return n;
}

static void
grows_with_what_was_read(void **state)
{
	uint32_t none = most(0), ten = most(10000000);

	/* Several hundred bytes each, of 40 MB and of 140. */
	assert_in_range(none, 20000, 120000);
	assert_in_range(ten, 3 * none, 4 * none);
}

static void
what_is_beyond_is_one_stack(void **state)
{
	struct read_budget budget;
	struct profile p;
	uint32_t stack;

	profile_init(&p);
	hand_stack(&p, "main;a", false);
	read_budget_init(&budget, &p);
	assert_true(read_budget_allows(&budget, 0));
	stack = read_budget_other(&budget);
	assert_int_equal(read_budget_other(&budget), stack);
	assert_int_equal(budget.turned_away, 2);
	assert_int_equal(p.stacks[stack].depth, 1);
	assert_int_equal(p.stack_count, 2);
	profile_release(&p);
}

/* Of two files in one profile each has room of its own. */
static void
earlier_files_do_not_count(void **state)
{
	struct read_budget budget;
	struct profile p;
	char name[16];

	profile_init(&p);
	for (int i = 0; i < 200000; i++) {
		snprintf(name, sizeof name, "f%d", i);
		hand_stack(&p, name, false);
	}
	read_budget_init(&budget, &p);
	assert_true(read_budget_allows(&budget, 0));
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_with_what_was_read),
		cmocka_unit_test(what_is_beyond_is_one_stack),
		cmocka_unit_test(earlier_files_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
