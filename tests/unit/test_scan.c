/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of untrusted text, and which module an address belonged to when. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addrmap.h"
#include "scan.h"

static void
assert_near(double a, double b)
{
	if (fabs(a - b) > 1e-9 * fabs(b) + 1e-9)
		fail_msg("%.12g is not %.12g", a, b);
}

static void
numbers_are_read_to_the_last_digit(void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = { { "0", 0 }, { "12", 12 }, { "0.5", 0.5 },
		{ "3145728.001", 3145728.001 },
		{ "9007199254740991", 0x1p53 - 1 },
		{ "99999999999999999999", 1e20 },
		{ "0.00000000000000000000001", 1e-23 }, { "7.", 7 } };
	static const char *const bad[] = { "", ".", "-1", "nan", "inf", "x",
		"99999999999999999999999999999999999999999999999999999999999999"
		"9"
		"9999" };
	double v;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan s = { (const unsigned char *)cases[i].text,
			(const unsigned char *)cases[i].text +
				strlen(cases[i].text) };

		assert_true(scan_number(&s, &v));
		assert_near(v, cases[i].value);
		assert_ptr_equal(s.at, s.end);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct scan s = { (const unsigned char *)bad[i],
			(const unsigned char *)bad[i] + strlen(bad[i]) };

		assert_false(scan_number(&s, &v));
	}
}

static void
a_library_loaded_again_and_again_is_told_apart(void **state)
{
	enum { TIMES = 20000 };
	struct addrmap m = { 0 };
	struct segment whole = { 0x100000, 0x200000, 0, 0, UINT64_MAX,
		1000000 };

	addrmap_add(&m, &whole);
	for (uint32_t i = 0; i < TIMES; i++) {
		struct segment s = { 0x1000, 0x3000, 0, i, i + 1, i };

		addrmap_add(&m, &s);
	}
	for (uint32_t i = 0; i < TIMES; i++) {
		assert_int_equal(addrmap_find(&m, 0x2fff, i)->module, i);
		assert_null(addrmap_find(&m, 0x3000, i));
		assert_int_equal(
			addrmap_find(&m, 0x150000, i)->module, 1000000);
	}
	assert_null(addrmap_find(&m, 0x2fff, TIMES));
	assert_null(addrmap_find(&m, 0xfff, 0));
	addrmap_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_to_the_last_digit),
		cmocka_unit_test(
			a_library_loaded_again_and_again_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
