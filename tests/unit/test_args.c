/* SPDX-License-Identifier: Apache-2.0 */
/* The command line that all showing commands share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "args.h"

#define ALL                                                                    \
	(ARGS_METRIC | ARGS_OUTPUT | ARGS_BYTES | ARGS_WRAPPERS | ARGS_BY |    \
		ARGS_TOP | ARGS_JSON)

static struct {
	bool flag;
	const char *text;
	int count, code;
	double real;
} got;

static const struct args_own own[] = {
	{ .name = "flag",
		.letter = 'f',
		.kind = ARGS_FLAG,
		.target = &got.flag },
	{ .name = "text",
		.letter = 't',
		.kind = ARGS_TEXT,
		.target = &got.text },
	{ .name = "count", .kind = ARGS_COUNT, .target = &got.count },
	{ .name = "real", .kind = ARGS_REAL, .target = &got.real },
	{ .name = "code",
		.kind = ARGS_OPTIONAL_COUNT,
		.target = &got.code,
		.if_bare = 3 },
	{ 0 },
};

/* Splits at blanks; the words live until the next call. */
static int
parse(struct args *a, unsigned accept, const char *line)
{
	static char copy[256], *argv[32];
	int argc = 0;
	char *word, *rest = copy;

	memset(&got, 0, sizeof got);
	strncpy(copy, line, sizeof copy - 1);
	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	argv[argc] = NULL;
	*a = (struct args){ .accept = accept };
	return args_parse(a, own, argc, argv);
}

static void
nothing_given_is_the_default(void **state)
{
	struct args a;

	assert_int_equal(parse(&a, ALL, "x"), 0);
	assert_int_equal(a.file_count, 0);
	assert_int_equal(a.selection.metric, -1);
	assert_int_equal(a.top, -1);
	assert_null(a.output);
	assert_false(a.all || a.json || a.exact);
	assert_false(a.selection.show_wrappers || a.selection.bys);
	assert_null(a.selection.wrappers);
	args_release(&a);
}

static void
options_and_files_mix(void **state)
{
	struct args a;

	assert_int_equal(
		parse(&a, ALL,
			"x one --metric alloc_space two --top=7 -o out "
			"--all --bytes --json --by process -- --three"),
		0);
	assert_int_equal(a.file_count, 3);
	assert_string_equal(a.files[0], "one");
	assert_string_equal(a.files[1], "two");
	assert_string_equal(a.files[2], "--three");
	assert_int_equal(a.selection.metric, ALLOC_SPACE);
	assert_int_equal(a.top, 7);
	assert_string_equal(a.output, "out");
	assert_true(a.all && a.json && a.exact && a.selection.bys == 1);
	args_release(&a);
}

static void
wrappers_are_gathered(void **state)
{
	struct args a;

	assert_int_equal(
		parse(&a, ALL, "x --wrapper a.* --wrapper=b --no-wrappers"), 0);
	assert_string_equal(a.selection.wrappers[0], "a.*");
	assert_string_equal(a.selection.wrappers[1], "b");
	assert_null(a.selection.wrappers[2]);
	assert_true(a.selection.show_wrappers);
	args_release(&a);
	assert_null(a.selection.wrappers);
}

static void
own_options_are_set(void **state)
{
	struct args a;

	assert_int_equal(parse(&a, 0, "x -f -t word --count 12 --real 1.5"), 0);
	assert_true(got.flag);
	assert_string_equal(got.text, "word");
	assert_int_equal(got.count, 12);
	assert_true(got.real == 1.5);
	assert_int_equal(got.code, 0);
	args_release(&a);
	assert_int_equal(parse(&a, 0, "x --code file"), 0);
	assert_int_equal(got.code, 3);
	assert_int_equal(a.file_count, 1);
	args_release(&a);
	assert_int_equal(parse(&a, 0, "x --code=9"), 0);
	assert_int_equal(got.code, 9);
	args_release(&a);
}

static void
wrong_usage_is_refused(void **state)
{
	static const char *const wrong[] = { "x --nonsense", "x -z",
		"x --metric", "x --top x", "x --top -1", "x --top 99999999999",
		"x --top 1.5", "x --by threads", "x --by thread,",
		"x --by label,label", "x --flag=1", "x --count",
		"x --count=", "x --real nan", "x --real -1", "x --real inf",
		"x -t", "x --code=x" };
	int kept = dup(STDERR_FILENO);

	close(STDERR_FILENO);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct args a;

		if (parse(&a, ALL, wrong[i]) != -1) {
			dup2(kept, STDERR_FILENO);
			fail_msg("'%s' was accepted", wrong[i]);
		}
	}
	dup2(kept, STDERR_FILENO);
	close(kept);
}

static void
options_of_other_commands_are_refused(void **state)
{
	struct args a;
	int kept = dup(STDERR_FILENO);

	close(STDERR_FILENO);
	assert_int_equal(parse(&a, ARGS_OUTPUT, "x --metric peak_space"), -1);
	assert_int_equal(parse(&a, ARGS_OUTPUT, "x --json"), -1);
	assert_int_equal(parse(&a, 0, "x -o file"), -1);
	dup2(kept, STDERR_FILENO);
	close(kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given_is_the_default),
		cmocka_unit_test(options_and_files_mix),
		cmocka_unit_test(wrappers_are_gathered),
		cmocka_unit_test(own_options_are_set),
		cmocka_unit_test(wrong_usage_is_refused),
		cmocka_unit_test(options_of_other_commands_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
