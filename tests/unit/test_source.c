/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as they are, as gzip and as zstd, whole, cut off and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "source.h"
#include "stderr.h"

#define LINES 300000

static char folder[] = "/tmp/test_source.XXXXXX";

static void
shell(const char *command)
{
	assert_int_equal(system(command), 0);
}

static int
setup(void **state)
{
	FILE *f;

	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	f = fopen("plain", "w");
	for (int i = 0; i < LINES; i++)
		fprintf(f, "line %d\n", i);
	fclose(f);
	shell("gzip -k -c plain >gz");
	shell("zstd -q -c plain >zst");
	shell("head -c 1000000 plain >a; tail -c +1000001 plain >b");
	shell("cat a | gzip -c >two; gzip -c b >>two; head -c 100 /dev/zero "
	      ">>two");
	shell("zstd -q -c a >twozst; zstd -q -c b >>twozst");
	shell("head -c 500000 gz >cut; head -c 100000 zst >cutzst");
	shell("printf '\\037\\213\\010rubbish, all of it rubbish' >rubbish");
	shell("head -c 200000000 /dev/zero | gzip -c >bomb");
	shell("echo 'line 0' >one; gzip -k -c one >onegz");
	shell(": >empty");
	return 0;
}

static int
teardown(void **state)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

/* How many lines there are, each as it must be, in a window that stays small.
 */
static int
count(struct source *s, size_t *widest)
{
	char expected[32];
	int n = 0, more;

	*widest = 0;
	do {
		const unsigned char *end;

		if ((size_t)(s->end - s->at) > *widest)
			*widest = (size_t)(s->end - s->at);
		while ((end = memchr(s->at, '\n', (size_t)(s->end - s->at)))) {
			size_t length = (size_t)snprintf(
				expected, sizeof expected, "line %d", n++);

			assert_int_equal(end - s->at, length);
			assert_memory_equal(s->at, expected, length);
			s->at = end + 1;
		}
	} while ((more = source_more(s)) > 0);
	assert_int_equal(more, 0);
	return n;
}

static int
lines(const char *name, bool cut)
{
	struct source s;
	size_t widest;
	int n;

	assert_int_equal(source_open(&s, name), 0);
	n = count(&s, &widest);
	assert_int_equal(s.cut, cut);
	assert_true(widest <= 1 << 20);
	source_close(&s);
	return n;
}

static void
gives_the_same_packed_or_not(void **state)
{
	assert_int_equal(lines("plain", false), LINES);
	assert_int_equal(lines("gz", false), LINES);
	assert_int_equal(lines("zst", false), LINES);
	assert_int_equal(lines("two", false), LINES);
	assert_int_equal(lines("twozst", false), LINES);
	assert_int_equal(lines("onegz", false), 1);
	assert_int_equal(lines("empty", false), 0);
}

static void
says_where_packed_data_end_too_early(void **state)
{
	int n = lines("cut", true);

	assert_in_range(n, 1000, LINES - 1);
	n = lines("cutzst", true);
	assert_in_range(n, 1000, LINES - 1);
}

static void
refuses_what_only_begins_like_gzip(void **state)
{
	struct source s;
	struct said said;

	said_begin(&said);
	assert_int_equal(source_open(&s, "rubbish"), -1);
	assert_non_null(strstr(said_end(&said), "damaged gzip data"));
}

static void
holds_it_all_if_wanted(void **state)
{
	static const char *const names[] = { "plain", "gz", "zst" };

	for (int i = 0; i < 3; i++) {
		struct source s;

		assert_int_equal(source_open(&s, names[i]), 0);
		assert_int_equal(source_want(&s, SIZE_MAX), 0);
		assert_int_equal(s.given, s.end - s.at);
		assert_memory_equal(s.at, "line 0\n", 7);
		assert_memory_equal(s.end - 7, "299999\n", 7);
		source_close(&s);
	}
}

static void
does_not_unpack_a_bomb_into_memory(void **state)
{
	struct source s;
	struct said said;

	assert_int_equal(source_open(&s, "bomb"), 0);
	said_begin(&said);
	assert_int_equal(source_want(&s, SIZE_MAX), -1);
	assert_non_null(strstr(said_end(&said), "unpacks to more than"));
	assert_true(s.given < 80 << 20);
	source_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_same_packed_or_not),
		cmocka_unit_test(says_where_packed_data_end_too_early),
		cmocka_unit_test(refuses_what_only_begins_like_gzip),
		cmocka_unit_test(holds_it_all_if_wanted),
		cmocka_unit_test(does_not_unpack_a_bomb_into_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
