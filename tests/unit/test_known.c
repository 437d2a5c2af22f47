/* SPDX-License-Identifier: Apache-2.0 */
/* Which blocks of libc and libstdc++ are no news, and which are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "known.h"

#define LIBC	"/lib/x86_64-linux-gnu/libc.so.6"
#define LIBCXX	"/usr/lib/libstdc++.so.6.0.30"
#define LOADER	"/lib/ld-linux-x86-64.so.2"
#define MY_LIBC "/opt/mylibc.so.6"

/* The location of that one frame is in the file `path`. */
static void
put(struct profile *p, const char *name, const char *path)
{
	for (uint32_t i = 0; i < p->location_count; i++) {
		struct location *l = &p->locations[i];
		uint32_t f = p->frames[p->location_frames[l->first]].function;

		if (!strcmp(strtab_get(&p->strings, p->functions[f].name),
			    name))
			l->module = profile_module(p, path, "abcd");
	}
}

/* What is left of one stack's `bytes` in `objects`. */
static int64_t
left(const char *stack, double objects, const char *const *places)
{
	const struct selection live = { .metric = INUSE_SPACE };
	struct known_hidden hidden;
	struct profile p;
	struct shown s;
	int64_t bytes;

	profile_init(&p);
	hand_live(&p, hand_process(&p, 5, PROCESS_ENDED, 1), stack, 1000,
		objects);
	hand_live(&p, 0, "main;keep", 10, 1);
	for (; *places; places += 2)
		put(&p, places[0], places[1]);
	assert_int_equal(select_stacks(&s, &p, &live), 0);
	assert_int_equal(known_hide(&s, &hidden), 0);
	bytes = s.total - 10;
	assert_int_equal(hidden.bytes + bytes, 1000);
	assert_int_equal(hidden.objects, bytes ? 0 : (int64_t)objects);
	assert_int_equal(s.stack_count, bytes ? 2 : 1);
	assert_int_equal(s.samples, bytes ? 1 + (uint64_t)objects : 1);
	shown_release(&s);
	profile_release(&p);
	return bytes;
}

static void
buffers_of_streams_are_known(void **state)
{
	static const char *const in_libc[] = { "puts", LIBC,
		"_IO_file_doallocate", LIBC, NULL };
	static const char *const elsewhere[] = { "puts", MY_LIBC,
		"_IO_file_doallocate", MY_LIBC, NULL };

	assert_int_equal(left("main;puts;_IO_file_doallocate", 1, in_libc), 0);
	/* Streams that are opened in a loop and never closed */
	assert_int_equal(
		left("main;puts;_IO_file_doallocate", 2, in_libc), 1000);
	assert_int_equal(
		left("main;puts;_IO_file_doallocate", 1, elsewhere), 1000);
	/* The program's own function of that name */
	assert_int_equal(
		left("main;setlocale", 1, (const char *const[]){ NULL }), 1000);
}

static void
what_a_program_has_libc_make_is_its_own(void **state)
{
	static const char *const places[] = { "strdup", LIBC, "fopen", LIBC,
		"qsort", LIBC, "setlocale", LIBC, NULL };

	assert_int_equal(left("main;strdup", 1, places), 1000);
	assert_int_equal(left("main;fopen", 1, places), 1000);
	/* Called back from there, but not by libc's own hand */
	assert_int_equal(left("main;setlocale;callback", 1, places), 1000);
	assert_int_equal(
		left("main;setlocale;callback;strdup", 1, places), 1000);
	assert_int_equal(left("main;setlocale;strdup", 12, places), 0);
}

static void
the_reserve_for_exceptions_is_known_without_names(void **state)
{
	static const char *const places[] = { "call_init", LOADER, "[pool]",
		LIBCXX, NULL };

	assert_int_equal(left("call_init;[pool]", 1, places), 0);
	assert_int_equal(left("main;[pool]", 1, places), 1000);
	assert_int_equal(left("call_init;constructor", 1, places), 1000);
	/* Linked statically it has a name. */
	assert_int_equal(
		left("call_init;_GLOBAL__sub_I_eh_alloc.cc", 1, places), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_of_streams_are_known),
		cmocka_unit_test(what_a_program_has_libc_make_is_its_own),
		cmocka_unit_test(
			the_reserve_for_exceptions_is_known_without_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
