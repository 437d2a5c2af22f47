/* SPDX-License-Identifier: Apache-2.0 */
/* The options of pprof and jeprof, and those that select. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "args.h"
#include "stderr.h"

#define ALL                                                                    \
	(ARGS_METRIC | ARGS_OUTPUT | ARGS_BYTES | ARGS_WRAPPERS | ARGS_BY |    \
		ARGS_TOP | ARGS_JSON | ARGS_SELECT)

static struct {
	bool cum;
	const char *title, *to;
} got;

static const struct args_own own[] = {
	{ .name = "cum", .kind = ARGS_FLAG, .target = &got.cum },
	{ .name = "title", .kind = ARGS_TEXT, .target = &got.title },
	{ 0 },
};

static const struct args_own own_to[] = {
	{ .name = "to", .kind = ARGS_TEXT, .target = &got.to },
	{ 0 },
};

/* Splits at blanks; the words live until the next call. */
static int
parse_as(struct args *a, unsigned accept, const struct args_own *table,
	const char *line)
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
	return args_parse(a, table, argc, argv);
}

static void
accepts(struct args *a, const char *line)
{
	assert_int_equal(parse_as(a, ALL, own, line), 0);
}

static void
what_selects_is_gathered(void **state)
{
	struct args a;
	struct selection *s = &a.selection;

	accepts(&a, "x --focus a --focus=b --ignore c --hide d --show e "
		    "--show-from f --from g --to h --base i --base j k");
	assert_string_equal(s->rules[RULE_FOCUS][0], "a");
	assert_string_equal(s->rules[RULE_FOCUS][1], "b");
	assert_null(s->rules[RULE_FOCUS][2]);
	assert_string_equal(s->rules[RULE_IGNORE][0], "c");
	assert_string_equal(s->rules[RULE_HIDE][0], "d");
	assert_string_equal(s->rules[RULE_SHOW][0], "e");
	assert_string_equal(s->rules[RULE_SHOW_FROM][0], "f");
	assert_string_equal(s->from, "g");
	assert_string_equal(s->to, "h");
	assert_string_equal(s->base_names[0], "i");
	assert_string_equal(s->base_names[1], "j");
	assert_null(s->base_names[2]);
	assert_non_null(s->base);
	assert_true(args_selects(&a));
	assert_int_equal(a.file_count, 1);
	args_release(&a);
	assert_null(a.selection.base);
	accepts(&a, "x --top 3 k");
	assert_false(args_selects(&a));
	args_release(&a);
}

static void
pprof_spellings_mean_ours(void **state)
{
	struct args a;

	accepts(&a, "x -alloc_space -focus=^a=b -ignore c -hide=d -show e "
		    "-show_from=f -diff_base g -nodecount=7 -cum -unit=b -top "
		    "-functions -flat k l");
	assert_int_equal(a.selection.metric, ALLOC_SPACE);
	assert_string_equal(a.selection.rules[RULE_FOCUS][0], "^a=b");
	assert_string_equal(a.selection.rules[RULE_IGNORE][0], "c");
	assert_string_equal(a.selection.rules[RULE_HIDE][0], "d");
	assert_string_equal(a.selection.rules[RULE_SHOW][0], "e");
	assert_string_equal(a.selection.rules[RULE_SHOW_FROM][0], "f");
	assert_string_equal(a.selection.base_names[0], "g");
	assert_int_equal(a.top, 7);
	assert_true(got.cum && a.exact);
	assert_int_equal(a.file_count, 2);
	assert_string_equal(a.files[0], "k");
	args_release(&a);
	accepts(&a, "x -sample_index=peak_objects -top=3 -unit auto k");
	assert_int_equal(a.selection.metric, PEAK_OBJECTS);
	assert_int_equal(a.top, 3);
	assert_false(a.exact);
	assert_int_equal(a.file_count, 1);
	args_release(&a);
	/* Of one dash it is pprof's, unless it says how many. */
	accepts(&a, "x -top 4");
	assert_int_equal(a.top, 4);
	assert_int_equal(a.file_count, 0);
	args_release(&a);
}

