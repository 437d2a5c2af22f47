/* SPDX-License-Identifier: Apache-2.0 */
/* build: -Wl,--no-as-needed -lstdc++ */
/*
 * Unwind tables that are damaged or cut off: no answer is wrong, but nothing
 * outside of them may be read. The copies that are tried lie between pages that
 * can't be read, with their first or their last byte at such a page.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cfi.h"
#include "hf_modules_seen.h"
#include "hf_shared.h"

#define CASES	400000
#define ASKED	6 /* addresses a case */
#define TOUCHED 24 /* bytes of a case at most */

/* Where the tables are, and where they are copied to. */
static struct tables {
	const uint8_t *from;
	size_t size;
	uint8_t *at; /* size bytes */
} own, library;

/*
 * The copy between two pages that fault; `flush`: its end is at the second
 * one, else its begin is at the first. Its place is a multiple of 4, as is a
 * real one's.
 */
static uint8_t *
make_room(size_t size, bool flush)
{
	size_t pages = (size + 4095) & -4096UL;
	char *at = mmap(NULL, pages + 8192, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(at != MAP_FAILED);
	assert_int_equal(mprotect(at + 4096, pages, PROT_READ | PROT_WRITE), 0);
	return (uint8_t *)(at + 4096 + (flush ? pages - size : 0));
}

/* The tables' own addresses are relative: a copy is for code as far from it. */
static void
set_up(struct tables *t, const char *name)
{
	struct hf_module_seen m;

	assert_true(hf_module_loaded(&m, name));
	t->from = m.header;
	t->size = (m.tables_end - (uintptr_t)m.header) & -4UL;
}

static void
copy_to(struct tables *t, bool flush)
{
	t->at = make_room(t->size, flush);
	memcpy(t->at, t->from, t->size);
}

static struct hf_row
ask(const struct tables *t, uintptr_t pc, size_t size)
{
	return hf_cfi_row(pc, t->at, (uintptr_t)t->at, (uintptr_t)t->at + size);
}

/* Function number i of the undamaged table: its begin and its description. */
static uintptr_t
function(const struct tables *t, uint32_t i, size_t *described)
{
	int32_t pair[2];

	memcpy(pair, t->from + 12 + 8 * i, sizeof pair);
	*described = (size_t)pair[1];
	return (uintptr_t)t->at + (uintptr_t)(intptr_t)pair[0];
}

static uint32_t
functions(const struct tables *t)
{
	uint32_t n;

	memcpy(&n, t->from + 8, sizeof n);
	return n;
}

/* Counts the rows found at and after the begin of a function. */
static int
ask_around(const struct tables *t, uint64_t *random, uintptr_t pc, size_t size)
{
	int found = 0;

	for (int k = 0; k < ASKED; k++) {
		struct hf_row row = ask(t, pc, size);

		assert_in_range(row.kind, 0, HF_ROW_KINDS - 1);
		found += row.kind != HF_ROW_NONE;
		pc += hf_shared_below(random, 64);
	}
	return found;
}

static void
a_copy_answers_as_the_original(void **state)
{
	struct tables *t = &own;
	uint64_t random = 1;
	int found = 0;

	copy_to(t, true);
	for (uint32_t i = 0; i < functions(t); i++) {
		size_t described;
		uintptr_t pc = function(t, i, &described);
		uintptr_t original =
			(uintptr_t)t->from + (pc - (uintptr_t)t->at);
		struct hf_row a = ask(t, pc, t->size);
		struct hf_row b = hf_cfi_row(original, t->from,
			(uintptr_t)t->from, (uintptr_t)t->from + t->size);

		assert_int_equal(a.kind, b.kind);
		assert_int_equal(a.offset, b.offset);
		found += ask_around(t, &random, pc, t->size);
	}
	assert_true(found > 20);
}

/* Of the header, of one function's description, of the record before it, of the
   common record that it refers to. */
static size_t
some_place(const struct tables *t, uint64_t *random, size_t described)
{
	uint32_t back;
	size_t at;

	memcpy(&back, t->from + described + 4, sizeof back);
	switch (hf_shared_below(random, 6)) {
	case 0:
		at = hf_shared_below(random, 16);
		break;
	case 1:
		at = described - 40 + hf_shared_below(random, 40);
		break;
	case 2:
		at = described + 4 - back + hf_shared_below(random, 24);
		break;
	default:
		at = described + hf_shared_below(random, 48);
	}
	return at < t->size ? at : t->size - 1;
}

/* A bit or a byte each, or runs of ones as long numbers have them. */
static void
damage(struct tables *t, uint64_t *random, size_t described,
	size_t touched[TOUCHED], uint32_t n)
{
	bool runs = hf_shared_below(random, 4) == 0;
	uint8_t fill = hf_shared_below(random, 2) ? 0xff : 0x80;

	for (uint32_t k = 0; k < n; k++) {
		size_t at = some_place(t, random, described);

		if (runs && k % 12 != 0 && touched[k - 1] + 1 < t->size)
			at = touched[k - 1] + 1;
		touched[k] = at;
		if (runs)
			t->at[at] = fill;
		else if (hf_shared_below(random, 2))
			t->at[at] = (uint8_t)hf_sampler_random(random);
		else
			t->at[at] ^=
				(uint8_t)(1u << hf_shared_below(random, 8));
	}
}

static void
damage_all_over(struct tables *t, bool flush, uint64_t seed)
{
	uint64_t random = seed;
	int found = 0, none = 0;
	uint32_t count;

	copy_to(t, flush);
	count = functions(t);
	for (int i = 0; i < CASES / 4; i++) {
		size_t touched[TOUCHED], described;
		uint32_t n = 1 + hf_shared_below(&random, TOUCHED);
		uintptr_t pc = function(
			t, hf_shared_below(&random, count), &described);
		int rows;

		damage(t, &random, described, touched, n);
		rows = ask_around(t, &random, pc, t->size);
		found += rows;
		none += ASKED - rows;
		for (uint32_t k = 0; k < n; k++)
			t->at[touched[k]] = t->from[touched[k]];
	}
	/* Harmless and fatal damage were both tried. */
	assert_true(found > CASES / 100 && none > CASES / 100);
}

static void
damaged_tables_are_never_read_beyond(void **state)
{
	damage_all_over(&own, true, 1);
	damage_all_over(&own, false, 2);
	damage_all_over(&library, true, 3);
	damage_all_over(&library, false, 4);
}

static void
tables_cut_off_anywhere_are_never_read_beyond(void **state)
{
	struct tables *t = &own;
	uint8_t *room = make_room(t->size, true);
	uint64_t random = 9;

	for (size_t size = 4; size < t->size; size += 4) {
		t->at = room + (t->size - size);
		memcpy(t->at, t->from, size);
		for (int k = 0; k < 8; k++) {
			size_t described;
			uintptr_t pc = function(t,
				hf_shared_below(&random, functions(t)),
				&described);

			ask_around(t, &random, pc, size);
		}
	}
	/* Of nothing at all, nothing is read. */
	t->at = room + t->size;
	assert_int_equal(ask(t, (uintptr_t)t->at, 0).kind, HF_ROW_NONE);
}

static int
start(void **state)
{
	set_up(&own, "");
	set_up(&library, "/libstdc++.so.6");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_answers_as_the_original),
		cmocka_unit_test(damaged_tables_are_never_read_beyond),
		cmocka_unit_test(tables_cut_off_anywhere_are_never_read_beyond),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
