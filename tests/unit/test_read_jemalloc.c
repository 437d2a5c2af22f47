/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of jemalloc's dumps that not every one has: threads, words, cuts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "read.h"
#include "stderr.h"

static int
read_into(struct profile *p, const char *text)
{
	struct input in = input_of("je.12.3.i3.heap", text, strlen(text));

	assert_true(reader_heapv2.recognises(&in));
	return reader_heapv2.read(p, &in);
}

static double
total(const struct profile *p, int m)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		sum += p->rows[i].v[m].sum;
	return sum;
}

static double
of_thread(const struct profile *p, const char *name, int m)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		if (strcmp(strtab_get(&p->strings, p->rows[i].thread), name) ==
			0)
			sum += p->rows[i].v[m].sum;
	return sum;
}

static void
assert_near(double a, double b)
{
	if (fabs(a - b) > 1e-9 * fabs(b) + 1e-9)
		fail_msg("%.12g is not %.12g", a, b);
}

/* Objects of 1 MiB at N = 1: figures are as they stand. */
#define LIST "\nMAPPED_LIBRARIES:\n1000-9000 r-xp 00000000 08:01 42 /bin/a\n"
#define MB1  1048576.0
static const char threads[] =
	"heap_v2/1\n"
	"  t*: 10: 10485760 [20: 20971520]\n"
	"  t7: 4: 4194304 [6: 6291456]\n"
	"  t1: 1: 1048576 [1: 1048576] name with  spaces\n"
	"  t70000: 2: 2097152 [3: 3145728] worker\n"
	"@ 0x2000 0x3000\n"
	"  t*: 10: 10485760 [20: 20971520]\n"
	"  t1: 1: 1048576 [1: 1048576]\n"
	"  t7: 4: 4194304 [6: 6291456]\n"
	"  t70000: 2: 2097152 [3: 3145728]\n" LIST;

static void
threads_are_rows_and_the_ended_ones_are_the_rest(void **state)
{
	struct profile p;

	profile_init(&p);
	assert_int_equal(read_into(&p, threads), 0);
	assert_int_equal(p.row_count, 4);
	assert_near(of_thread(&p, "name with  spaces", INUSE_SPACE), MB1);
	assert_near(of_thread(&p, "thread 7", INUSE_SPACE), 4 * MB1);
	assert_near(of_thread(&p, "worker", ALLOC_SPACE), 3 * MB1);
	assert_near(of_thread(&p, "[ended threads]", INUSE_SPACE), 3 * MB1);
	assert_near(of_thread(&p, "[ended threads]", ALLOC_OBJECTS), 10);
	assert_near(total(&p, INUSE_SPACE), 10 * MB1);
	assert_near(total(&p, ALLOC_SPACE), 20 * MB1);
	profile_release(&p);
}

static void
where_no_object_is_missing_shares_are_fitted(void **state)
{
	struct profile p;

	/* Bytes: 3 + 3 where 4 are said; objects: 1 + 1 where 1 is said. */
	profile_init(&p);
	assert_int_equal(
		read_into(&p,
			"heap_v2/1\n  t*: 1: 4194304 [0: 0]\n"
			"@ 0x2000\n  t*: 1: 4194304 [0: 0]\n"
			"  t0: 1: 3145728 [0: 0]\n  t1: 1: 3145728 [0: 0]\n"
			"@ 0x3000\n  t*: 2: 4194304 [0: 0]\n"
			"  t0: 2: 3145728 [0: 0]\n" LIST),
		0);
	assert_near(of_thread(&p, "thread 1", INUSE_SPACE), 2 * MB1);
	assert_near(of_thread(&p, "thread 1", INUSE_OBJECTS), 0.5);
	assert_near(of_thread(&p, "thread 0", INUSE_SPACE), 6 * MB1);
	assert_near(of_thread(&p, "[ended threads]", INUSE_SPACE), 0);
	assert_near(total(&p, INUSE_SPACE), 8 * MB1);
	for (uint32_t i = 0; i < p.row_count; i++)
		assert_true(p.rows[i].v[INUSE_SPACE].sum > 0);
	profile_release(&p);
}

