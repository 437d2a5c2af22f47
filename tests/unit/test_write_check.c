/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a profile to what `check` says of it: who is blamed, and that a name
 * cannot act on whoever reads it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "check.h"
#include "write_check.h"

#define HOSTILE "evil\n::error::x\r##[add-mask]%41</failure>\x1b[31m"

struct fixture {
	struct profile p, base;
	struct budget budget;
	struct selection selection;
	struct suppressions suppressed;
	struct findings found;
};

/* Exact, with what these limits say of it. */
static void
setup(struct fixture *f, const char *const *limits, bool with_base)
{
	uint32_t process;

	*f = (struct fixture){ .selection.metric = -1 };
	profile_init(&f->p);
	profile_init(&f->base);
	process = hand_process(&f->p, 7, PROCESS_ENDED, 1);
	hand_live(&f->p, process, "main;parse;node_new:12;xmalloc", 4000, 4);
	hand_live(&f->p, process, "main;parse;parse_list", 1000, 1);
	hand_live(&f->p, process, "main;" HOSTILE, 2000, 3);
	process = hand_process(&f->base, 8, PROCESS_ENDED, 1);
	hand_live(&f->base, process, "main;parse;node_new:12;xmalloc", 3000, 4);
	hand_live(&f->base, process, "main;gone", 2900, 4);
	hand_live(&f->base, process, "main;" HOSTILE, 1000, 3);
	for (; *limits; limits += 2)
		assert_int_equal(
			budget_set(&f->budget, limits[0], limits[1], 0), 0);
	assert_int_equal(budget_finish(&f->budget), 0);
	assert_int_equal(check_all(&f->found,
				 &(struct check){
					 .budget = &f->budget,
					 .p = &f->p,
					 .base = with_base ? &f->base : NULL,
					 .selection = &f->selection,
					 .suppressed = &f->suppressed,
				 }),
		0);
}

static void
teardown(struct fixture *f)
{
	findings_release(&f->found);
	budget_release(&f->budget);
	profile_release(&f->p);
	profile_release(&f->base);
}

typedef void (*writer)(FILE *out, const struct findings *f);

static void
text(FILE *out, const struct findings *f)
{
	write_check(out, f, true, false);
}

static void
github(FILE *out, const struct findings *f)
{
	write_check_github(out, f, "/nowhere");
}

static char *
written(writer write, const struct findings *f)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);

	write(out, f);
	fclose(out);
	return bytes;
}

static void
functions_are_summed_and_the_largest_stack_named(void **state)
{
	static const char *const limits[] = { "max", "^parse=4999", "max",
		"node|parse=5000", "max", "nobody=0", "max-peak", "6999",
		"max-allocs", "8", NULL };
	struct fixture f;
	char *said;

	setup(&f, limits, false);
	assert_int_equal(f.found.count, 5);
	assert_int_equal(f.found.list[0].verdict, VERDICT_FAILS);
	assert_true(f.found.list[0].value == 5000);
	assert_string_equal(
		f.found.list[0].stack.frames[0].function, "node_new");
	assert_int_equal(f.found.list[0].stack.depth, 3);
	assert_int_equal(f.found.list[1].verdict, VERDICT_HOLDS);
	assert_int_equal(f.found.list[2].verdict, VERDICT_HOLDS);
	assert_int_equal(f.found.list[2].stack.depth, 0);
	assert_int_equal(f.found.list[3].verdict, VERDICT_FAILS);
	assert_int_equal(f.found.list[4].verdict, VERDICT_HOLDS);
	said = written(text, &f.found);
	assert_non_null(strstr(said,
		"FAILS max '^parse': peak_space 4.9 KiB, limit 4.9 KiB: 1 B "
		"too much; most of it, 3.9 KiB: node_new (prog.c:12) < parse "
		"< main\n"));
	assert_non_null(strstr(said, "\ncheck: 3 limits hold, 2 fail\n"));
	free(said);
	teardown(&f);
}

static void
a_baseline_names_what_grew(void **state)
{
	static const char *const limits[] = { "baseline", "b.hfb",
		"by-function", "yes", NULL };
	struct fixture f;

	setup(&f, limits, true);
	/* 7000 after 6900 is within the tolerance; two functions are not. */
	assert_int_equal(f.found.list[0].verdict, VERDICT_HOLDS);
	assert_true(f.found.list[0].before == 6900);
	assert_int_equal(f.found.count, 4);
	for (int i = 1; i < 4; i++) {
		const struct finding *it = &f.found.list[i];

		assert_string_equal(it->check, "by-function");
		assert_int_equal(it->verdict, VERDICT_FAILS);
		if (strcmp(it->subject, "node_new") != 0)
			continue;
		assert_true(it->value == 4000 && it->before == 3000);
		assert_true(it->stack.value == 1000);
	}
	teardown(&f);
}

static uint32_t
lines_of(const char *s)
{
	uint32_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* Nothing of a name begins a line, a command or a tag, nor moves a cursor. */
static void
names_stay_text(void **state)
{
	static const char *const limits[] = { "max", "evil=100", "max",
		"x\r\n::set-env=1", "baseline", "evil,::\n", "by-function",
		"yes", "tolerance", "0%", NULL };
	static const writer writers[] = { text, github, write_check_junit,
		write_check_json };
	struct fixture f;

	setup(&f, limits, true);
	for (int i = 0; i < 4; i++) {
		char *said = written(writers[i], &f.found);

		assert_null(strchr(said, '\r'));
		assert_null(strchr(said, '\x1b'));
		assert_null(strstr(said, "\n::set-env"));
		assert_null(strstr(said, "\n::error::"));
		assert_non_null(strstr(said, "evil"));
		if (writers[i] == text || writers[i] == github)
			assert_null(strstr(said, "##["));
		if (writers[i] == github) {
			assert_int_equal(lines_of(said), 5);
			assert_null(strstr(said, "check: "));
			assert_null(strstr(said, "%41"));
		}
		if (writers[i] == write_check_junit)
			assert_null(strstr(said, "%41</failure>"));
		free(said);
	}
	teardown(&f);
}

static void
github_escapes_as_its_rules_say(void **state)
{
	char bytes[64] = "";
	FILE *out = fmemopen(bytes, sizeof bytes, "w");

	github_put(out, "a%b\r\nc:d,e", false);
	putc('|', out);
	github_put(out, "a%b\r\nc:d,e", true);
	fclose(out);
	assert_string_equal(bytes, "a%25b%0D%0Ac:d,e|a%25b%0D%0Ac%3Ad%2Ce");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			functions_are_summed_and_the_largest_stack_named),
		cmocka_unit_test(a_baseline_names_what_grew),
		cmocka_unit_test(names_stay_text),
		cmocka_unit_test(github_escapes_as_its_rules_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
