/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment into options: defaults, every form of a value, and for each
 * wrong one a line and the default.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hf_shared.h"
#include "say.h"
#include "stderr.h"

static struct said said;

/* Reads options from up to three variables; what was said is in said.text. */
static void
read_with(const char *a, const char *b, const char *c)
{
	char *environment[] = { (char *)a, (char *)b, (char *)c, NULL };

	memset(&hf_options, 0, sizeof hf_options);
	said_begin(&said);
	hf_say_start();
	hf_options_read(environment);
	said_end(&said);
}

static void
sizes_are_powers_of_1024_in_every_spelling(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} sizes[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "007", 7 },
		{ "4096B", 4096 },
		{ "512K", 512 << 10 },
		{ "512k", 512 << 10 },
		{ "512KB", 512 << 10 },
		{ "512KiB", 512 << 10 },
		{ "3kib", 3 << 10 },
		{ "64M", 64 << 20 },
		{ "2G", 2ULL << 30 },
		{ "2GiB", 2ULL << 30 },
		{ "1T", 1ULL << 40 },
		{ "16777215T", 16777215ULL << 40 },
		{ "18446744073709551615", UINT64_MAX },
	};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint64_t n = 42;

		assert_true(hf_options_size(sizes[i].text, &n));
		assert_int_equal(n, sizes[i].bytes);
	}
}

static void
what_is_no_size_is_refused(void **state)
{
	static const char *const wrong[] = { "", " ", "K", "B", "-1", "+1",
		" 1", "1 ", "1.5K", "0x10", "1KK", "1Ki B", "1i", "1iB", "1P",
		"1KiBs", "auto", "18446744073709551616", "16777216T",
		"99999999999999999999999", "1\n", "1\xc2\xa0K" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		uint64_t n = 42;

		if (hf_options_size(wrong[i], &n))
			fail_msg("'%s' is %lu", wrong[i], (unsigned long)n);
		assert_int_equal(n, 42);
	}
}

static void
assert_defaults(void)
{
	assert_int_equal(hf_options.sample, 512 << 10);
	assert_false(hf_options.sample_auto);
	assert_false(hf_options.sample_given);
	assert_string_equal(hf_options.prefix, "");
	assert_true(hf_options.active);
	assert_int_equal(hf_options.dump_bytes, 0);
	assert_int_equal(hf_options.dump_seconds, 60);
	assert_int_equal(hf_options.dump_keep, 64);
	assert_int_equal(hf_options.dump_limit, 256 << 20);
	assert_int_equal(hf_options.memory, 64 << 20);
	assert_int_equal(hf_options.unwind, HF_UNWIND_CFI);
	assert_int_equal(hf_options.depth, 128);
	assert_string_equal(hf_options.follow, "all");
	assert_int_equal(hf_options.temp_ms, 10);
	assert_false(hf_options.verbose);
	assert_int_equal(hf_options.seed, 0);
}

static void
without_variables_all_are_as_documented_and_nothing_is_said(void **state)
{
	read_with(NULL, NULL, NULL);
	assert_defaults();
	assert_string_equal(said.text, "");
	hf_options_read(NULL);
	assert_defaults();
}

static void
assert_not_read(const char *a, const char *b, const char *c)
{
	read_with(a, b, c);
	assert_defaults();
	assert_string_equal(said.text, "");
}

/* What others have in the environment, nearly of our names. */
static void
variables_of_others_are_not_ours(void **state)
{
	assert_not_read("HEAPFLAME_SAMPLER=1", "XHEAPFLAME_SAMPLE=1",
		"heapflame_SAMPLE=1");
	assert_not_read("HEAPFLAME_SAMPLE", "HEAPFLAME_=1", "SAMPLE=1");
	assert_not_read("HEAPFLAME_SAMPL=1", "HEAPFLAME_LIVE=0", "");
}

static void
an_empty_value_is_the_default(void **state)
{
	read_with("HEAPFLAME_SAMPLE=", "HEAPFLAME_DEPTH=", "HEAPFLAME_PREFIX=");
	assert_defaults();
	assert_string_equal(said.text, "");
}

