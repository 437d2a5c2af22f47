/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people read them, and sizes as people type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "units.h"

static void
bytes_have_one_decimal_and_the_right_unit(void **state)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} cases[] = { { 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" }, { -1536, "-1.5 KiB" }, { 1587, "1.5 KiB" },
		{ 1588, "1.6 KiB" }, { 1048524, "1023.9 KiB" },
		{ 1048525, "1.0 MiB" }, { 1048576, "1.0 MiB" },
		{ 12897485, "12.3 MiB" }, { INT64_C(5) << 40, "5.0 TiB" },
		{ INT64_MAX, "8.0 EiB" }, { INT64_MIN, "-8.0 EiB" } };
	char buf[UNITS_MAX];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(
			units_bytes(buf, cases[i].bytes, false), cases[i].text);
	assert_string_equal(units_bytes(buf, 1048576, true), "1048576");
	assert_string_equal(
		units_bytes(buf, INT64_MIN, true), "-9223372036854775808");
}

static void
counts_are_grouped(void **state)
{
	char buf[UNITS_MAX];

	assert_string_equal(units_count(buf, 0), "0");
	assert_string_equal(units_count(buf, 999), "999");
	assert_string_equal(units_count(buf, 1000), "1,000");
	assert_string_equal(units_count(buf, 1234567), "1,234,567");
	assert_string_equal(units_count(buf, -1234), "-1,234");
	assert_string_equal(
		units_count(buf, INT64_MIN), "-9,223,372,036,854,775,808");
}

static void
times_have_the_unit_that_is_read_best(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} cases[] = { { 0, "0 ns" }, { 340.4, "340 ns" }, { 999, "999 ns" },
		{ 1000, "1.0 us" }, { 1.25e6, "1.2 ms" }, { 9.9999e8, "1.0 s" },
		{ 59e9, "59.0 s" }, { 90e9, "1.5 min" }, { 5400e9, "1.5 h" },
		{ 864e12, "10.0 d" } };
	char buf[UNITS_MAX];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(
			units_time(buf, cases[i].ns), cases[i].text);
}

static void
sizes_are_understood_or_refused(void **state)
{
	static const char *const bad[] = { "", "K", "-1", "1.5K", "1 K", "1KB",
		"12x", "9223372036854775808", "8589934592G", "0x10", " 1" };

	assert_int_equal(units_parse_size("0"), 0);
	assert_int_equal(units_parse_size("512K"), 524288);
	assert_int_equal(units_parse_size("512k"), 524288);
	assert_int_equal(units_parse_size("1"), 1);
	assert_int_equal(units_parse_size("3G"), INT64_C(3) << 30);
	assert_int_equal(units_parse_size("64M"), 64 << 20);
	assert_int_equal(units_parse_size("4096"), 4096);
	assert_int_equal(units_parse_size("9223372036854775807"), INT64_MAX);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(units_parse_size(bad[i]), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_have_one_decimal_and_the_right_unit),
		cmocka_unit_test(counts_are_grouped),
		cmocka_unit_test(times_have_the_unit_that_is_read_best),
		cmocka_unit_test(sizes_are_understood_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
