/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers make of bad files: every cut, every damaged byte, figures
 * that are none, foreign formats. One line each, and never a crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "read.h"
#include "stderr.h"

/* 0 or -1, and what was said. */
static int
read_quietly(struct said *said, const char *text, size_t length)
{
	struct profile p;
	struct input in = input_of("f", text, length);
	int status = -1;

	profile_init(&p);
	said_begin(said);
	if (reader_heapv2.recognises(&in))
		status = reader_heapv2.read(&p, &in);
	said_end(said);
	profile_release(&p);
	return status;
}

static void
a_cut_at_any_byte_is_said_in_one_line(void **state)
{
	static const char *const dumps[] = { own_dump, jemalloc_dump };
	const char *const complete[] = { "# end\n", "LIBRARIES:\n" };

	for (int i = 0; i < 2; i++) {
		const char *enough = strstr(dumps[i], complete[i]);
		size_t whole =
			(size_t)(enough - dumps[i]) + strlen(complete[i]);

		for (size_t n = strlen("heap_v2/4"); n < strlen(dumps[i]);
			n++) {
			struct said said;
			int status = read_quietly(&said, dumps[i], n);

			if (n < whole)
				assert_int_equal(said_lines(&said), 1);
			else
				assert_int_equal(said_lines(&said), 0);
			if (n > strlen("heap_v2/524288\n"))
				assert_int_equal(status, 0);
			if (status == 0 && n < whole)
				assert_non_null(strstr(said.text, "cut off"));
		}
	}
}

static void
any_damaged_byte_is_survived(void **state)
{
	static const char with[] = { '\0', '\n', '9', ' ', '@', '\xff', '-',
		'x', '#', 'M' };
	size_t length = sizeof own_dump - 1;
	char *copy = malloc(length);

	for (size_t i = 0; i < length; i++)
		for (size_t k = 0; k < sizeof with; k++) {
			struct said said;

			memcpy(copy, own_dump, length);
			copy[i] = with[k];
			if (read_quietly(&said, copy, length) < 0 &&
				i > strlen("heap_v2/"))
				assert_int_equal(said_lines(&said), 1);
		}
	free(copy);
}

static void
damage_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "heap_v2/x\n", "" },
		{ "heap_v2/99999999999999999999\n", "line 1: bad sampling" },
		{ "heap_v2/1 \n", "line 1: bad sampling" },
		{ "heap_v2/1\n  t*: 1: 2\n", "line 2: bad figures" },
		{ "heap_v2/1\n@ 0x1\n  t*: -1: 2 [0: 0]\n",
			"line 3: bad figures" },
		{ "heap_v2/1\n@ 0x1\n  t*: 18446744073709551616: 2 [0: 0]\n",
			"line 3: bad figures" },
		{ "heap_v2/1\n@ 0x11111111111111111\n", "line 2: bad address" },
		{ "heap_v2/1\n@ zz\n", "line 2: bad address" },
		{ "heap_v2/1\n@0x1\n", "line 2: bad stack" },
		{ "heap_v2/1\nhello\n", "line 2: not a line" },
		{ "heap_v2/1\n# heapflame 2\n", "newer heapflame" },
		{ "heap_v2/1\n# time 1 2 3\n", "line 2: bad values" },
		{ "heap_v2/1\n# heapflame 1\n# s 1\n", "without a stack" },
		{ "heap_v2/1\n# heapflame 1\n@ 0x1\n# s 1 a=nan,1,1,1,1\n",
			"line 4: bad figures" },
		{ "heap_v2/1\n# heapflame 1\n@ 0x1\n# s 1 a=1,-1,1,1,1\n",
			"line 4: bad figures" },
		{ "heap_v2/1\n# heapflame 1\n@ 0x1\n# s 1 a=1,1e9,1,1,1\n",
			"line 4: bad figures" },
		{ "heap_v2/1\n# heapflame 1\n@ 0x1\n# s 1 a=1,1,1,1\n",
			"line 4: bad figures" },
		{ "heap_v2/1\n# heapflame 1\n# l 1 2 3 x 5\n",
			"bad live sample" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct said said;

		assert_int_equal(read_quietly(&said, cases[i].text,
					 strlen(cases[i].text)),
			-1);
		if (strstr(said.text, cases[i].message) == NULL)
			fail_msg("'%s' for %s", said.text, cases[i].text);
	}
}

