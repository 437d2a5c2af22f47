/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where modules were unloaded last. The table is the process's: each test is a
 * child of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hf_shared.h"
#include "unloads.h"

#define BASE 0x7f0000000000
#define MIB  0x100000UL

static uint32_t
of(uintptr_t pc)
{
	uintptr_t pcs[] = { 0x400001, pc, 0x400002 };

	return hf_unloads_of(pcs, 3);
}

static int
one(void *unused)
{
	uintptr_t both[] = { BASE + 10, BASE + MIB + 10 };

	if (of(BASE + 10) != 0)
		return 1;
	hf_unloads_note(BASE, BASE + 0x3000, 7);
	/* Return addresses: the one after a call that ends the module, too. */
	if (of(BASE) != 0 || of(BASE + 1) != 7 || of(BASE + 0x3000) != 7 ||
		of(BASE + 0x3001) != 0 || of(0x400000) != 0)
		return 2;
	hf_unloads_note(BASE, BASE + 0x3000, 9);
	hf_unloads_note(BASE + MIB, BASE + MIB + 0x1000, 8);
	if (of(BASE + 10) != 9 || of(BASE + MIB + 10) != 8)
		return 3;
	if (hf_unloads_of(both, 2) != 9 || hf_unloads_of(both, 1) != 9 ||
		hf_unloads_of(both + 1, 1) != 8 || hf_unloads_of(both, 0) != 0)
		return 4;
	hf_unloads_note_unknown(5);
	hf_unloads_note_unknown(3);
	return of(0x400000) == 5 && of(BASE + 10) == 9 ? 0 : 5;
}

static void
the_last_unload_at_any_of_the_addresses_counts(void **state)
{
	assert_int_equal(hf_shared_in_child(one, NULL), 0);
}

/* Far more ranges than there is room for: none is ever forgotten. */
static int
many(void *unused)
{
	enum { COUNT = 5000 };

	for (uint32_t i = 0; i < COUNT; i++) {
		uintptr_t start = BASE + i * 7919 % COUNT * MIB;

		hf_unloads_note(start, start + 0x2000, i + 1);
		for (uint32_t k = i > 20 ? i - 20 : 0; k <= i; k++)
			if (of(BASE + k * 7919 % COUNT * MIB + 0x100) < k + 1)
				return 1;
	}
	for (uint32_t i = 0; i < COUNT; i++)
		if (of(BASE + i * 7919 % COUNT * MIB + 0x100) < i + 1)
			return 2;
	return of(0x400000) ? 3 : 0;
}

static void
without_room_it_says_too_late_but_never_too_early(void **state)
{
	assert_int_equal(hf_shared_in_child(many, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_last_unload_at_any_of_the_addresses_counts),
		cmocka_unit_test(
			without_room_it_says_too_late_but_never_too_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
