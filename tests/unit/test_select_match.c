/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions: what they find, what is refused, and that names cannot hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "err.h"
#include "select_match.h"
#include "stderr.h"

static bool
finds(const char *expression, const char *name)
{
	const char *const list[] = { expression, NULL };
	struct match *m = match_new(list, "focus");
	bool found;

	assert_non_null(m);
	found = match_any(m, name);
	/* The automaton that is there by now says the same. */
	assert_int_equal(match_any(m, name), found);
	match_free(m);
	return found;
}

static void
it_is_found_anywhere(void **state)
{
	assert_true(finds("lloc", "xmalloc"));
	assert_true(finds("^xm", "xmalloc"));
	assert_true(finds("oc$", "xmalloc"));
	assert_true(finds("^xmalloc$", "xmalloc"));
	assert_true(finds("a|^b", "xba"));
	assert_false(finds("^m", "xmalloc"));
	assert_false(finds("Malloc", "xmalloc"));
	assert_false(finds("x$", "xmalloc"));
	assert_true(finds("a.*b", "aaa\nb"));
	assert_true(finds("operator\\(\\)", "A::operator()(int)"));
	assert_true(finds("[](]", "f(int)"));
	assert_true(finds("[^]a]b", "aab_b"));
	assert_true(finds("[[:digit:]]{3}$", "f123"));
	assert_false(finds("[[:digit:]]{3,4}", "f12"));
	assert_true(finds("(ab){2,}", "xababab"));
	assert_true(finds("x{0,3}y", "y"));
	assert_true(finds("\\bmain\\b", "in main of"));
	assert_true(finds("\xff", "a\xff"
				  "b"));
}

static void
several_mean_any(void **state)
{
	static const char *const list[] = { "one", "t.o", NULL };
	struct match *m = match_new(list, "focus");

	assert_true(match_any(m, "none"));
	assert_true(match_any(m, "two"));
	assert_false(match_any(m, "three"));
	match_free(m);
}

static void
refuses(const char *expression, const char *why)
{
	const char *const list[] = { "good", expression, NULL };
	struct said said;
	struct match *m;

	said_begin(&said);
	m = match_new(list, "hide");
	said_end(&said);
	assert_null(m);
	if (!strstr(said.text, why) || !strstr(said.text, "--hide"))
		fail_msg("'%s' said: %s", expression, said.text);
	assert_int_equal(said_lines(&said), 1);
}

static void
what_is_bad_or_too_much_is_refused(void **state)
{
	char *many = xmalloc(3000);

	refuses("", "empty");
	refuses("(", "unmatched (");
	refuses("a)b", "unmatched )");
	refuses("[a", "unmatched [");
	refuses("[[:alpha:", "unmatched [");
	refuses("*", "Invalid preceding");
	refuses("a|*", "Invalid preceding");
	refuses("[z-a]", "Invalid range");
	refuses("[[:none:]]", "Invalid character class");
	refuses("a\\", "backslash");
	refuses("\\d+", "[0-9]");
	refuses("(a)\\1", "back-references");
	refuses("(.*)(.*)\\2", "back-references");
	refuses("a{", "{");
	refuses("a{x}", "{");
	refuses("a{1", "not closed");
	refuses("a{99999}", "too often");
	refuses("a{99999999999999999999999}", "too often");
	refuses("((a{100}){100}){100}", "too large");
	refuses("(((((((((a+)+)+)+)+)+)+)+)+)+", "too large");
	refuses("a\nb(", "a\\x0ab(");
	memset(many, 'a', 2999);
	many[2999] = '\0';
	refuses(many, "too long");
	memset(many, '(', 100);
	refuses(many, "too");
	free(many);
}

/* AddressSanitizer keeps what has been freed: memory says nothing there. */
#if defined __SANITIZE_ADDRESS__
#define KEEPS_FREED true
#elif defined __has_feature
#define KEEPS_FREED __has_feature(address_sanitizer)
#else
#define KEEPS_FREED false
#endif

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/*
 * Left alone the C library takes 6 s for 64 KiB of the first, 39 s and 640 MB
 * for 8 KiB of the second. The bounds are wide, for machines and sanitizers.
 */
static void
hostile_names_cost_what_they_are_long(void **state)
{
	enum { LENGTH = 1 << 20, NAMES = 200 };
	static const char *const list[] = { "a.*a.*a.*b", "(a|c)*a(a|c){60}d",
		NULL };
	struct match *m = match_new(list, "focus");
	char *name = xmalloc(LENGTH + 1);
	uint32_t random = 1;
	struct rusage before, after;
	double begin;

	memset(name, 'a', LENGTH);
	name[LENGTH] = '\0';
	getrusage(RUSAGE_SELF, &before);
	begin = seconds();
	assert_false(match_any(m, name));
	for (int i = 0; i < NAMES; i++) {
		for (int k = 0; k < 1000; k++) {
			random = random * 1664525 + 1013904223;
			name[k] = random >> 31 ? 'a' : 'c';
		}
		name[1000] = '\0';
		assert_false(match_any(m, name));
	}
	getrusage(RUSAGE_SELF, &after);
	assert_true(seconds() - begin < 10);
	if (!KEEPS_FREED)
		assert_true(after.ru_maxrss - before.ru_maxrss < 200 * 1024);
	free(name);
	match_free(m);
}

static void
of_a_huge_name_the_beginning_counts(void **state)
{
	char *name = xmalloc(100001);

	memset(name, 'a', 100000);
	name[100000] = '\0';
	name[8000] = 'b';
	assert_true(finds("b", name));
	name[8000] = 'a';
	name[9000] = 'b';
	assert_false(finds("b", name));
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_found_anywhere),
		cmocka_unit_test(several_mean_any),
		cmocka_unit_test(what_is_bad_or_too_much_is_refused),
		cmocka_unit_test(hostile_names_cost_what_they_are_long),
		cmocka_unit_test(of_a_huge_name_the_beginning_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
