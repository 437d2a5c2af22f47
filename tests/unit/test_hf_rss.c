/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of /proc, on text made by hand; and the history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "hf_shared.h"
#include "rss.h"

static char path[] = "/tmp/test_hf_rss.XXXXXX";

static const char *
file_with(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

static void
status_of_a_user_in_a_thousand_groups(void **state)
{
	static char text[40000] = "Name:\tVmRSS: 9 kB\nGroups:\t";
	struct hfs_rss rss = { .shared = 77 };

	for (int i = 0; i < 5000; i++)
		sprintf(text + strlen(text), "%d ", i);
	strcat(text, "\nVmPeak:\t  999 kB\nVmHWM:\t    4321 kB\n"
		     "VmRSS:\t    1234 kB\nRssAnon:\t     200 kB\n"
		     "RssFile:\t 34 kB\nThreads:\t1\n");
	assert_true(hf_rss_status(&rss, file_with(text)));
	assert_int_equal(rss.highest, 4321 * 1024);
	assert_int_equal(rss.rss, 1234 * 1024);
	assert_int_equal(rss.anonymous, 200 * 1024);
	assert_int_equal(rss.file, 34 * 1024);
	assert_int_equal(rss.shared, 77); /* an old kernel has none */
	assert_false(hf_rss_status(&rss, "/nowhere/at/all"));
}

#define GUARD(from, to) from "-" to " ---p 00000000 00:00 0 \nRss: 64 kB\n"
#define SPACE(from, to, rss)                                                   \
	from "-" to " rw-p 00000000 00:00 0 \nSize: 8192 kB\nRss: " rss        \
	     " kB\nPss: 1 kB\nVmFlags: rd wr mr mw me ac\n"

static void
stacks_are_what_lies_above_a_guard(void **state)
{
	static char text[30000];
	size_t n = 0;

	/* A thread's, with a guard of a page. */
	n += (size_t)sprintf(text + n, GUARD("7f0000000000", "7f0000001000"));
	n += (size_t)sprintf(
		text + n, SPACE("7f0000001000", "7f0000801000", "12"));
	/* Right above it, but no guard between: none. */
	n += (size_t)sprintf(
		text + n, SPACE("7f0000801000", "7f0000901000", "100"));
	/* A gap between guard and memory: none. */
	n += (size_t)sprintf(text + n, GUARD("7f0001000000", "7f0001001000"));
	n += (size_t)sprintf(
		text + n, SPACE("7f0001002000", "7f0001802000", "200"));
	/* An arena, above what is left of another. */
	n += (size_t)sprintf(text + n, GUARD("7f0003ff0000", "7f0004000000"));
	n += (size_t)sprintf(
		text + n, SPACE("7f0004000000", "7f0004021000", "400"));
	/* Above the large reserve of an arena. */
	n += (size_t)sprintf(text + n, GUARD("7f0004021000", "7f0007ffe000"));
	n += (size_t)sprintf(
		text + n, SPACE("7f0007ffe000", "7f0007fff000", "800"));
	/* Of a file, whose path is as long as can be. */
	n += (size_t)sprintf(text + n, GUARD("7f1000000000", "7f1000001000"));
	n += (size_t)sprintf(
		text + n, "7f1000001000-7f1000002000 rw-p 0 08:01 12 /");
	memset(text + n, 'x', 4094);
	n += 4094;
	n += (size_t)sprintf(text + n, "\nRss:\t1600 kB\n");
	/* The main thread's; and what has no newline is no line. */
	sprintf(text + n,
		"7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0   [stack]\n"
		"Rss:                 3 kB\nRss:  5 kB");
	assert_int_equal(hf_rss_stacks(file_with(text)), (12 + 3) * 1024);
	assert_int_equal(hf_rss_stacks("/nowhere/at/all"), 0);
}

/* Any number of moments keeps its place, its order and the whole time. */
static void
history_is_halved_when_it_is_full(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	struct hfs_header *h = r->header;

	for (uint64_t s = 0; s < 5000; s++) {
		uint32_t n = h->history_count;

		/* As if it had begun so long ago. */
		h->start_ns = hf_state_clock() - s * 1000000000;
		h->rss.rss = s;
		hf_rss_history(r);
		n = h->history_count;
		assert_true(n > 0 && n <= HFS_HISTORY);
		assert_int_equal(h->history[0].rss, 0);
		for (uint32_t i = 1; i < n; i++)
			assert_true(h->history[i].ns > h->history[i - 1].ns);
		assert_true(s < h->history[n - 1].rss + h->history_step + 1);
	}
	assert_int_equal(h->history_step, 16);
	assert_true(h->history_count > HFS_HISTORY / 2);
}

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 || close(fd);
}

static int
remove_file(void **state)
{
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_of_a_user_in_a_thousand_groups),
		cmocka_unit_test(stacks_are_what_lies_above_a_guard),
		cmocka_unit_test(history_is_halved_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