static void
threads_that_nobody_asks_for_cost_no_row(void **state)
{
	struct profile p;

	profile_init(&p);
	p.sum = SUM_THREADS;
	assert_int_equal(read_into(&p, threads), 0);
	assert_int_equal(p.row_count, 1);
	assert_int_equal(p.rows[0].thread, NONE);
	assert_near(total(&p, INUSE_SPACE), 10 * MB1);
	profile_release(&p);
}

static void
processes_that_nobody_asks_for_share_rows(void **state)
{
	static const char other[] =
		"heap_v2/1\n  t*: 1: 1048576 [0: 0]\n@ 0x2000\n"
		"  t*: 1: 1048576 [0: 0]\n"
		"\nMAPPED_LIBRARIES:\n"
		"1000-9000 r-xp 00000000 08:01 42 /bin/b\n";
	struct profile p, sum;

	profile_init(&p);
	p.sum = SUM_PROCESSES | SUM_THREADS;
	for (int i = 0; i < 5; i++)
		assert_int_equal(read_into(&p, threads), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(read_into(&p, other), 0);
	assert_int_equal(p.process_count, 8);
	assert_int_equal(p.row_count, 2);
	assert_near(total(&p, INUSE_SPACE), 53 * MB1);
	assert_int_equal(p.rows[0].process, 0);
	assert_int_equal(p.rows[1].process, 5);
	/* The same when such profiles are added up. */
	profile_init(&sum);
	sum.sum = p.sum;
	profile_add(&sum, &p);
	profile_add(&sum, &p);
	assert_int_equal(sum.process_count, 16);
	assert_int_equal(sum.row_count, 2);
	assert_near(total(&sum, INUSE_SPACE), 106 * MB1);
	profile_release(&sum);
	profile_release(&p);
}

static void
a_damaged_file_leaves_no_row_behind(void **state)
{
	struct profile p;
	struct said said;

	profile_init(&p);
	p.sum = SUM_PROCESSES | SUM_THREADS;
	assert_int_equal(read_into(&p, threads), 0);
	said_begin(&said);
	assert_int_equal(read_into(&p, "heap_v2/1\n  t*: 1: 1 [0: 0]\n"
				       "@ 0x2000 0x3000\n  t*: 1: 9 [0: 0]\n"
				       "@ 0x5000\n  t*: 1: 9 [0: 0]\nbad\n"),
		-1);
	said_end(&said);
	assert_non_null(strstr(said.text, "line 7"));
	assert_int_equal(p.process_count, 1);
	assert_int_equal(p.row_count, 1);
	assert_near(total(&p, INUSE_SPACE), 10 * MB1);
	profile_release(&p);
}

static void
words_and_odd_blanks_are_passed_over(void **state)
{
	struct profile p;
	struct said said;

	profile_init(&p);
	said_begin(&said);
	assert_int_equal(read_into(&p, "%warn low\x1b\n"
				       "%other\n"
				       "heap_v2/1\r\n"
				       "  t*: 1: 1048576 [0: 0]\r\n"
				       "@  0x2000 0x3000 \r\n"
				       "\t t*:  1:  1048576  [ 0: 0]\r\n"
				       "   something else\r\n"
				       "\r\n"
				       "MAPPED_LIBRARIES:\r\n"
				       "1000-9000: /bin/short\r\n"),
		0);
	said_end(&said);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, "says: low\\x1b\n"));
	assert_near(total(&p, INUSE_SPACE), MB1);
	assert_int_equal(p.stacks[p.rows[0].stack].depth, 2);
	assert_string_equal(
		strtab_get(&p.strings, p.processes[0].exe), "/bin/short");
	profile_release(&p);
}

