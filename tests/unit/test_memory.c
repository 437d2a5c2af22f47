/* SPDX-License-Identifier: Apache-2.0 */
/* What resident memory is said to be made of, and to be most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "by_hand.h"
#include "memory.h"
#include "select.h"
#include "write.h"

#define MIB (1 << 20)
#define NO  SIZE_UNKNOWN

/* MiB; allocator figures NO: it does not say, all 0: it was not asked. */
struct figures {
	int live, inherited;
	int rss, file, shared, stacks, own;
	uint64_t allocated, active, resident, free, mapped;
	int asked_ms, seen_ms; /* since the start; 0 asked: with the rest */
};

static uint64_t
mib(uint64_t n)
{
	return n == NO ? NO : n * MIB;
}

static void
make(struct profile *p, const struct figures *f)
{
	uint32_t i = hand_process(p, 7, PROCESS_ENDED, 4096);
	struct process *it = &p->processes[i];
	struct row *r;

	it->rss = it->rss_peak = mib((uint64_t)f->rss);
	it->rss_file = mib((uint64_t)f->file);
	it->rss_shared = mib((uint64_t)f->shared);
	it->rss_anonymous = it->rss - it->rss_file - it->rss_shared;
	it->rss_stacks = mib((uint64_t)f->stacks);
	it->own = mib((uint64_t)f->own);
	it->allocator.asked = f->allocated || f->resident;
	it->allocator.ns = (uint64_t)f->asked_ms * 1000000;
	it->end_ms = it->start_ms + f->seen_ms;
	it->allocator.name = strtab_add(&p->strings, "glibc");
	it->allocator.allocated = mib(f->allocated);
	it->allocator.active = mib(f->active);
	it->allocator.resident = mib(f->resident);
	it->allocator.retained = NO;
	it->allocator.free = mib(f->free);
	it->allocator.mapped = mib(f->mapped);
	r = hand_row(p, i, "main;f");
	r->v[INUSE_SPACE].sum = (double)f->live * MIB;
	r->inherited_space.sum = (double)f->inherited * MIB;
}

/* Judges, and sees that the parts add up. In MiB from here on. */
static struct memory
judge(struct figures f)
{
	struct profile p;
	struct memory m;
	int64_t sum = 0;

	profile_init(&p);
	make(&p, &f);
	memory_find(&m, &p);
	profile_release(&p);
	for (int i = 0; i < MEMORY_PARTS; i++) {
		sum += m.part[i];
		m.part[i] /= MIB;
	}
	assert_int_equal(sum, m.rss);
	m.amount /= MIB;
	return m;
}

static void
glibc_is_told_by_its_free_pages(void **state)
{
	struct memory m = judge((struct figures){ .live = 80,
		.rss = 100,
		.file = 4,
		.shared = 1,
		.own = 2,
		.stacks = 1,
		.allocated = 85,
		.active = 90,
		.resident = NO,
		.free = 7,
		.mapped = 0 });

	assert_int_equal(m.verdict, VERDICT_LIVE);
	assert_int_equal(m.amount, 85);
	assert_int_equal(m.part[MEMORY_LIVE], 80);
	assert_int_equal(m.part[MEMORY_ROUNDING], 5);
	assert_int_equal(m.part[MEMORY_FRAGMENTS], 5);
	assert_int_equal(m.part[MEMORY_CACHED], 2);
	assert_int_equal(m.part[MEMORY_STACKS], 1);
	/* The state, and a table that is not shared. */
	assert_int_equal(m.part[MEMORY_OWN], 2);
	assert_int_equal(m.part[MEMORY_SHARED], 0);
	assert_int_equal(m.part[MEMORY_FILES], 4);
	assert_int_equal(m.part[MEMORY_OTHER], 1);
	assert_int_equal(m.part[MEMORY_ABSENT], 0);
}

