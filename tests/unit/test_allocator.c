/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which allocators a file brings: the C library, this test's own file with
 * functions as a static allocator has them, and damaged copies of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../analyzer/allocator.h"

#define SELF "/proc/self/exe"

/* As in a program that has two allocators of its own linked in. */
void *mi_malloc(size_t n);
void *_rjem_malloc(size_t n);
int _rjem_mallctl(const char *name);
const char *test_rjem_says(int which);

__attribute__((noinline, used)) void *
mi_malloc(size_t n)
{
	return malloc(n);
}

__attribute__((noinline, used)) void *
_rjem_malloc(size_t n)
{
	return malloc(n + 1);
}

__attribute__((noinline, used)) int
_rjem_mallctl(const char *name)
{
	return name == NULL;
}

__attribute__((noinline, used)) const char *
test_rjem_says(int which)
{
	static const char *const texts[] = { "<jemalloc>: malloc_conf",
		"value of the environment variable MALLOC_CONF",
		"_RJEM_MALLOC_CONF", "heap_v2/%lu" };

	return texts[which & 3];
}

static bool
has_prefix(const struct allocator *a, const char *prefix)
{
	for (int i = 0; i < a->prefixes; i++)
		if (strcmp(a->prefix[i], prefix) == 0)
			return true;
	return false;
}

static void
test_own_file(void **state)
{
	struct allocator a;

	assert_non_null(test_rjem_says(getpid()));
	assert_true(allocator_look(&a, SELF));
	assert_int_equal(a.malloc, MALLOC_ELSEWHERE);
	assert_true(a.wants_malloc);
	assert_true(has_prefix(&a, "mi_"));
	assert_true(has_prefix(&a, "_rjem_"));
	assert_int_equal(a.prefixes, 2);
	assert_true(a.jemalloc);
	assert_string_equal(a.jemalloc_prefix, "_rjem_");
	assert_string_equal(a.conf, "_RJEM_MALLOC_CONF");
	assert_true(a.can_profile);
}

/* The path of the C library that this process runs with. */
static void
find_libc(char path[4096])
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[5000], *slash;

	assert_non_null(f);
	path[0] = '\0';
	while (!path[0] && fgets(line, sizeof line, f)) {
		slash = strchr(line, '/');
		if (slash && strstr(slash, "/libc.so.6"))
			snprintf(path, 4096, "%.*s", (int)strcspn(slash, "\n"),
				slash);
	}
	fclose(f);
}

static void
test_libc(void **state)
{
	struct allocator a;
	char path[4096];

	find_libc(path);
	if (!path[0])
		skip(); /* another C library, or static */
	assert_true(allocator_look(&a, path));
	assert_int_equal(a.malloc, MALLOC_EXPORTED);
	assert_int_equal(a.prefixes, 0);
	assert_false(a.jemalloc);
}

static void
test_no_elf(void **state)
{
	struct allocator a;

	assert_false(allocator_look(&a, "/etc/passwd"));
	assert_false(allocator_look(&a, "/nonexistent"));
	assert_false(allocator_look(&a, "/"));
	assert_false(allocator_look(&a, "/dev/null"));
}

/* Wherever it ends and whatever is overwritten: an answer, no crash. */
static void
test_damaged(void **state)
{
	char path[] = "/tmp/test-allocator.XXXXXX";
	int fd = mkstemp(path);
	FILE *self = fopen(SELF, "r");
	static unsigned char bytes[1 << 16];
	size_t n = fread(bytes, 1, sizeof bytes, self);
	struct allocator a;
	int answers = 0;

	fclose(self);
	assert_true(fd >= 0 && n > 4096);
	for (size_t size = 1; size < n; size += size / 7 + 1) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, bytes, size, 0), (ssize_t)size);
		answers += allocator_look(&a, path);
	}
	/* Every byte of the header, in a copy that is whole. */
	for (size_t at = 0; at < 64; at++) {
		unsigned char was = bytes[at];

		bytes[at] ^= 0xff;
		assert_int_equal(pwrite(fd, bytes, n, 0), (ssize_t)n);
		answers += allocator_look(&a, path);
		bytes[at] = was;
	}
	close(fd);
	unlink(path);
	assert_true(answers > 0);
}

static void
test_library_names(void **state)
{
	assert_true(allocator_is_library("/usr/lib/libjemalloc.so.2"));
	assert_true(allocator_is_library("libtcmalloc_minimal.so.4.5.10"));
	assert_true(allocator_is_library("/opt/libmimalloc-secure.so.2.0"));
	assert_false(allocator_is_library("/opt/libjemalloc/libc.so.6"));
	assert_false(allocator_is_library("/usr/bin/redis-server"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_file),
		cmocka_unit_test(test_libc),
		cmocka_unit_test(test_no_elf),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_library_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