static void
right_values_are_taken_in_silence(void **state)
{
	read_with("HEAPFLAME_SAMPLE=64K", "HEAPFLAME_PREFIX=dir/x y=z",
		"HEAPFLAME_ACTIVE=0");
	assert_int_equal(hf_options.sample, 64 << 10);
	assert_true(hf_options.sample_given);
	assert_string_equal(hf_options.prefix, "dir/x y=z");
	assert_false(hf_options.active);
	assert_string_equal(said.text, "");
	read_with("HEAPFLAME_DUMP_BYTES=1G", "HEAPFLAME_DUMP_SECONDS=0",
		"HEAPFLAME_DUMP_KEEP=3");
	assert_int_equal(hf_options.dump_bytes, 1 << 30);
	assert_int_equal(hf_options.dump_seconds, 0);
	assert_int_equal(hf_options.dump_keep, 3);
	assert_string_equal(said.text, "");
	read_with("HEAPFLAME_DUMP_LIMIT=64KiB", "HEAPFLAME_MEMORY=4M",
		"HEAPFLAME_UNWIND=fp");
	assert_int_equal(hf_options.dump_limit, 65536);
	assert_int_equal(hf_options.memory, 4 << 20);
	assert_int_equal(hf_options.unwind, HF_UNWIND_FP);
	assert_string_equal(said.text, "");
	read_with("HEAPFLAME_DEPTH=512", "HEAPFLAME_FOLLOW=none",
		"HEAPFLAME_VERBOSE=1");
	assert_int_equal(hf_options.depth, 512);
	assert_string_equal(hf_options.follow, "none");
	assert_true(hf_options.verbose);
	assert_string_equal(said.text, "");
	read_with("HEAPFLAME_TEMP_MS=0", "HEAPFLAME_UNWIND=libunwind",
		"HEAPFLAME_SEED=18446744073709551615");
	assert_int_equal(hf_options.temp_ms, 0);
	assert_int_equal(hf_options.unwind, HF_UNWIND_LIBUNWIND);
	assert_true(hf_options.seed == UINT64_MAX);
	assert_string_equal(said.text, "");
}

static void
auto_begins_with_a_small_interval(void **state)
{
	read_with("HEAPFLAME_SAMPLE=auto", NULL, NULL);
	assert_true(hf_options.sample_auto);
	assert_true(hf_options.sample_given);
	assert_int_equal(hf_options.sample, 8192);
	/* The first of a name counts, as in getenv. */
	read_with("HEAPFLAME_SAMPLE=1", "HEAPFLAME_SAMPLE=auto", NULL);
	assert_false(hf_options.sample_auto);
	assert_int_equal(hf_options.sample, 1);
}

/* One line, that names the variable, the value and what is used. */
static void
check_wrong(const char *variable, const char *standard)
{
	const char *equals = strchr(variable, '=');
	char name[64], value[64], end[1200];

	read_with(variable, NULL, NULL);
	assert_defaults();
	assert_int_equal(said_lines(&said), 1);
	snprintf(name, sizeof name,
		"heapflame: %.*s=", (int)(equals - variable), variable);
	assert_memory_equal(said.text, name, strlen(name));
	snprintf(value, sizeof value, "'%s'", equals + 1);
	assert_non_null(strstr(said.text, value));
	snprintf(end, sizeof end, ", using %s\n", standard);
	assert_string_equal(said.text + strlen(said.text) - strlen(end), end);
}