static void
jeprof_spellings_mean_ours(void **state)
{
	struct args a;

	accepts(&a, "x --inuse_objects --show_bytes --text --base=a --focus=b "
		    "--retain=c --exclude=d --nodecount 9 k");
	assert_int_equal(a.selection.metric, INUSE_OBJECTS);
	assert_true(a.exact);
	assert_string_equal(a.selection.base_names[0], "a");
	assert_string_equal(a.selection.rules[RULE_FOCUS][0], "b");
	assert_string_equal(a.selection.rules[RULE_SHOW][0], "c");
	assert_string_equal(a.selection.rules[RULE_HIDE][0], "d");
	assert_int_equal(a.top, 9);
	assert_int_equal(a.file_count, 1);
	args_release(&a);
}

static void
values_and_files_are_no_options(void **state)
{
	struct args a;

	accepts(&a, "x --title -text -o -svg --focus -lines -- -top");
	assert_string_equal(got.title, "-text");
	assert_string_equal(a.output, "-svg");
	assert_string_equal(a.selection.rules[RULE_FOCUS][0], "-lines");
	assert_int_equal(a.file_count, 1);
	assert_string_equal(a.files[0], "-top");
	args_release(&a);
	accepts(&a, "x -ofile - k");
	assert_string_equal(a.output, "file");
	assert_int_equal(a.file_count, 2);
	args_release(&a);
}

static void
a_command_that_has_its_own_to_takes_the_mark_second(void **state)
{
	struct args a;

	assert_int_equal(parse_as(&a, ALL, own_to, "x --to a --to=b"), 0);
	assert_string_equal(got.to, "a");
	assert_string_equal(a.selection.to, "b");
	args_release(&a);
	assert_int_equal(parse_as(&a, ALL, own_to, "x --until b --to a"), 0);
	assert_string_equal(got.to, "a");
	assert_string_equal(a.selection.to, "b");
	args_release(&a);
}

static void
refuses(unsigned accept, const char *line, const char *words)
{
	struct args a;
	struct said said;
	int status;

	said_begin(&said);
	status = parse_as(&a, accept, own, line);
	said_end(&said);
	if (status != -1 || !strstr(said.text, words))
		fail_msg("'%s' said: %s", line, said.text);
	/* One line, and the one that names the help. */
	assert_int_equal(said_lines(&said), 2);
}

static void
what_there_is_not_is_named_with_what_to_use(void **state)
{
	refuses(ALL, "x -tagfocus=a", "'-tagfocus=a' is not for 'heapflame x'");
	refuses(ALL, "x -tagfocus a", "--by thread,label");
	refuses(ALL, "x --lines", "rows are functions");
	refuses(ALL, "x -http=:80", "heapflame flame");
	refuses(ALL, "x -proto k", "heapflame convert");
	refuses(ALL, "x -unit=ms", "-unit");
	refuses(ALL, "x -unit", "-unit");
	refuses(ALL, "x -inuse_space=1", "takes no value");
	refuses(ALL, "x -focus", "'--focus' wants a value");
	refuses(ALL, "x -nodecount=x", "--top wants a whole number");
	refuses(ALL, "x --top k", "--top wants a whole number, not 'k'");
	refuses(ALL, "x --wrapper (a)\\1", "--wrapper: bad regular");
	refuses(ALL, "x -nonsense", "unknown option '-nonsense'");
	refuses(ALL, "x --focus a --hide (", "--hide: bad regular expression");
	refuses(ALL, "x --phase a --from b", "--phase excludes");
	refuses(ARGS_OUTPUT, "x --top 3", "it lists no rows");
	refuses(ARGS_OUTPUT, "x -text", "heapflame report");
	refuses(ARGS_OUTPUT, "x -inuse_space", "it shows one metric only");
	refuses(ARGS_OUTPUT, "x -unit=b", "figures");
	refuses(ARGS_OUTPUT, "x --focus a", "select");
	refuses(ARGS_OUTPUT, "x --diff_base a", "subtract");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_selects_is_gathered),
		cmocka_unit_test(pprof_spellings_mean_ours),
		cmocka_unit_test(jeprof_spellings_mean_ours),
		cmocka_unit_test(values_and_files_are_no_options),
		cmocka_unit_test(
			a_command_that_has_its_own_to_takes_the_mark_second),
		cmocka_unit_test(what_there_is_not_is_named_with_what_to_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
