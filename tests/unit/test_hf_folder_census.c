/* SPDX-License-Identifier: Apache-2.0 */
/* build: -Wl,--wrap=hf_state_clock */
/*
 * What is left half-written in a folder, and several folders at once.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hf_folder_shared.h"

/* A pid that nobody has: that of a child which is gone. */
static pid_t
dead_pid(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static const char *
half_dump(pid_t pid)
{
	static char name[64];

	snprintf(name, sizeof name, "d.%d-18f0aa11b.3.t3.heap.tmp", (int)pid);
	return name;
}

static void
half_a_dump_of_a_dead_process_goes_first(void **state)
{
	hf_options.dump_keep = 3;
	assert_true(dump(0, 't', 10, 1));
	put_file("d.1-a.0.f.heap", 10, 500);
	put_file(half_dump(dead_pid()), 10, 100);
	/* Another start of our own pid; two hosts may have been killed. */
	put_file("d.4711-18f0aa11aaa.0.t0.heap.tmp", 10, 100);
	now_ns += SECOND;
	assert_true(dump(1, 't', 10, 1));
	assert_int_equal(count_files().other, 0);
	assert_true(exists("d.1-a.0.f.heap"));
	assert_int_equal(count_files().files, 3);
}

static void
half_a_dump_counts_in_files_and_in_bytes(void **state)
{
	const char *name = half_dump(dead_pid());

	put_file(name, 5000, 100);
	hf_options.dump_limit = 5500;
	assert_true(dump(0, 't', 400, 1));
	assert_true(exists(name));
	now_ns += SECOND;
	assert_true(dump(1, 't', 400, 1)); /* 5800 bytes with it */
	assert_false(exists(name));
	assert_int_equal(count_files().files, 2);
}

static void
half_a_dump_that_may_become_whole_is_left(void **state)
{
	char fresh[64];

	strcpy(fresh, half_dump(dead_pid()));
	put_file(fresh, 10, 30);
	put_file(half_dump(getpid()), 10, 1000); /* stopped, but alive */
	hf_options.dump_keep = 2;
	assert_false(dump(0, 't', 10, 1));
	assert_true(exists(fresh) && exists(half_dump(getpid())));
	hf_options.dump_keep = 3;
	assert_true(dump(0, 't', 10, 1));
	assert_true(exists(fresh) && exists(half_dump(getpid())));
}

static void
what_has_no_id_is_no_half_of_a_dump(void **state)
{
	static const char *const names[] = { "d.x.heap.tmp", "d.12-.heap.tmp",
		"d.-a.0.f.heap.tmp", "d.12-g.0.f.heap.tmp", "d.12-a.tmp",
		"d.12345678901-a.0.f.heap.tmp", "e.12-a.0.f.heap.tmp" };

	hf_options.dump_keep = 3;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		put_file(names[i], 10, 1000);
	for (uint32_t i = 0; i < 6; i++) {
		now_ns += SECOND;
		assert_true(dump(i, 't', 10, 1));
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_true(exists(names[i]));
	assert_int_equal(count_files().files, 3);
}

/* A disk that comes back: what is in one folder says nothing of the other. */
static void
each_place_keeps_its_own_dumps(void **state)
{
	char first[sizeof hf_identity.prefix];

	hf_options.dump_keep = 4;
	strcpy(first, hf_identity.prefix);
	run_shell("mkdir b");
	snprintf(hf_identity.fallback, sizeof hf_identity.fallback, "%s/b/d",
		root);
	for (uint32_t i = 0; i < 24; i++) {
		now_ns += SECOND;
		/* "" can't be opened: the fallback is. */
		strcpy(hf_identity.prefix, i / 3 % 2 ? "" : first);
		assert_true(dump(i, 't', 10, i));
	}
	assert_int_equal(count_files().files, 4);
	strcat(root, "/b");
	assert_int_equal(count_files().files, 4);
	assert_true(exists(dump_name(3, 't', 3)));
	assert_true(exists(dump_name(23, 't', 23)));
	*strrchr(root, '/') = '\0';
	assert_true(exists(dump_name(0, 't', 0)));
	assert_true(exists(dump_name(20, 't', 20)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(half_a_dump_of_a_dead_process_goes_first),
		T(half_a_dump_counts_in_files_and_in_bytes),
		T(half_a_dump_that_may_become_whole_is_left),
		T(what_has_no_id_is_no_half_of_a_dump),
		T(each_place_keeps_its_own_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
