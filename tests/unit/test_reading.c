/* SPDX-License-Identifier: Apache-2.0 */
/* Each sentence where the figures support it, and silence where they don't. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reading.h"

#define MIB 1048576.0
#define N   524288.0

/* A figure of small blocks, sampled at 512 KiB. */
static struct value
sampled(double bytes)
{
	return (struct value){ bytes, bytes * N };
}

/* The text of that kind, or NULL; good until the next call. */
static const char *
said(const struct reading_facts *f, enum reading_kind kind)
{
	static char text[512];
	struct reading r;
	bool found = false;

	reading_find(&r, f);
	assert_true(r.count <= READING_MAX);
	for (uint32_t i = 0; i < r.count; i++)
		if (r.kind[i] == kind) {
			snprintf(text, sizeof text, "%s", r.text[i]);
			found = true;
		}
	reading_release(&r);
	return found ? text : NULL;
}

static void
nothing_known_nothing_said(void **state)
{
	struct reading_facts f = { 0 };
	struct reading r;

	reading_find(&r, &f);
	assert_int_equal(r.count, 0);
	reading_release(&r);
}

static void
the_largest_holder(void **state)
{
	struct reading_facts f = { .held = sampled(400 * MIB),
		.holder = { "load_index", sampled(260 * MIB) } };

	assert_string_equal(said(&f, READING_HOLDER),
		"load_index holds 260.0 MiB, 65.0 % (60.2 to 69.5 %) of all "
		"that is in use.");
	f.holder_stack = sampled(240 * MIB);
	assert_non_null(strstr(said(&f, READING_HOLDER), "; a single stack of "
							 "it holds 60.0 %"));
	f.holder_stack = f.holder.v;
	assert_non_null(strstr(said(&f, READING_HOLDER),
		"of all that is in use, all of it in a single stack."));
	f.ended = true;
	assert_non_null(strstr(said(&f, READING_HOLDER),
		"load_index held 260.0 MiB, 65.0 % (60.2 to 69.5 %) of all "
		"that was in use at the peak, all of it"));
	f.ended = false;
	f.holder_stack = sampled(90 * MIB);
	assert_null(strstr(said(&f, READING_HOLDER), "single"));
	/* Exact figures have no interval. */
	f.held.var = f.holder.v.var = 0;
	assert_string_equal(said(&f, READING_HOLDER),
		"load_index holds 260.0 MiB, 65.0 % of all that is in use.");
	f.holder.name = "evil\x1b[31m";
	assert_null(strchr(said(&f, READING_HOLDER), '\x1b'));
	/* A fifth, but it might be less. */
	f.held = sampled(100 * MIB);
	f.holder.v = sampled(21 * MIB);
	assert_null(said(&f, READING_HOLDER));
	f.holder.v = (struct value){ 21 * MIB, 0 };
	f.held.var = 0;
	assert_non_null(said(&f, READING_HOLDER));
}

static void
growth_comes_first(void **state)
{
	struct reading_facts f = { .held = sampled(400 * MIB),
		.holder = { "load_index", sampled(399 * MIB) },
		.grower = "remember",
		.slope = MIB,
		.slope_low = MIB / 2,
		.slope_high = 2 * MIB };
	struct reading r;

	reading_find(&r, &f);
	assert_int_equal(r.kind[0], READING_GROWTH);
	assert_string_equal(r.text[0],
		"remember grows by 3.5 GiB an hour (1.8 GiB to 7.0 GiB), "
		"without end so far.");
	reading_release(&r);
	f.slope_low = 0;
	assert_null(said(&f, READING_GROWTH));
}

static void
memory_that_is_free(void **state)
{
	struct memory m = { .rss = 512 << 20,
		.amount = 180 << 20,
		.verdict = VERDICT_FRAGMENTATION };
	struct reading_facts f = { .memory = &m };

	assert_string_equal(said(&f, READING_MEMORY),
		"180.0 MiB of the 512.0 MiB in memory (35.2 %) are free blocks "
		"between blocks in use: fragmentation.");
	m.verdict = VERDICT_CACHED;
	assert_non_null(said(&f, READING_MEMORY));
	m.verdict = VERDICT_LIVE;
	assert_null(said(&f, READING_MEMORY));
	m.verdict = VERDICT_UNKNOWN;
	assert_null(said(&f, READING_MEMORY));
	m.verdict = VERDICT_FRAGMENTATION;
	m.amount = 100 << 20;
	assert_null(said(&f, READING_MEMORY));
	m.rss = 2 << 20;
	m.amount = 900 << 10;
	assert_null(said(&f, READING_MEMORY));
	m.amount = 3 << 20; /* more than there is */
	assert_null(said(&f, READING_MEMORY));
}

