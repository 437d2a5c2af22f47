/* SPDX-License-Identifier: Apache-2.0 */
/* Perf maps: which line names an address, what a name says, hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "dumps.h"
#include "perfmap.h"

#define MANY 20000

/* The name of one address, or "-". */
static const char *
found(const char *text, uint64_t address)
{
	static char name[256];
	struct perfmap m = { (char *)(uintptr_t)text, strlen(text), 0 };
	struct perfmap_name wanted = { .address = address };

	perfmap_find(&m, &wanted, 1);
	snprintf(name, sizeof name, "%.*s",
		wanted.text ? (int)wanted.length : 1,
		wanted.text ? wanted.text : "-");
	return name;
}

static void
a_name_holds_for_its_size_only(void **state)
{
	static const char map[] = "1000 10 one\n1010 20 two words\r\n"
				  "0x2000 0x8 three\n2008 1 four";

	assert_string_equal(found(map, 0xfff), "-");
	assert_string_equal(found(map, 0x1000), "one");
	assert_string_equal(found(map, 0x100f), "one");
	assert_string_equal(found(map, 0x1010), "two words");
	assert_string_equal(found(map, 0x102f), "two words");
	assert_string_equal(found(map, 0x1030), "-");
	assert_string_equal(found(map, 0x2007), "three");
	assert_string_equal(found(map, 0x2008), "four");
	assert_string_equal(found(map, UINT64_MAX), "-");
}

static void
of_lines_for_one_place_the_last_counts(void **state)
{
	static const char map[] = "1000 100 old\n1040 10 new\n1048 4 newest\n"
				  "1000 8 other\n";

	assert_string_equal(found(map, 0x1000), "other");
	assert_string_equal(found(map, 0x1008), "old");
	assert_string_equal(found(map, 0x1040), "new");
	assert_string_equal(found(map, 0x1048), "newest");
	assert_string_equal(found(map, 0x104c), "new");
	assert_string_equal(found(map, 0x1050), "old");
}

static void
rubbish_names_nothing(void **state)
{
	static const char *const maps[] = { "", "\n\n\n", "1000", "1000 10",
		"1000 10 ", "xyz 10 name\n", "1000 -1 name\n",
		"100000000000000000 10 name\n", "1000 0 name\n", " 1000 10 n\n",
		"\xff\xff\xff 1 a\n" };

	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		assert_string_equal(found(maps[i], 0x1000), "-");
	assert_string_equal(
		found("fffffffffffffff0 ffffffffffffffff end\n", UINT64_MAX),
		"end");
	assert_string_equal(
		found("fffffffffffffff0 ffffffffffffffff end\n", 0x1000), "-");
}

/* Every line covers every address: still one pass. */
static void
a_hostile_map_takes_linear_time(void **state)
{
	struct perfmap_name *wanted = calloc(MANY, sizeof *wanted);
	char *text = malloc(MANY * 32), *at = text;
	struct perfmap m = { text, 0, 0 };
	clock_t began;

	for (int i = 0; i < MANY; i++) {
		at += sprintf(at, "1 ffffffffffff n%d\n", i);
		wanted[i].address = 0x1000 + (uint64_t)i;
	}
	m.length = (size_t)(at - text);
	began = clock();
	perfmap_find(&m, wanted, MANY);
	assert_true(clock() - began < CLOCKS_PER_SEC / 2);
	for (int i = 0; i < MANY; i++)
		assert_memory_equal(wanted[i].text, "n19999", 6);
	free(text);
	free(wanted);
}

static void
a_text_is_taken_apart(void **state)
{
	static const struct {
		const char *text, *name, *file;
		uint32_t line;
	} cases[] = {
		{ "JS:^leak /srv/a.js:3:21", "leak", "/srv/a.js", 3 },
		{ "JS:leak /srv/a.js:3:21", "leak", "/srv/a.js", 3 },
		{ "LazyCompile:*leak /srv/a.js:3", "leak", "/srv/a.js", 3 },
		{ "JS:~ node:internal/main:1:1",
			"(anonymous) node:internal/main:1",
			"node:internal/main", 1 },
		{ "JS:~ /a b/x.js:7:1", "(anonymous) /a b/x.js:7", "/a b/x.js",
			7 },
		{ "JS:~f /a b/x.js:7:1", "f", "/a b/x.js", 7 },
		{ "Script:~ /x.js:1:1", "(anonymous) /x.js:1", "/x.js", 1 },
		{ "JS:*get x /x.js:2:2", "get x", "/x.js", 2 },
		{ "JS:^", "(nameless)", NULL, 0 },
		{ "JS:", "JS:", NULL, 0 },
		{ "py::f:/srv/a.py", "f", "/srv/a.py", 0 },
		{ "py::<module>:/a:b.py", "<module>:/a", "b.py", 0 },
		{ "py::f", "f", NULL, 0 },
		{ "Lcom/foo/Bar;::run", "Lcom/foo/Bar;::run", NULL, 0 },
		{ "Builtin:ArrayPush", "Builtin:ArrayPush", NULL, 0 },
		{ "JS:^x :99999999999:1", "x", ":99999999999", 1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct perfmap_function f =
			perfmap_parse(cases[i].text, strlen(cases[i].text));

		assert_string_equal(f.name, cases[i].name);
		if (cases[i].file == NULL)
			assert_null(f.file);
		else
			assert_string_equal(f.file, cases[i].file);
		assert_int_equal(f.line, cases[i].line);
		free(f.name);
		free(f.file);
	}
}

static void
only_an_own_regular_file_is_read(void **state)
{
	char *folder = new_folder(), path[300], link[300];
	struct perfmap m;
	const char *why;

	snprintf(path, sizeof path, "%s/map", folder);
	snprintf(link, sizeof link, "%s/link", folder);
	assert_false(perfmap_read(&m, path, false, &why));
	assert_null(why);
	write_file(folder, "map", "1000 10 one\n", 12);
	assert_true(perfmap_read(&m, path, false, &why));
	assert_int_equal(m.length, 12);
	perfmap_release(&m);
	assert_int_equal(symlink(path, link), 0);
	assert_false(perfmap_read(&m, link, false, &why));
	assert_non_null(why);
	assert_true(perfmap_read(&m, link, true, &why));
	perfmap_release(&m);
	assert_false(perfmap_read(&m, folder, true, &why));
	assert_string_equal(why, "the perf map is no regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(perfmap_read(&m, path, true, &why));
	assert_non_null(why);
	remove_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_holds_for_its_size_only),
		cmocka_unit_test(of_lines_for_one_place_the_last_counts),
		cmocka_unit_test(rubbish_names_nothing),
		cmocka_unit_test(a_hostile_map_takes_linear_time),
		cmocka_unit_test(a_text_is_taken_apart),
		cmocka_unit_test(only_an_own_regular_file_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
