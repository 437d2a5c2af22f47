/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own readers of DWARF beside libdw's: they know what gcc and clang write,
 * of every version, and give up on what is damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "symbolize_dies.h"
#include "symbolize_lines.h"

#define MOST 65536

/* Sections as fuzz_symbolize.c has them. */
struct sample {
	unsigned char bytes[MOST];
	struct dwarf_sections sections;
};

static void
load(struct sample *s, const char *name)
{
	char path[256];
	uint32_t at[2];
	size_t length;
	FILE *f;

	snprintf(path, sizeof path, "tests/fuzz/corpus/symbolize/%s", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	length = fread(s->bytes, 1, MOST, f);
	fclose(f);
	memcpy(at, s->bytes, sizeof at);
	s->sections = (struct dwarf_sections){
		.abbrev = { s->bytes + 8, at[0] },
		.info = { s->bytes + 8 + at[0], at[1] - at[0] },
		.line = { s->bytes + 8 + at[1], length - 8 - at[1] },
	};
}

static void
count(void *context, uint64_t offset)
{
	assert_true(offset > 0);
	++*(int *)context;
}

static const char *const samples[] = { "dwarf2-g", "dwarf2-clang", "dwarf4-g",
	"dwarf4-clang", "dwarf5-g", "dwarf5-clang" };

static void
functions_with_code_are_found(void **state)
{
	struct sample *s = malloc(sizeof *s);

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		int functions = 0;

		load(s, samples[i]);
		if (!dies_functions(&s->sections, 0, count, &functions))
			fail_msg("%s: not understood", samples[i]);
		/* main and n::s::m; g is inlined */
		assert_int_equal(functions, 2);
	}
	free(s);
}

static void
lines_are_found(void **state)
{
	struct sample *s = malloc(sizeof *s);

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		uint64_t file, found = 0;
		uint32_t line, highest = 0;
		struct lines *l;

		load(s, samples[i]);
		l = lines_new(&s->sections, 0, "/folder");
		assert_non_null(l);
		for (uint64_t at = 0; at < 1 << 20; at++)
			if (lines_find(l, at, &file, &line)) {
				found++;
				highest = line > highest ? line : highest;
			}
		assert_true(found > 4 && found < 1000);
		assert_int_equal(highest, 4);
		lines_free(l);
	}
	free(s);
}

/* Damage is met with false or with other rows, never with a crash. */
static void
no_damage_is_too_much(void **state)
{
	struct sample *s = malloc(sizeof *s);
	int understood = 0;

	srand(1);
	for (int round = 0; round < 20000; round++) {
		int functions = 0;
		struct lines *l;

		if (round % 10 == 0)
			load(s, samples[(size_t)round / 10 %
					(sizeof samples / sizeof *samples)]);
		s->bytes[8 + rand() % 1500] = (unsigned char)rand();
		understood +=
			dies_functions(&s->sections, 0, count, &functions);
		l = lines_new(&s->sections, 0, NULL);
		if (l != NULL)
			(void)lines_file(l, (uint64_t)rand() % 4);
		lines_free(l);
	}
	assert_true(understood > 0 && understood < 20000);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_with_code_are_found),
		cmocka_unit_test(lines_are_found),
		cmocka_unit_test(no_damage_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
