/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's options on a command line: what is taken, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../analyzer/cmd.h"
#include "../../analyzer/shim_options.h"

/* The result of parsing these words, which end with NULL; stderr kept clean. */
static int
parse(struct shim_settings *s, char **argv)
{
	struct option longs[SHIM_OPTIONS + 1] = { { 0 } };
	int argc = 0, found, result = 0, saved = dup(STDERR_FILENO);

	while (argv[argc])
		argc++;
	*s = (struct shim_settings){ { 0 } };
	shim_options_getopt(longs);
	opterr = 0;
	optind = 0;
	assert_non_null(freopen("/dev/null", "w", stderr));
	while (result == 0 &&
		(found = getopt_long(argc, argv, "+:", longs, NULL)) != -1)
		result = found == '?' || found == ':'
				 ? shim_options_complain(longs, found, argv)
				 : shim_options_take(s, found, argc, argv);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return result;
}

static int
parse_one(const char *option, const char *value)
{
	struct shim_settings s;
	char name[64], text[2048];
	char *argv[] = { "run", name, text, NULL };

	snprintf(name, sizeof name, "%s", option);
	snprintf(text, sizeof text, "%s", value);
	return parse(&s, argv);
}

static void
sizes_are_powers_of_1024(void **state)
{
	static const char *const good[] = { "1", "4096", "512K", "512k",
		"512KiB", "512kb", "1M", "1024G", "4096B", "auto" };
	static const char *const bad[] = { "0", "-1", "", "K", "1.5K", "512X",
		"512KK", "1025G", "99999999999999999999", "0x10", " 1", "1 ",
		"automatic", "i", "iB", "1iB" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (parse_one("--sample", good[i]) != 0)
			fail_msg("refused: '%s'", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (parse_one("--sample", bad[i]) == 0)
			fail_msg("taken: '%s'", bad[i]);
}

static void
limits_are_those_of_the_shim(void **state)
{
	static const struct {
		const char *option, *low, *below, *high, *above;
	} limits[] = {
		{ "--depth", "1", "0", "512", "513" },
		{ "--dump-keep", "3", "2", "1000000", "1000001" },
		{ "--dump-limit", "64K", "65535", "1G", "x" },
		{ "--memory", "4M", "4194303", "4G", "4097M" },
		{ "--temp-ms", "0", "-1", "86400000", "86400001" },
		{ "--dump-seconds", "0", "-1", "31536000", "31536001" },
		{ "--dump-bytes", "0", "-1", "1T", "1P" },
		{ "--verbose=0", "0", "", "1", "" },
		{ "--unwind", "cfi", "CFI", "libunwind", "fp " },
		{ "--follow", "none", "", "gcc*,cc1plus", "a\nb" },
	};

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		assert_int_equal(parse_one(limits[i].option, limits[i].low), 0);
		assert_int_equal(
			parse_one(limits[i].option, limits[i].high), 0);
		if (strcmp(limits[i].option, "--verbose=0") == 0)
			continue;
		assert_int_equal(
			parse_one(limits[i].option, limits[i].below), -1);
		assert_int_equal(
			parse_one(limits[i].option, limits[i].above), -1);
	}
	assert_int_equal(parse_one("--verbose=2", "x"), -1);
}

static void
a_switch_takes_a_digit_behind_it_but_no_program(void **state)
{
	struct shim_settings s;
	char *alone[] = { "run", "--verbose", "./x", "1", NULL };
	char *zero[] = { "run", "--verbose", "0", "./x", NULL };
	char *joined[] = { "run", "--active=0", "1", NULL };
	char *last[] = { "run", "--verbose", NULL };

	assert_int_equal(parse(&s, alone), 0);
	assert_string_equal(s.value[SHIM_VERBOSE], "1");
	assert_string_equal(alone[optind], "./x");
	assert_int_equal(parse(&s, zero), 0);
	assert_string_equal(s.value[SHIM_VERBOSE], "0");
	assert_string_equal(zero[optind], "./x");
	assert_int_equal(parse(&s, joined), 0);
	assert_string_equal(s.value[SHIM_ACTIVE], "0");
	assert_string_equal(joined[optind], "1");
	assert_int_equal(parse(&s, last), 0);
	assert_string_equal(s.value[SHIM_VERBOSE], "1");
}

static void
a_prefix_longer_than_the_shim_takes_is_refused(void **state)
{
	char text[1100];

	memset(text, 'x', sizeof text);
	text[1024] = '\0';
	assert_int_equal(parse_one("--prefix", text), -1);
	text[1023] = '\0';
	assert_int_equal(parse_one("--prefix", text), 0);
}

static void
unknown_options_and_missing_values_are_refused(void **state)
{
	struct shim_settings s;
	char *unknown[] = { "run", "--nonsense", NULL };
	char *letter[] = { "run", "-x", NULL };
	char *missing[] = { "run", "--depth", NULL };

	assert_int_equal(parse(&s, unknown), -1);
	assert_int_equal(parse(&s, letter), -1);
	assert_int_equal(parse(&s, missing), -1);
}

static void
every_option_has_its_variable_and_its_line_of_help(void **state)
{
	struct option longs[SHIM_OPTIONS + 1] = { { 0 } };
	char expected[64], line[64];

	shim_options_getopt(longs);
	for (int i = 0; i < SHIM_OPTIONS; i++) {
		snprintf(expected, sizeof expected, "HEAPFLAME_%s",
			longs[i].name);
		for (char *c = expected + sizeof "HEAPFLAME_" - 1; *c; c++)
			*c = *c == '-' ? '_' : (char)(*c - 'a' + 'A');
		assert_string_equal(shim_options_variable(i), expected);
		snprintf(line, sizeof line, "\n  --%s ", longs[i].name);
		assert_non_null(strstr(help_run, line));
		assert_non_null(strstr(help_env, line));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_powers_of_1024),
		cmocka_unit_test(limits_are_those_of_the_shim),
		cmocka_unit_test(
			a_switch_takes_a_digit_behind_it_but_no_program),
		cmocka_unit_test(
			a_prefix_longer_than_the_shim_takes_is_refused),
		cmocka_unit_test(
			unknown_options_and_missing_values_are_refused),
		cmocka_unit_test(
			every_option_has_its_variable_and_its_line_of_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
