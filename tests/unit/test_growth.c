/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From dumps to trends: what is one stack, what is followed from dump to dump,
 * and what is left out. Whether it grows is test_trend's part.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dumps.h"
#include "err.h"
#include "growth.h"
#include "stderr.h"

#define DUMPS 40
#define SIZE  100
#define PACE  10 /* blocks from one dump to the next */
#define LEAK  ((DUMPS - 1) * PACE * SIZE) /* from the first to the last */

/* A process that leaks PACE blocks of SIZE bytes a second, half in a thread. */
struct made {
	int pid, dumps;
	int final; /* the last one, in which nothing lives, is the final one */
	int thinned_at; /* from that dump on, some were thinned */
	int capped_from; /* from that dump on, not all are listed */
	int missed_at; /* the dump that fails to list the first blocks */
	int coarse; /* every other block is drawn by N = 4096 */
	int inherited; /* a second stack of blocks of the parent */
};

static void
put_stack(FILE *out, int number, const char *address, int thread, int count)
{
	fprintf(out, "@ %s\n  t*: %d: %d [%d: %d]\n# s %d", address, count,
		count * SIZE, count, count * SIZE, number);
	if (thread > 0)
		fprintf(out, " t=%d", thread);
	fprintf(out, " a=%d,%d,%d,0,0 l=%d,%d,%d,0,0\n", count, count * SIZE,
		count, count, count * SIZE, count);
}

static void
put_live(FILE *out, const struct made *m, int d, int count)
{
	int listed = m->capped_from > 0 && d >= m->capped_from ? 5 : count;

	fprintf(out, "# live %d %d\n", count, listed);
	for (int i = 0; i < listed; i++) {
		if (d == m->missed_at && m->missed_at > 0 && i < PACE)
			continue;
		fprintf(out, "# l %d %d %d %d %d000000000\n", i + 1, i % 2 + 1,
			SIZE, m->coarse ? i % 2 : 0, i / PACE);
	}
	if (m->inherited)
		fprintf(out, "# l 99999 3 5000 0 0 i\n");
}

static void
make_dump(const char *folder, const struct made *m, int d)
{
	bool final = m->final && d == m->dumps - 1;
	int count = final ? 0 : (d + 1) * PACE;
	char name[80], *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out,
		"heap_v2/1\n  t*: 1: 1 [1: 1]\n# heapflame 1\n# id %d-1\n"
		"# boot b\n# exe /bin/made\n# time 1000 %d000 5 %d000000005\n"
		"# reason %c %d %d\n# interval 0 1 0\n",
		m->pid, d + 2, d + 1, final ? 'f' : 't', d, d);
	if (m->coarse)
		fputs("# interval 1 4096 0\n", out);
	fprintf(out, "# samples %d %d %d\n", count, count,
		m->thinned_at > 0 && d >= m->thinned_at ? 7 : 0);
	fputs("# name t 1 worker\n", out);
	if (count > 0) {
		put_stack(out, 1, "0x1000 0x2000", 0, count / 2);
		put_stack(out, 2, "0x1000 0x2000", 1, count / 2);
	}
	if (m->inherited)
		fputs("@ 0x3000\n  t*: 0: 0 [0: 0]\n# s 3 i=1,5000,1\n", out);
	put_live(out, m, d, count);
	fputs("# end\n", out);
	fclose(out);
	snprintf(name, sizeof name, "h.%d-1.%d.%c%d.heap", m->pid, d,
		final ? 'f' : 't', d);
	write_file(folder, name, text, size);
	free(text);
}

/* All of them in a folder of their own. */
static char *
make(const struct made *m)
{
	char *folder = new_folder();

	for (int d = 0; d < m->dumps; d++)
		make_dump(folder, m, d);
	return folder;
}

static void
find(struct growth *g, char *folder, const struct selection *s)
{
	const struct growth_options o = { .selection = s };

	assert_int_equal(growth_find(g, &folder, 1, false, &o), 0);
	remove_folder(folder);
}

static const struct selection plain;

static void
assert_near(double a, double b)
{
	if (fabs(a - b) > 1e-9 * fabs(b) + 1e-6)
		fail_msg("%.12g is not %.12g", a, b);
}

static void
rows_of_equal_frames_are_one(void **state)
{
	const struct selection by_thread = { .by = { BY_THREAD }, .bys = 1 };
	const struct made m = { .pid = 7, .dumps = DUMPS };
	struct growth g;

	find(&g, make(&m), &plain);
	assert_int_equal(g.process_count, 1);
	assert_string_equal(g.processes[0].name, "made");
	assert_int_equal(g.processes[0].pid, 7);
	assert_true(g.processes[0].judged && g.processes[0].listed);
	assert_int_equal(g.processes[0].points, DUMPS);
	assert_int_equal(g.processes[0].samples, DUMPS * PACE);
	assert_int_equal(g.processes[0].first_ns, 1000000000);
	assert_int_equal(g.processes[0].last_ns, DUMPS * 1000000000LL);
	assert_int_equal(g.stack_count, 1);
	assert_int_equal(g.stacks[0].depth, 2);
	assert_int_equal(g.stacks[0].trend.class, TREND_LINEAR);
	assert_near(g.stacks[0].trend.growth, LEAK);
	assert_near(g.stacks[0].trend.growth95.low, LEAK);
	assert_near(g.stacks[0].trend.live, DUMPS * PACE * SIZE);
	assert_near(g.together.slope, g.stacks[0].trend.slope);
	growth_release(&g);

	find(&g, make(&m), &by_thread);
	assert_int_equal(g.stack_count, 2);
	assert_int_equal(g.classes[TREND_LINEAR], 2);
	assert_int_equal(g.stacks[0].roots, 1);
	assert_near(g.together.growth, LEAK);
	growth_release(&g);
}