static void
half_of_it_free_between_live_blocks_is_fragmentation(void **state)
{
	struct memory m = judge((struct figures){ .live = 45,
		.rss = 100,
		.file = 5,
		.allocated = 50,
		.active = 94,
		.resident = NO,
		.free = 45 });

	assert_int_equal(m.verdict, VERDICT_FRAGMENTATION);
	assert_int_equal(m.amount, 44);
	/* A fifth is no more than usual. */
	m = judge((struct figures){ .live = 70,
		.rss = 100,
		.file = 5,
		.allocated = 72,
		.active = 92,
		.resident = NO,
		.free = 21 });
	assert_int_equal(m.verdict, VERDICT_LIVE);
	/* A third, but most of the memory is something else. */
	m = judge((struct figures){ .live = 5,
		.rss = 100,
		.file = 55,
		.allocated = 5,
		.active = 42,
		.resident = NO,
		.free = 37 });
	assert_int_equal(m.verdict, VERDICT_NOT_HEAP);
}

static void
free_pages_are_cached(void **state)
{
	struct memory m = judge((struct figures){ .live = 20,
		.rss = 100,
		.file = 4,
		.allocated = 21,
		.active = 25,
		.resident = 95,
		.free = NO });

	assert_int_equal(m.verdict, VERDICT_CACHED);
	assert_int_equal(m.amount, 70);
	m = judge((struct figures){ .live = 20,
		.rss = 100,
		.file = 4,
		.allocated = 21,
		.active = 25,
		.resident = NO,
		.free = 74 });
	assert_int_equal(m.verdict, VERDICT_CACHED);
	assert_int_equal(m.amount, 70);
}

static void
what_is_mapped_past_malloc_is_no_heap(void **state)
{
	struct figures f = { .live = 10,
		.rss = 100,
		.file = 4,
		.allocated = 11,
		.active = 12,
		.resident = 13,
		.free = NO };
	struct memory m = judge(f);

	assert_int_equal(m.verdict, VERDICT_NOT_HEAP);
	assert_int_equal(m.about, MEMORY_OTHER);
	assert_int_equal(m.amount, 83);
	f.file = 80;
	m = judge(f);
	assert_int_equal(m.verdict, VERDICT_NOT_HEAP);
	assert_int_equal(m.about, MEMORY_FILES);
	f.file = 4;
	f.shared = 70;
	m = judge(f);
	assert_int_equal(m.about, MEMORY_SHARED);
	f.shared = 0;
	f.stacks = 70;
	m = judge(f);
	assert_int_equal(m.about, MEMORY_STACKS);
}

static void
untouched_blocks_are_not_in_memory(void **state)
{
	struct memory m = judge((struct figures){ .live = 1000,
		.rss = 30,
		.file = 20,
		.allocated = 1000,
		.active = 1001,
		.resident = 1100,
		.free = NO });

	assert_int_equal(m.part[MEMORY_ABSENT], -1090);
	assert_int_equal(m.verdict, VERDICT_NOT_HEAP);
	m = judge((struct figures){ .live = 1000,
		.rss = 80,
		.file = 5,
		.allocated = 1000,
		.active = 1020,
		.resident = 1100,
		.free = NO });
	assert_int_equal(m.verdict, VERDICT_LIVE);
	assert_int_equal(m.amount, 68);
	/* An allocator counts a little as resident that was never touched. */
	m = judge((struct figures){ .live = 20,
		.rss = 30,
		.file = 9,
		.allocated = 20,
		.active = 20,
		.resident = 23,
		.free = NO });
	assert_int_equal(m.part[MEMORY_CACHED], 1);
	assert_int_equal(m.part[MEMORY_ABSENT], 0);
	assert_int_equal(m.verdict, VERDICT_LIVE);
}

static void
a_block_beside_a_stack_is_counted_once(void **state)
{
	struct memory m = judge((struct figures){ .live = 20,
		.rss = 30,
		.file = 9,
		.stacks = 6,
		.allocated = 20,
		.active = 20,
		.resident = NO,
		.free = 0,
		.mapped = 5 });

	assert_int_equal(m.part[MEMORY_STACKS], 1);
	assert_int_equal(m.part[MEMORY_ABSENT], 0);
}

