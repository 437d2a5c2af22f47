/* SPDX-License-Identifier: Apache-2.0 */
/* Budget files: what they say, what an option says over them, what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "budget.h"
#include "err.h"
#include "stderr.h"

static int
read_bytes(struct budget *b, const char *text, size_t length)
{
	FILE *in = fmemopen((char *)(uintptr_t)text, length, "r");
	int status;

	assert_non_null(in);
	b->path = xstrdup("ci/heap.budget");
	status = budget_read_stream(b, in);
	fclose(in);
	return status == 0 ? budget_finish(b) : status;
}

static int
read_text(struct budget *b, const char *text)
{
	return read_bytes(b, text, strlen(text));
}

static void
every_line_is_understood(void **state)
{
	struct budget b = { 0 };

	assert_int_equal(read_text(&b, "# ours\n"
				       "\n"
				       "max-peak = 200M\n"
				       "  max-live-at-exit=4K  # little\r\n"
				       "max-allocs = 2M\n"
				       "max-growth = 10M/h\n"
				       "max 'a = #b' = 10M # why\n"
				       "max \"it's\"=1\n"
				       "baseline = main.hfb\n"
				       "tolerance = 2.5%\n"
				       "by-function = yes\n"
				       "suppressions = /abs/leaks.txt"),
		0);
	assert_int_equal(b.count, 6);
	assert_int_equal(b.list[0].kind, LIMIT_PEAK);
	assert_true(b.list[0].value == 200.0 * 1048576);
	assert_int_equal(b.list[0].line, 3);
	assert_true(b.list[1].value == 4096);
	assert_true(b.list[2].value == 2e6);
	assert_true(b.list[3].value == 10.0 * 1048576 / 3600);
	assert_string_equal(b.list[4].pattern, "a = #b");
	assert_true(b.list[4].value == 10.0 * 1048576);
	assert_string_equal(b.list[5].pattern, "it's");
	assert_string_equal(b.baseline, "ci/main.hfb");
	assert_string_equal(b.suppressions[0], "/abs/leaks.txt");
	assert_true(b.tolerance > 0.0249 && b.tolerance < 0.0251);
	assert_true(b.by_function);
	budget_release(&b);
}

/* Of a metric that counts, and where nothing is said. */
static void
counts_are_numbers_and_there_are_defaults(void **state)
{
	struct budget b = { 0 };

	assert_int_equal(
		read_text(&b, "\xef\xbb\xbf"
			      "max 'x' = 3K\nmetric = alloc_objects\n"),
		0);
	assert_true(b.list[0].value == 3000);
	assert_true(b.tolerance == BUDGET_TOLERANCE);
	assert_false(b.by_function);
	assert_null(b.baseline);
	budget_release(&b);
}

static void
options_win_over_the_file(void **state)
{
	struct budget b = { 0 };

	assert_int_equal(budget_set(&b, "max-peak", "1M", 0), 0);
	assert_int_equal(budget_set(&b, "max", "x=1M", 0), 0);
	assert_int_equal(budget_set(&b, "tolerance", "1%", 0), 0);
	assert_int_equal(budget_set(&b, "baseline", "mine", 0), 0);
	assert_int_equal(read_text(&b, "max-peak = 9M\nmax 'x' = 9M\n"
				       "max 'y' = 9M\ntolerance = 9%\n"
				       "baseline = theirs\n"),
		0);
	assert_int_equal(b.count, 3);
	assert_true(b.list[0].value == 1048576);
	assert_true(b.list[1].value == 1048576);
	assert_string_equal(b.list[2].pattern, "y");
	assert_true(b.tolerance == 0.01);
	assert_string_equal(b.baseline, "mine");
	budget_release(&b);
}

static void
faults_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "max-peek = 1M\n", "line 1: 'max-peek' is nothing" },
		{ "\nmax-peak 1M\n", "line 2: 'max-peak 1M' is no limit" },
		{ "max-peak =\n", "line 1: 'max-peak =' is no limit" },
		{ "= 1M\n", "line 1: '= 1M' is no limit" },
		{ "max-peak = 1X\n", "max-peak wants a size" },
		{ "max-peak = -1\n", "max-peak wants a size" },
		{ "max-allocs = 1.5\n", "max-allocs wants a number" },
		{ "max-allocs = 99999999999999999\n", "wants a number" },
		{ "max-growth = 1M\n", "max-growth wants bytes a time" },
		{ "max-growth = 1M/y\n", "max-growth wants bytes a time" },
		{ "tolerance = 5\n", "tolerance wants a percentage" },
		{ "tolerance = nan%\n", "tolerance wants a percentage" },
		{ "tolerance = -5%\n", "tolerance wants a percentage" },
		{ "by-function = maybe\n", "by-function wants yes or no" },
		{ "max 'x = 1M\n", "line 1: 'max 'x = 1M' is no limit" },
		{ "max '' = 1M\n", "is no limit" },
		{ "max = 1M\n", "is no limit" },
		{ "max 'x' 1M\n", "is no limit" },
		{ "max 'x(' = 1M\n", "line 1" },
		{ "max-peak = 1M\nmax-peak = 2M\n",
			"line 2: max-peak is given twice" },
		{ "max 'x' = 1\nmax 'x' = 2\n",
			"line 2: max 'x' is given twice" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct budget b = { 0 };
		struct said said;
		int status;

		said_begin(&said);
		status = read_text(&b, cases[i].text);
		said_end(&said);
		if (status == 0 || !strstr(said.text, cases[i].said))
			fail_msg(
				"%s: %d, %s", cases[i].text, status, said.text);
		if (!strstr(said.text, "'ci/heap.budget'"))
			fail_msg("no file: %s", said.text);
		budget_release(&b);
	}
}

static void
what_is_no_text_is_refused(void **state)
{
	char *large = malloc((2 << 20) + 1);
	struct budget b = { 0 };
	struct said said;

	said_begin(&said);
	assert_int_equal(read_bytes(&b, "max-peak\0 = 1M\n", 15), -1);
	assert_non_null(strstr(said_end(&said), "line 1 is no text"));
	budget_release(&b);
	memset(large, '#', 2 << 20);
	large[2 << 20] = '\0';
	said_begin(&said);
	assert_int_equal(read_text(&b, large), -1);
	assert_non_null(strstr(said_end(&said), "too long for a budget"));
	budget_release(&b);
	free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_understood),
		cmocka_unit_test(counts_are_numbers_and_there_are_defaults),
		cmocka_unit_test(options_win_over_the_file),
		cmocka_unit_test(faults_are_named_with_their_line),
		cmocka_unit_test(what_is_no_text_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
