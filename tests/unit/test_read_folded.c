/* SPDX-License-Identifier: Apache-2.0 */
/* Folded stacks, as everybody writes them, and as nobody should. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "err.h"
#include "read_folded.h"
#include "stderr.h"
#include "text_file.h"

/* The text is read, and written as `want`. */
static void
expect_n(const char *text, size_t length, const char *want)
{
	struct profile p;
	char *got;

	assert_int_equal(text_read(&p, text, length), 0);
	got = text_folded(&p, NULL);
	assert_string_equal(got, want);
	free(got);
	profile_release(&p);
}

static void
expect(const char *text, const char *want)
{
	expect_n(text, strlen(text), want);
}

static void
stacks_come_back_as_they_were(void **state)
{
	static const char text[] = "-;- 2\n"
				   "[[stack]];[unknown] 3\n"
				   "a;;b 1\n"
				   "java;Foo::bar_[0];Foo::baz_[1];x_[j] 5\n"
				   "main;do_idle_[k] 7\n"
				   "main;operator new(unsigned long) 12\n"
				   "main;small_[i];smaller_[i] 1\n"
				   "swapper;--;waker_[w] 4\n";

	expect(text, text);
}

static void
equal_stacks_are_added(void **state)
{
	expect("main;a 1\nmain;b 2\nmain;a 40\n", "main;a 41\nmain;b 2\n");
}

static void
lines_may_be_of_any_make(void **state)
{
	/* CRLF, tabs before the count, no newline at the end. */
	expect("main;a 1\r\nmain;b\t2\r\nc 3", "c 3\nmain;a 1\nmain;b 2\n");
	/* Blank lines and comments; `#` alone begins no comment. */
	expect("# made by hand\n\n  \n#\nmain 1\n#main 2\n",
		"#main 2\nmain 1\n");
	/* Fractions are added before they are rounded. */
	expect("a 0.5\na 0.5\na 2.\nb 1.25\n", "a 3\nb 1\n");
	/* Zeros hold nothing. */
	expect("a 0\nb 1\n", "b 1\n");
	/* A name may end in a number, if not all do. */
	expect("main;worker 12 5\nmain;a 1\n", "main;a 1\nmain;worker 12 5\n");
}

static void
bytes_may_be_any(void **state)
{
	static const char nul[] = "main;a\0b 3\nmain 1\n";

	expect_n(nul, sizeof nul - 1, "main 1\nmain;a?b 3\n");
	expect("main;\xff\xfe;\x1b[1m 3\n",
		"main;\xef\xbf\xbd\xef\xbf\xbd;?[1m "
		"3\n");
	expect("main;b 1\n;; 2\n", ";; 2\nmain;b 1\n");
}

static void
kinds_are_kept_apart_from_names(void **state)
{
	struct profile p;
	const struct function *f;
	static const char text[] = "main;tick_[k] 1\nmain;tick_[i] 1\n";

	assert_int_equal(text_read(&p, text, strlen(text)), 0);
	assert_int_equal(p.function_count, 3);
	f = &p.functions[1];
	assert_string_equal(strtab_get(&p.strings, f->name), "tick");
	assert_string_equal(
		strtab_get(&p.strings, p.modules[f->module].path), "[kernel]");
	assert_false(f->inlined);
	assert_int_equal(p.functions[2].name, f->name);
	assert_true(p.functions[2].inlined);
	profile_release(&p);
}

static void
two_columns_are_before_and_after(void **state)
{
	static const char text[] = "main;gone 7 0\nmain;new 0 5\nmain;both 3 "
				   "4\nmain;one 6\n";
	struct profile p;
	char *got;

	assert_int_equal(text_read(&p, text, strlen(text) - 11), 0);
	got = text_folded(&p, NULL);
	assert_string_equal(got, "main;both 4\nmain;new 5\n");
	free(got);
	got = text_folded(&p, "samples_before");
	assert_string_equal(got, "main;both 3\nmain;gone 7\n");
	free(got);
	profile_release(&p);
	/* Not all lines have two: then there is one column. */
	expect(text, "main;both 3 4\nmain;new 0 5\nmain;one 6\n");
}

