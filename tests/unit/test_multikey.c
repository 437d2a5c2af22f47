/* SPDX-License-Identifier: Apache-2.0 */
/* The order is that of comparing whole keys, whatever the keys are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "multikey.h"

#define ITEMS  20000
#define LENGTH 40

static char keys[ITEMS][LENGTH + 1];
static uint32_t items[ITEMS];

static uint64_t
word(const void *context, uint32_t item, uint32_t depth)
{
	const char *key = keys[item];
	size_t length = strlen(key), at = (size_t)depth * 8;
	uint64_t w = 0;

	if (at >= length)
		return 0;
	for (size_t i = at; i < at + 8; i++)
		w = w << 8 | (i < length ? (unsigned char)key[i] : 0);
	return w;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
ties(const void *context, uint32_t *list, size_t count)
{
	assert_true(count > 1);
	qsort(list, count, sizeof *list, by_number);
}

/* Sorted by key, equal ones by number, and each there once. */
static void
check(uint32_t count)
{
	const struct multikey k = { .word = word, .ties = ties };
	static unsigned char seen[ITEMS];

	for (uint32_t i = 0; i < count; i++)
		items[i] = i;
	multikey_sort(&k, items, count);
	memset(seen, 0, sizeof seen);
	for (uint32_t i = 0; i < count; i++) {
		int order = i == 0 ? -1
				   : strcmp(keys[items[i - 1]], keys[items[i]]);

		assert_true(
			order < 0 || (order == 0 && items[i - 1] < items[i]));
		assert_false(seen[items[i]]++);
	}
}

static void
random_keys(int letters, int most, int same)
{
	for (int i = 0; i < ITEMS; i++) {
		int length = rand() % (most + 1), j = 0;

		for (; j < length; j++)
			keys[i][j] =
				(char)(j < same ? 'x' : 'a' + rand() % letters);
		keys[i][j] = '\0';
	}
}

static void
any_keys_are_sorted(void **state)
{
	srand(1);
	random_keys(26, 10, 0);
	check(ITEMS);
	random_keys(2, LENGTH, 0);
	check(ITEMS);
	random_keys(3, LENGTH, 30); /* they begin alike */
	check(ITEMS);
	random_keys(1, LENGTH, 0); /* each the beginning of the next */
	check(ITEMS);
	random_keys(1, 0, 0); /* all empty */
	check(ITEMS);
	random_keys(200, 3, 0); /* bytes above 127 */
	check(ITEMS);
}

static void
few_are_sorted(void **state)
{
	random_keys(2, 20, 8);
	for (uint32_t count = 0; count < 40; count++)
		check(count);
}

static void
sorted_and_reversed_ones_are(void **state)
{
	for (int i = 0; i < ITEMS; i++)
		snprintf(keys[i], LENGTH, "key%08d", i);
	check(ITEMS);
	for (int i = 0; i < ITEMS; i++)
		snprintf(keys[i], LENGTH, "key%08d", ITEMS - i);
	check(ITEMS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_keys_are_sorted),
		cmocka_unit_test(few_are_sorted),
		cmocka_unit_test(sorted_and_reversed_ones_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
