/* SPDX-License-Identifier: Apache-2.0 */
/* Equal bytes have equal ids, ids count from 0, nothing is lost by growing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "strtab.h"

static void
equal_bytes_have_equal_ids(void **state)
{
	struct strtab t = { 0 };

	assert_int_equal(strtab_add(&t, "a"), 0);
	assert_int_equal(strtab_add(&t, ""), 1);
	assert_int_equal(strtab_add(&t, "b"), 2);
	assert_int_equal(strtab_add(&t, "a"), 0);
	assert_int_equal(strtab_add_n(&t, "bcd", 1), 2);
	assert_int_equal(strtab_add_n(&t, "xyz", 0), 1);
	assert_string_equal(strtab_get(&t, 2), "b");
	assert_string_equal(strtab_get(&t, UINT32_MAX), "");
	strtab_release(&t);
	assert_int_equal(t.count, 0);
	assert_null(t.bytes);
}

static void
a_hundred_thousand_strings_keep_their_ids(void **state)
{
	enum { COUNT = 100000 };
	struct strtab t = { 0 };
	char text[32];

	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < COUNT; i++) {
			snprintf(text, sizeof text, "string %u", i);
			assert_int_equal(strtab_add(&t, text), i);
		}
	assert_int_equal(t.count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "string %u", i);
		assert_string_equal(strtab_get(&t, i), text);
	}
	strtab_release(&t);
}

static void
a_string_of_the_table_itself_can_be_added(void **state)
{
	struct strtab t = { 0 };
	uint32_t last = strtab_add(&t, "0123456789");

	for (int i = 0; i < 2000; i++) {
		const char *own = strtab_get(&t, last);
		uint32_t id = strtab_add_n(&t, own + 1, strlen(own) - 1);

		if (strlen(strtab_get(&t, id)) == 0) {
			char text[32];

			snprintf(text, sizeof text, "%d-abcdefgh", i);
			id = strtab_add(&t, text);
		}
		last = id;
	}
	assert_string_equal(strtab_get(&t, 1), "123456789");
	strtab_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_bytes_have_equal_ids),
		cmocka_unit_test(a_hundred_thousand_strings_keep_their_ids),
		cmocka_unit_test(a_string_of_the_table_itself_can_be_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