static void
what_the_start_costs(void **state)
{
	struct reading_facts f = { .held = sampled(400 * MIB),
		.start_up = sampled(200 * MIB) };

	assert_non_null(strstr(said(&f, READING_START_UP),
		"200.0 MiB of what is in use, 50.0 %"));
	f.start_up = sampled(85 * MIB);
	assert_null(said(&f, READING_START_UP));
}

static void
many_tiny_objects(void **state)
{
	struct reading_facts f = { .held = sampled(400 * MIB),
		.holder = { "make_node", sampled(120 * MIB) },
		.holder_objects = 120 * MIB / 24 };

	assert_non_null(strstr(said(&f, READING_TINY),
		"What make_node holds are some 5,242,880 objects of 24 bytes"));
	f.holder_objects = 120 * MIB / 100;
	assert_null(said(&f, READING_TINY));
	f.holder_objects = 0;
	assert_null(said(&f, READING_TINY));
	f.holder.v.sum = 24 * 100;
	f.held = f.holder.v;
	f.holder_objects = 100;
	assert_null(said(&f, READING_TINY));
}

static void
the_largest_churn(void **state)
{
	struct reading_facts f = { .allocated = sampled(4000 * MIB),
		.churner = { "format_row", sampled(2400 * MIB) },
		.churner_held = sampled(MIB) };

	assert_non_null(strstr(said(&f, READING_CHURN),
		"format_row allocated 2.3 GiB, 60.0 %"));
	assert_non_null(strstr(said(&f, READING_CHURN), "1.0 MiB is in use."));
	/* 4 % in use, or more than 5 %: two samples in fifty. */
	f.churner.v = f.allocated = sampled(25 * MIB);
	assert_null(said(&f, READING_CHURN));
	f.churner.v = sampled(2400 * MIB);
	f.allocated = sampled(4000 * MIB);
	f.churner_held = sampled(500 * MIB);
	assert_null(said(&f, READING_CHURN));
}

static void
what_grows_by_realloc(void **state)
{
	struct reading_facts f = {
		.allocated = sampled(100 * MIB),
		.reallocer = "append",
		.reallocer_bytes = sampled(40 * MIB),
		.reallocs = 30,
		.realloc_samples = 36,
	};

	assert_non_null(strstr(said(&f, READING_REALLOC),
		"30 of 36 samples of append, which allocated 40.0 % ("));
	assert_non_null(strstr(
		said(&f, READING_REALLOC), " %) of all, are a realloc of"));
	f.reallocer_bytes = sampled(4 * MIB);
	assert_null(said(&f, READING_REALLOC));
	f.reallocer_bytes = sampled(40 * MIB);
	f.reallocs = 20; /* 56 %: it may be less than half */
	assert_null(said(&f, READING_REALLOC));
	f.reallocs = f.realloc_samples = 3;
	assert_null(said(&f, READING_REALLOC));
	f.reallocs = 50; /* damage */
	assert_null(said(&f, READING_REALLOC));
}

static void
five_at_most_the_weightiest_first(void **state)
{
	struct memory m = {
		.rss = 512 << 20, .amount = 400 << 20, .verdict = VERDICT_HELD
	};
	struct reading_facts f = { .held = sampled(400 * MIB),
		.allocated = sampled(4000 * MIB),
		.holder = { "make_node", sampled(200 * MIB) },
		.holder_objects = 200 * MIB / 24,
		.grower = "remember",
		.slope = 1,
		.slope_low = 0.5,
		.slope_high = 2,
		.churner = { "format_row", sampled(2400 * MIB) },
		.churner_held = sampled(MIB),
		.reallocer = "append",
		.reallocer_bytes = sampled(1000 * MIB),
		.reallocs = 99,
		.realloc_samples = 99,
		.start_up = sampled(100 * MIB),
		.memory = &m };
	static const enum reading_kind wanted[] = { READING_GROWTH,
		READING_MEMORY, READING_HOLDER, READING_TINY, READING_CHURN };
	struct reading r;

	reading_find(&r, &f);
	assert_int_equal(r.count, READING_MAX);
	for (uint32_t i = 0; i < r.count; i++)
		assert_int_equal(r.kind[i], wanted[i]);
	reading_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_known_nothing_said),
		cmocka_unit_test(the_largest_holder),
		cmocka_unit_test(growth_comes_first),
		cmocka_unit_test(memory_that_is_free),
		cmocka_unit_test(what_the_start_costs),
		cmocka_unit_test(many_tiny_objects),
		cmocka_unit_test(the_largest_churn),
		cmocka_unit_test(what_grows_by_realloc),
		cmocka_unit_test(five_at_most_the_weightiest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
