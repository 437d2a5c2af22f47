/* SPDX-License-Identifier: Apache-2.0 */
/* Items come in order, each once, whoever is faster, and never overwritten. */
#define _GNU_SOURCE /* sched_setaffinity */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <sched.h>

#include "ahead.h"

struct work {
	int next, last;
	int slow; /* microseconds for each */
};

static bool
fill(void *context, void *item)
{
	struct work *w = context;

	if (w->slow)
		usleep((useconds_t)w->slow);
	*(int *)item = w->next++;
	return w->next <= w->last;
}

static void
run(int last, size_t count, int slow_first, int slow_second)
{
	struct work w = { 0, last, slow_first };
	int items[8], *item, n = 0;
	struct ahead *a = ahead_new(fill, &w, items, sizeof *items, count);

	while ((item = ahead_next(a))) {
		if (slow_second)
			usleep((useconds_t)slow_second);
		assert_int_equal(*item, n++);
	}
	assert_int_equal(n, last + 1);
	assert_null(ahead_next(a));
	ahead_free(a);
}

static void
items_come_in_order(void **state)
{
	for (size_t count = 1; count <= 8; count++) {
		run(0, count, 0, 0);
		run(20000, count, 0, 0);
		run(200, count, 100, 0);
		run(200, count, 0, 100);
	}
}

static void
one_processor_will_do(void **state)
{
	cpu_set_t all, one;

	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
	run(1000, 4, 0, 0);
	assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_come_in_order),
		cmocka_unit_test(one_processor_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