/* What is read of a file cut anywhere is a part of what is in the whole. */
static void
a_cut_dump_shows_what_stands_before(void **state)
{
	double before = 0;

	for (size_t n = strlen("heap_v2/1\n"); n < strlen(threads); n++) {
		struct input in = input_of("x.heap", threads, n);
		struct profile p;
		struct said said;

		profile_init(&p);
		said_begin(&said);
		assert_int_equal(reader_heapv2.read(&p, &in), 0);
		said_end(&said);
		assert_true(total(&p, INUSE_SPACE) >= before);
		before = total(&p, INUSE_SPACE);
		assert_true(before == 0 || fabs(before - 10 * MB1) < 1);
		if (strstr(threads, "MAPPED") - threads > (ptrdiff_t)n)
			assert_non_null(strstr(said.text, "was cut off"));
		profile_release(&p);
	}
	assert_near(before, 10 * MB1);
}

static void
addresses_of_any_length_are_read(void **state)
{
	char text[512];
	struct profile p;

	profile_init(&p);
	snprintf(text, sizeof text,
		"heap_v2/1\n  t*: 1: 8 [0: 0]\n@ 0x1 0xAbCdEf12 0xabcdef123 "
		"0xffffffffffffffff 0x00000000deadbeef\n"
		"  t*: 1: 8 [0: 0]\n%s",
		"\nMAPPED_LIBRARIES:\n");
	assert_int_equal(read_into(&p, text), 0);
	assert_int_equal(p.stack_location_count, 5);
	assert_int_equal(p.locations[0].offset, 1);
	assert_int_equal(p.locations[1].offset, 0xabcdef12);
	assert_int_equal(p.locations[2].offset, 0xabcdef123);
	assert_true(p.locations[3].offset == UINT64_MAX);
	assert_int_equal(p.locations[4].offset, 0xdeadbeef);
	profile_release(&p);
}

static void
addresses_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = { "0x", "0xg", "0x12345678g",
		"0x1234567:", "0x1234567@", "0x11112222333344445", "0x12\x82",
		"12", "0x12,0x13" };
	char text[512];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct profile p;
		struct said said;

		profile_init(&p);
		snprintf(text, sizeof text,
			"heap_v2/1\n  t*: 1: 8 [0: 0]\n@ 0x1 %s 0x2222222222\n"
			"  t*: 1: 8 [0: 0]\n%s",
			bad[i], LIST);
		said_begin(&said);
		if (read_into(&p, text) == 0)
			fail_msg("'%s' was taken", bad[i]);
		said_end(&said);
		assert_non_null(strstr(said.text, "line 3"));
		profile_release(&p);
	}
}

static void
file_names_tell_the_process(void **state)
{
	static const struct {
		const char *name, *process;
		uint64_t seq;
		bool final;
	} cases[] = { { "d/je.1234.10.i10.heap", "d/je.1234", 10, false },
		{ "je.1234.10.i10.heap.gz", "je.1234", 10, false },
		{ "je.1234.11.f.heap.zst", "je.1234", 11, true },
		/* With a namespace of processes before the pid. */
		{ "je.4026531836.1234.2.u2.heap", "je.4026531836.1234", 2,
			false },
		{ "je.1234.heap", "je.1234.heap", 0, false },
		{ "je.1234.2.x.heap.xz", "je.1234.2.x.heap.xz", 0, false } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct input in =
			input_of(cases[i].name, threads, strlen(threads));
		struct head h = { 0 };

		reader_heapv2.head(&h, &in);
		assert_string_equal(h.process, cases[i].process);
		assert_int_equal(h.seq, cases[i].seq);
		assert_int_equal(h.final, cases[i].final);
		head_release(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			threads_are_rows_and_the_ended_ones_are_the_rest),
		cmocka_unit_test(where_no_object_is_missing_shares_are_fitted),
		cmocka_unit_test(threads_that_nobody_asks_for_cost_no_row),
		cmocka_unit_test(processes_that_nobody_asks_for_share_rows),
		cmocka_unit_test(a_damaged_file_leaves_no_row_behind),
		cmocka_unit_test(words_and_odd_blanks_are_passed_over),
		cmocka_unit_test(a_cut_dump_shows_what_stands_before),
		cmocka_unit_test(addresses_of_any_length_are_read),
		cmocka_unit_test(addresses_that_are_none_are_refused),
		cmocka_unit_test(file_names_tell_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