static void
counts_are_what_one_says(void **state)
{
	struct profile p;

	assert_int_equal(text_read(&p, "a;b 5\n", 6), 0);
	assert_string_equal(profile_metric_name(&p, FOREIGN), "samples");
	assert_string_equal(profile_metric_unit_name(&p, FOREIGN), "samples");
	assert_int_equal(p.usual_metric, FOREIGN);
	profile_release(&p);
	read_folded_count("bytes");
	assert_int_equal(text_read(&p, "a;b 5\n", 6), 0);
	read_folded_count(NULL);
	assert_int_equal(profile_metric_unit(&p, FOREIGN), UNIT_BYTES);
	profile_release(&p);
}

static void
what_is_no_count_is_said_once(void **state)
{
	struct profile p;
	struct said said;
	static const char text[] = "a;b 1\na;b 2\nno count\na;b -5\na;b 3\n"
				   "a;b 4\n5\n";

	said_begin(&said);
	assert_int_equal(text_read(&p, text, strlen(text)), 0);
	said_end(&said);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, "3 lines without a count"));
	profile_release(&p);
}

static void
what_holds_none_is_refused(void **state)
{
	static const char *const texts[] = { "hello\nworld\n", "a;b;c\n",
		"# only a comment\n", "\n\n", "{ \"a\": 1\n", "5\n" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct profile p;
		struct said said;

		said_begin(&said);
		assert_int_equal(text_read(&p, texts[i], strlen(texts[i])), -1);
		said_end(&said);
		assert_int_equal(said_lines(&said), 1);
		profile_release(&p);
	}
}

/* Lines longer than any window, in both orders; every frame arrives. */
static void
lines_may_be_long(void **state)
{
	size_t frames = 300000, length = 0;
	char *text = xmalloc(frames * 8 + 100);
	struct profile p;

	for (size_t i = 0; i < frames; i++)
		length += (size_t)sprintf(
			text + length, "%sf%zu", i ? ";" : "", i % 1000);
	length += (size_t)sprintf(text + length, " 5\nmain;a 2\n");
	assert_int_equal(text_read(&p, text, length), 0);
	assert_int_equal(p.stack_count, 2);
	assert_int_equal(p.stacks[0].depth, frames);
	assert_int_equal(p.function_count, 1002);
	profile_release(&p);
	free(text);
}

/* What lines share is not looked up again: they must be the same for it. */
static void
beginnings_in_common_change_nothing(void **state)
{
	expect("a;bc;d 1\na;bc;d;e 1\na;bcd 1\na;b 1\na 1\na;bc 1\nab 1\n",
		"a 1\na;b 1\na;bc 1\na;bc;d 1\na;bc;d;e 1\na;bcd 1\nab 1\n");
}

/* More stacks than so few bytes may hold: the total stays. */
static void
hostile_stacks_are_bounded(void **state)
{
	size_t lines = 600000, length = 0;
	char *text = xmalloc(lines * 8);
	struct profile p;
	struct said said;
	double sum = 0;

	for (size_t i = 0; i < lines; i++)
		length += (size_t)sprintf(text + length, "%zx 1\n", i);
	said_begin(&said);
	assert_int_equal(text_read(&p, text, length), 0);
	said_end(&said);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, "[other stacks]"));
	assert_in_range(p.row_count, 50000, 300000);
	for (uint32_t i = 0; i < p.row_count; i++)
		sum += p.rows[i].v[FOREIGN].sum;
	assert_int_equal((int)sum, lines);
	profile_release(&p);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stacks_come_back_as_they_were),
		cmocka_unit_test(equal_stacks_are_added),
		cmocka_unit_test(lines_may_be_of_any_make),
		cmocka_unit_test(bytes_may_be_any),
		cmocka_unit_test(kinds_are_kept_apart_from_names),
		cmocka_unit_test(two_columns_are_before_and_after),
		cmocka_unit_test(counts_are_what_one_says),
		cmocka_unit_test(what_is_no_count_is_said_once),
		cmocka_unit_test(what_holds_none_is_refused),
		cmocka_unit_test(lines_may_be_long),
		cmocka_unit_test(beginnings_in_common_change_nothing),
		cmocka_unit_test(hostile_stacks_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