static void
what_a_block_stands_for_is_by_its_own_n(void **state)
{
	const struct made m = { .pid = 7, .dumps = DUMPS, .coarse = 1 };
	double p = -expm1(-(SIZE + 1) / 4096.);
	struct growth g;

	find(&g, make(&m), &plain);
	assert_near(g.stacks[0].trend.growth, LEAK / 2 + LEAK / 2 / p);
	assert_true(g.stacks[0].trend.growth95.low < g.stacks[0].trend.growth);
	growth_release(&g);
}

static void
who_was_missed_once_has_not_gone(void **state)
{
	const struct made m = { .pid = 7, .dumps = DUMPS, .missed_at = 9 };
	struct growth g;

	find(&g, make(&m), &plain);
	assert_int_equal(g.processes[0].samples, DUMPS * PACE);
	assert_near(g.stacks[0].trend.growth, LEAK);
	growth_release(&g);
}

static void
blocks_of_the_parent_are_not_looked_at(void **state)
{
	const struct made m = { .pid = 7, .dumps = DUMPS, .inherited = 1 };
	struct growth g;

	find(&g, make(&m), &plain);
	assert_int_equal(g.stack_count, 1);
	assert_near(g.stacks[0].trend.growth, LEAK);
	growth_release(&g);
}

static void
what_was_before_thinning_is_left_out(void **state)
{
	const struct made m = { .pid = 7, .dumps = DUMPS, .thinned_at = 15 };
	struct growth g;

	find(&g, make(&m), &plain);
	assert_int_equal(g.processes[0].thinned, 15);
	assert_int_equal(g.processes[0].points, DUMPS - 15);
	assert_near(g.stacks[0].trend.growth, (DUMPS - 16) * PACE * SIZE);
	growth_release(&g);
}

static void
lists_that_are_too_short_are_not_used(void **state)
{
	struct made m = { .pid = 7, .dumps = DUMPS, .capped_from = 10 };
	struct growth g;

	/* Most of them: the figures of the stacks are. */
	find(&g, make(&m), &plain);
	assert_false(g.processes[0].listed);
	assert_int_equal(g.processes[0].points, DUMPS);
	assert_int_equal(g.stack_count, 1);
	assert_near(g.stacks[0].trend.growth, LEAK);
	assert_int_equal(g.stacks[0].trend.class, TREND_LINEAR);
	growth_release(&g);

	m.capped_from = DUMPS - 2;
	find(&g, make(&m), &plain);
	assert_true(g.processes[0].listed);
	assert_int_equal(g.processes[0].unlisted, 2);
	assert_int_equal(g.processes[0].points, DUMPS - 2);
	growth_release(&g);
}

static void
what_destructors_left_says_little(void **state)
{
	struct made m = { .pid = 7, .dumps = DUMPS + 1, .final = 1 };
	struct growth g;

	find(&g, make(&m), &plain);
	assert_int_equal(g.processes[0].points, DUMPS);
	assert_int_equal(g.stacks[0].trend.class, TREND_LINEAR);
	growth_release(&g);

	/* But with too few others it counts. */
	m.dumps = 4;
	find(&g, make(&m), &plain);
	assert_int_equal(g.processes[0].points, 4);
	assert_near(g.stacks[0].trend.live, 0);
	growth_release(&g);
}

static void
each_process_is_a_series(void **state)
{
	const struct made few = { .pid = 8, .dumps = 3 };
	const struct made many = { .pid = 9, .dumps = DUMPS };
	char *folder = make(&many);
	const struct growth_options o = { .selection = &plain };
	struct growth g;
	struct said said;

	for (int d = 0; d < few.dumps; d++)
		make_dump(folder, &few, d);
	find(&g, folder, &plain);
	assert_int_equal(g.process_count, 2);
	assert_false(g.processes[0].judged);
	assert_true(g.processes[1].judged);
	assert_int_equal(g.stack_count, 1);
	assert_int_equal(g.stacks[0].process, 1);
	growth_release(&g);

	folder = make(&few);
	said_begin(&said);
	assert_int_equal(growth_find(&g, &folder, 1, false, &o), -1);
	assert_non_null(strstr(said_end(&said),
		"3 dumps of 'made' (pid 8): growth is seen in 4 or more"));
	growth_release(&g);
	remove_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_equal_frames_are_one),
		cmocka_unit_test(what_a_block_stands_for_is_by_its_own_n),
		cmocka_unit_test(who_was_missed_once_has_not_gone),
		cmocka_unit_test(blocks_of_the_parent_are_not_looked_at),
		cmocka_unit_test(what_was_before_thinning_is_left_out),
		cmocka_unit_test(lists_that_are_too_short_are_not_used),
		cmocka_unit_test(what_destructors_left_says_little),
		cmocka_unit_test(each_process_is_a_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