static void
a_wrong_value_gives_one_line_and_the_default(void **state)
{
	check_wrong("HEAPFLAME_SAMPLE=0", "512K");
	check_wrong("HEAPFLAME_SAMPLE=1025G", "512K");
	check_wrong("HEAPFLAME_SAMPLE=automatic", "512K");
	check_wrong("HEAPFLAME_ACTIVE=yes", "1");
	check_wrong("HEAPFLAME_ACTIVE=01", "1");
	check_wrong("HEAPFLAME_DUMP_BYTES=-1", "0");
	check_wrong("HEAPFLAME_DUMP_SECONDS=1m", "60");
	check_wrong("HEAPFLAME_DUMP_SECONDS=31536001", "60");
	check_wrong("HEAPFLAME_DUMP_KEEP=2", "64");
	check_wrong("HEAPFLAME_DUMP_LIMIT=65535", "256M");
	check_wrong("HEAPFLAME_MEMORY=4095K", "64M");
	check_wrong("HEAPFLAME_MEMORY=5G", "64M");
	check_wrong("HEAPFLAME_UNWIND=frame", "cfi");
	check_wrong("HEAPFLAME_DEPTH=0", "128");
	check_wrong("HEAPFLAME_DEPTH=513", "128");
	check_wrong("HEAPFLAME_TEMP_MS=10ms", "10");
	check_wrong("HEAPFLAME_VERBOSE=true", "0");
	check_wrong("HEAPFLAME_SEED=18446744073709551616", "0");
}

static void
a_path_that_is_too_long_is_refused_whole(void **state)
{
	char variable[HF_TEXT_MAX + 64] = "HEAPFLAME_PREFIX=";
	size_t n = strlen(variable);

	memset(variable + n, 'a', HF_TEXT_MAX - 1);
	read_with(variable, NULL, NULL);
	assert_int_equal(strlen(hf_options.prefix), HF_TEXT_MAX - 1);
	assert_string_equal(said.text, "");
	memset(variable + n, 'a', HF_TEXT_MAX);
	read_with(variable, NULL, NULL);
	assert_defaults();
	assert_int_equal(said_lines(&said), 1);
}

/* In a child: there is a limit to what a process may say. */
static int
print_all(void *unused)
{
	static const char *const lines[] = {
		"heapflame:   HEAPFLAME_SAMPLE=auto [",
		"heapflame:   HEAPFLAME_PREFIX=/p [",
		"heapflame:   HEAPFLAME_ACTIVE=1 ",
		"heapflame:   HEAPFLAME_DUMP_BYTES=0 [",
		"heapflame:   HEAPFLAME_DUMP_SECONDS=60 [",
		"heapflame:   HEAPFLAME_DUMP_KEEP=64 [",
		"heapflame:   HEAPFLAME_DUMP_LIMIT=268435456 [",
		"heapflame:   HEAPFLAME_MEMORY=67108864 [",
		"heapflame:   HEAPFLAME_UNWIND=fp [",
		"heapflame:   HEAPFLAME_DEPTH=128 [",
		"heapflame:   HEAPFLAME_FOLLOW=all [",
		"heapflame:   HEAPFLAME_LIVE=shm [",
		"heapflame:   HEAPFLAME_TEMP_MS=10 [",
		"heapflame:   HEAPFLAME_VERBOSE=0 ",
		"heapflame:   HEAPFLAME_SEED=0 ",
	};
	const char *at = said.text;

	read_with("HEAPFLAME_SAMPLE=auto", "HEAPFLAME_PREFIX=/p",
		"HEAPFLAME_UNWIND=fp");
	said_begin(&said);
	hf_say_start();
	hf_options_print();
	said_end(&said);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (strncmp(at, lines[i], strlen(lines[i])) != 0)
			return (int)i + 1;
		at = strchr(at, '\n') + 1;
	}
	return *at ? 100 : 0;
}

static void
the_table_prints_each_option_in_force(void **state)
{
	assert_int_equal(hf_shared_in_child(print_all, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_powers_of_1024_in_every_spelling),
		cmocka_unit_test(what_is_no_size_is_refused),
		cmocka_unit_test(
			without_variables_all_are_as_documented_and_nothing_is_said),
		cmocka_unit_test(variables_of_others_are_not_ours),
		cmocka_unit_test(an_empty_value_is_the_default),
		cmocka_unit_test(right_values_are_taken_in_silence),
		cmocka_unit_test(auto_begins_with_a_small_interval),
		cmocka_unit_test(a_wrong_value_gives_one_line_and_the_default),
		cmocka_unit_test(a_path_that_is_too_long_is_refused_whole),
		cmocka_unit_test(the_table_prints_each_option_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
