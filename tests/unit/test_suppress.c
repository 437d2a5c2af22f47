/* SPDX-License-Identifier: Apache-2.0 */
/* LeakSanitizer's patterns, its files, and what is left when they are used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "by_hand.h"
#include "leaks.h"
#include "stderr.h"

static void
patterns_match_as_leaksanitizer_has_it(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool yes;
	} cases[] = {
		{ "foo", "foo", true },
		{ "foo", "xfoox", true },
		{ "foo", "fo", false },
		{ "^foo", "foobar", true },
		{ "^foo", "xfoo", false },
		{ "foo$", "xfoo", true },
		{ "foo$", "foofoo", true },
		{ "foo$", "foox", false },
		{ "^foo$", "foo", true },
		{ "^foo$", "foofoo", false },
		{ "f*o", "fo", true },
		{ "f*o", "xfxxox", true },
		{ "^f*o$", "fxxoxo", true },
		{ "^f*o$", "fxxoxox", false },
		{ "^f*ab$", "fab", true },
		{ "^fab*ab$", "fab", false },
		{ "*", "", true },
		{ "*foo*", "a foo b", true },
		{ "a**b", "ab", true },
		{ "^a*", "ba", false },
		{ "a*$", "ba", true },
		{ "lib*.so", "/usr/lib/libx.so.1", true },
		{ "std::vector<*>::push_back",
			"std::vector<int, std::allocator<int> >::push_back",
			true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (suppression_matches(cases[i].pattern, cases[i].text) !=
			cases[i].yes)
			fail_msg("'%s' and '%s'", cases[i].pattern,
				cases[i].text);
}

static void
many_stars_take_no_time(void **state)
{
	char text[20001], pattern[2001];

	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (size_t i = 0; i < sizeof pattern - 1; i += 2)
		memcpy(pattern + i, "a*", 2);
	pattern[sizeof pattern - 2] = 'b';
	pattern[sizeof pattern - 1] = '\0';
	assert_false(suppression_matches(pattern, text));
}

static int
read_text(struct suppressions *s, const char *text)
{
	char path[] = "/tmp/test_suppress.XXXXXX";
	int fd = mkstemp(path), status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	status = suppressions_read(s, path);
	unlink(path);
	return status;
}

static void
files_are_read_and_faults_named(void **state)
{
	struct suppressions s = { 0 };
	struct said said;

	assert_int_equal(
		read_text(&s, "# why\n\n  leak:one \r\nleak:^two$"), 0);
	assert_int_equal(s.count, 2);
	assert_string_equal(s.list[0].pattern, "one");
	assert_string_equal(s.list[1].pattern, "^two$");
	said_begin(&said);
	assert_int_equal(read_text(&s, "leak:three\nrace:four\n"), -1);
	assert_non_null(strstr(said_end(&said), "line 2: 'race:four'"));
	said_begin(&said);
	assert_int_equal(read_text(&s, "leak:*\n"), -1);
	assert_non_null(strstr(said_end(&said), "matches everything"));
	said_begin(&said);
	assert_int_equal(suppressions_read(&s, "/nonexistent"), -1);
	said_end(&said);
	suppressions_release(&s);
}

/* What is shown of three leaks when these are suppressed. */
struct fixture {
	struct profile p;
	struct shown shown;
	struct leaks_view view;
};

static void
setup(struct fixture *f, const char *suppressions, int64_t min_bytes)
{
	const struct selection all = { .metric = -1 };
	uint32_t process;

	*f = (struct fixture){ .view.min_bytes = min_bytes };
	profile_init(&f->p);
	process = hand_process(&f->p, 7, PROCESS_ENDED, 1);
	hand_live(&f->p, process, "main;parse;node_new;xmalloc", 4000, 4);
	hand_live(&f->p, process, "main;cache_fill;malloc", 300, 3);
	hand_live(&f->p, process, "main;odd", 0, 2);
	assert_int_equal(read_text(&f->view.suppressed, suppressions), 0);
	assert_int_equal(leaks_find(&f->shown, &f->p, &all, &f->view, true), 0);
}

static void
teardown(struct fixture *f)
{
	leaks_view_release(&f->view);
	shown_release(&f->shown);
	profile_release(&f->p);
}

static void
what_is_suppressed_is_counted_on_the_first_that_matches(void **state)
{
	struct fixture f;

	setup(&f, "leak:nobody\nleak:^parse$\nleak:node_new\nleak:cache\n", 0);
	assert_int_equal(f.shown.stack_count, 1);
	assert_int_equal(f.shown.total, 0);
	assert_int_equal(f.view.suppressed.list[0].objects, 0);
	assert_int_equal(f.view.suppressed.list[1].objects, 4);
	assert_int_equal(f.view.suppressed.list[1].bytes, 4000);
	assert_int_equal(f.view.suppressed.list[2].objects, 0);
	assert_int_equal(f.view.suppressed.list[3].bytes, 300);
	assert_int_equal(suppressions_objects(&f.view.suppressed), 7);
	teardown(&f);
	/* By module and by source file, too. */
	setup(&f, "leak:/bin/prog\n", 0);
	assert_int_equal(f.shown.stack_count, 0);
	teardown(&f);
	setup(&f, "leak:prog.c$\n", 0);
	assert_int_equal(f.shown.stack_count, 0);
	teardown(&f);
}

static void
small_ones_are_left_out_and_counted(void **state)
{
	struct fixture f;

	setup(&f, "", 301);
	assert_int_equal(f.shown.stack_count, 1);
	assert_int_equal(f.shown.total, 4000);
	assert_int_equal(f.view.small.objects, 5);
	assert_int_equal(f.view.small.bytes, 300);
	teardown(&f);
}

/* What write_suppressions makes hides exactly what it was made of. */
static void
what_is_generated_hides_all(void **state)
{
	struct fixture f;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	setup(&f, "", 0);
	write_suppressions(out, &f.shown);
	fclose(out);
	teardown(&f);
	assert_non_null(strstr(text, "# 4000 byte(s) in 4 object(s)\n"
				     "leak:^node_new$\n"));
	setup(&f, text, 0);
	assert_int_equal(f.shown.stack_count, 0);
	assert_int_equal(suppressions_objects(&f.view.suppressed), 9);
	teardown(&f);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_as_leaksanitizer_has_it),
		cmocka_unit_test(many_stars_take_no_time),
		cmocka_unit_test(files_are_read_and_faults_named),
		cmocka_unit_test(
			what_is_suppressed_is_counted_on_the_first_that_matches),
		cmocka_unit_test(small_ones_are_left_out_and_counted),
		cmocka_unit_test(what_is_generated_hides_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