static void
an_absurdly_deep_stack_keeps_its_innermost_frames(void **state)
{
	enum { DEPTH = 100000 };
	char *text = malloc(DEPTH * 12 + 100);
	size_t n = (size_t)sprintf(text, "heap_v2/1\n@");
	struct profile p;
	struct input in;

	for (int i = 1; i <= DEPTH; i++)
		n += (size_t)sprintf(text + n, " 0x%x", i);
	n += (size_t)sprintf(
		text + n, "\n  t*: 1: 8 [0: 0]\n\nMAPPED_LIBRARIES:\n");
	in = input_of("x", text, n);
	profile_init(&p);
	assert_int_equal(reader_heapv2.read(&p, &in), 0);
	assert_true(p.stacks[0].truncated);
	assert_true(p.stacks[0].depth >= 1024);
	assert_true(p.stacks[0].depth < DEPTH);
	assert_int_equal(p.locations[p.stack_locations[0]].offset, 1);
	profile_release(&p);
	free(text);
}

static void
other_files_are_named_for_what_they_are(void **state)
{
	static const struct {
		const char *bytes, *message;
	} cases[] = {
		{ "", "is empty" },
		{ "--- contention:\ncycles/second = 1\n", "contention" },
		{ "heap/524288\n", "before 4.0" },
		{ "\x1f\x8b\x08rubbish", "gzip" },
		{ "v 10400 9\n", "heaptrack file of version 9" },
		{ "--- symbol\n", "cut off among its symbols" },
		{ "--- symbol\n---\n--- profile\n\1\2", "no heap profile" },
		{ "heap profile: 1: 2 [3: 4] @ thing\n", "a known kind" },
		{ "\x7f"
		  "ELF",
			"a program or library" },
		{ "heap_v2/", "is not a" },
		{ "root;a;b\n", "is not a" },
	};
	char *folder = new_folder();
	char path[256];

	snprintf(path, sizeof path, "%s/f", folder);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct profile p;
		struct said said;

		write_file(folder, "f", cases[i].bytes, strlen(cases[i].bytes));
		profile_init(&p);
		said_begin(&said);
		assert_int_equal(read_file(&p, path), -1);
		said_end(&said);
		assert_int_equal(said_lines(&said), 1);
		assert_non_null(strstr(said.text, path));
		if (strstr(said.text, cases[i].message) == NULL)
			fail_msg("'%s', not '%s'", said.text, cases[i].message);
		profile_release(&p);
	}
	remove_folder(folder);
}

static void
names_in_messages_are_made_visible(void **state)
{
	struct profile p;
	struct said said;

	profile_init(&p);
	said_begin(&said);
	assert_int_equal(
		read_file(&p, "no\n\x1b[31m\xff\xc2\x9b\xe2\x80\xae\xc3\xa4"),
		-1);
	said_end(&said);
	assert_string_equal(said.text,
		"heapflame: cannot open 'no\\x0a\\x1b[31m\\xff\\xc2\\x9b"
		"\\xe2\\x80\\xae\xc3\xa4': No such file or directory\n");
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_at_any_byte_is_said_in_one_line),
		cmocka_unit_test(any_damaged_byte_is_survived),
		cmocka_unit_test(damage_is_named_with_its_line),
		cmocka_unit_test(
			an_absurdly_deep_stack_keeps_its_innermost_frames),
		cmocka_unit_test(other_files_are_named_for_what_they_are),
		cmocka_unit_test(names_in_messages_are_made_visible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