static void
an_allocator_that_says_little_or_was_not_asked(void **state)
{
	/* mimalloc */
	struct memory m = judge((struct figures){ .live = 20,
		.inherited = 10,
		.rss = 100,
		.file = 5,
		.allocated = NO,
		.active = NO,
		.resident = 90,
		.free = NO,
		.mapped = NO });

	assert_int_equal(m.part[MEMORY_LIVE], 30);
	assert_int_equal(m.part[MEMORY_HELD], 60);
	assert_int_equal(m.verdict, VERDICT_HELD);
	/* What it has, not what it has touched. */
	m = judge((struct figures){ .live = 60,
		.rss = 70,
		.file = 5,
		.allocated = NO,
		.active = NO,
		.resident = 95,
		.free = NO,
		.mapped = NO });
	assert_int_equal(m.part[MEMORY_HELD], 5);
	assert_int_equal(m.part[MEMORY_ABSENT], 0);
	assert_int_equal(m.verdict, VERDICT_LIVE);
	m = judge((struct figures){ .live = 20, .rss = 100, .file = 5 });
	assert_false(m.asked);
	assert_int_equal(m.part[MEMORY_OTHER], 75);
	assert_int_equal(m.verdict, VERDICT_UNKNOWN);
	m = judge((struct figures){ .live = 60, .rss = 100, .file = 5 });
	assert_int_equal(m.verdict, VERDICT_LIVE);
}

static void
what_an_allocator_said_long_ago_does_not_count(void **state)
{
	struct figures f = { .live = 45,
		.rss = 100,
		.file = 5,
		.allocated = 50,
		.active = 94,
		.resident = NO,
		.free = 45,
		.asked_ms = 1000,
		.seen_ms = 2500 };

	assert_int_equal(judge(f).verdict, VERDICT_FRAGMENTATION);
	f.seen_ms = 60000;
	assert_int_equal(judge(f).verdict, VERDICT_UNKNOWN);
	assert_int_equal(judge(f).part[MEMORY_OTHER], 50);
}

static void
nonsense_is_left_out(void **state)
{
	struct memory m =
		judge((struct figures){ .live = INT32_MAX, .rss = 100 });

	assert_int_equal(m.processes, 0);
	m = judge((struct figures){ .live = 45,
		.rss = 100,
		.file = 5,
		.allocated = 1ULL << 40,
		.active = 1ULL << 40,
		.resident = 1ULL << 43,
		.free = 1ULL << 43 });
	assert_int_equal(m.part[MEMORY_OTHER], 50);
}

static void
the_block_adds_up_and_ends_with_one_sentence(void **state)
{
	struct figures f = { .live = 45,
		.rss = 100,
		.file = 5,
		.allocated = 50,
		.active = 94,
		.resident = NO,
		.free = 45 };
	struct selection selection = { .metric = -1 };
	struct profile p;
	struct shown s;
	char *text = NULL;

	profile_init(&p);
	make(&p, &f);
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	HAND_TEXT(text, out, write_text_memory(out, &s, false));
	assert_string_equal(text,
		"memory at the end: 100.0 MiB resident, 100.0 MiB at most, "
		"malloc of glibc\n"
		"            45.0 MiB  45.0%  live: allocated and not freed\n"
		"             5.0 MiB   5.0%  rounding up, headers and blocks "
		"not "
		"seen\n"
		"            44.0 MiB  44.0%  fragmentation: free, in pages "
		"that "
		"live blocks keep\n"
		"             1.0 MiB   1.0%  cached by the allocator: free "
		"pages "
		"that it keeps\n"
		"             5.0 MiB   5.0%  mapped files: programs, "
		"libraries, "
		"data\n"
		"Fragmentation: 44.0 MiB (44.0%) is free, in pages that live "
		"blocks keep.\n\n");
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
	free(text);
	shown_release(&s);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(glibc_is_told_by_its_free_pages),
		cmocka_unit_test(
			half_of_it_free_between_live_blocks_is_fragmentation),
		cmocka_unit_test(free_pages_are_cached),
		cmocka_unit_test(what_is_mapped_past_malloc_is_no_heap),
		cmocka_unit_test(untouched_blocks_are_not_in_memory),
		cmocka_unit_test(a_block_beside_a_stack_is_counted_once),
		cmocka_unit_test(
			an_allocator_that_says_little_or_was_not_asked),
		cmocka_unit_test(
			what_an_allocator_said_long_ago_does_not_count),
		cmocka_unit_test(nonsense_is_left_out),
		cmocka_unit_test(the_block_adds_up_and_ends_with_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
