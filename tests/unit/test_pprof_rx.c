/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions for names: what they match, and that they do so in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "err.h"
#include "pprof_rx.h"

#include <stdlib.h>
#include <string.h>

/* Are these all there are? NULL-terminated, then those that do not match. */
static void
matches(const char *expression, const char *const *yes, const char *const *no)
{
	struct pprof_rx *rx = pprof_rx_new(expression, strlen(expression));

	assert_non_null(rx);
	for (; *yes; yes++)
		if (!pprof_rx_matches(rx, *yes, strlen(*yes)))
			fail_msg("%s does not match %s", expression, *yes);
	for (; *no; no++)
		if (pprof_rx_matches(rx, *no, strlen(*no)))
			fail_msg("%s matches %s", expression, *no);
	pprof_rx_free(rx);
}
#define LIST(...)                                                              \
	(const char *const[])                                                  \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}

static void
whole_names(void **state)
{
	matches("malloc", LIST("malloc"), LIST("xmalloc", "mallocx", ""));
	matches("a|bc|d", LIST("a", "bc", "d"), LIST("b", "abc", "ad", ""));
	matches("^operator new(\\[\\])?$",
		LIST("operator new", "operator new[]"), LIST("operator new["));
	matches("std::(__1|_V2)*::x", LIST("std::::x", "std::__1_V2__1::x"),
		LIST("std::__1", "std::__::x"));
	matches("(?:ab)+?c", LIST("abc", "ababc"), LIST("c", "abab", "ab"));
	matches("[a-c\\d_]+", LIST("a1_c", "b"), LIST("d", "a-b", ""));
	matches("[^]a]b.*", LIST("bb", "cbxyz"), LIST("]b", "ab"));
	matches("tc\\w*\\.\\S", LIST("tc_new.x", "tc.y"), LIST("tc_new. "));
	matches("(a*)*b", LIST("b", "aaab"), LIST("", "aaa"));
	matches("(a||b)c", LIST("ac", "c", "bc"), LIST("abc"));
	matches("((a|b)|(c|d)x)*", LIST("", "adx", "cxb"), LIST("ad"));
}

static void
others_are_refused(void **state)
{
	static const char *const bad[] = { "a{2,3}", "(?i)a", "a\\b", "(a",
		"a)", "[a", "[[:alpha:]]", "*a", "a**b{", "\\", "a^b",
		"[b-a]" };
	char *deep = calloc(1, 20001);

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_null(pprof_rx_new(bad[i], strlen(bad[i])));
	memset(deep, '(', 20000);
	assert_null(pprof_rx_new(deep, 20000));
	memset(deep, 'a', 20000);
	assert_null(pprof_rx_new(deep, 20000)); /* too long */
	free(deep);
}

/* Where trying one way after the other would take 2^200 of them. */
static void
in_linear_time(void **state)
{
	static const char expression[] = "(a|a|(a*)*)*(a?a?a?a?a?)*b";
	struct pprof_rx *rx = pprof_rx_new(expression, strlen(expression));
	char text[4096];

	assert_non_null(rx);
	memset(text, 'a', sizeof text);
	assert_false(pprof_rx_matches(rx, text, sizeof text));
	text[sizeof text - 1] = 'b';
	assert_true(pprof_rx_matches(rx, text, sizeof text));
	assert_true(rx->work < 2 * sizeof text * rx->count);
	pprof_rx_free(rx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_names),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(in_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
