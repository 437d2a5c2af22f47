/* SPDX-License-Identifier: Apache-2.0 */
/* build: -Wl,--wrap=hf_state_clock */
/*
 * Which dumps stay in a folder and what they are called.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "hf_folder_shared.h"

static void
names_tell_process_sequence_and_kind(void **state)
{
	assert_string_equal(header.id, "4711-18f0aa11bb2");
	assert_true(dump(0, 't', 100, 1));
	assert_true(dump(1, 'i', 100, 1));
	assert_true(dump(2, 'm', 100, 1));
	assert_true(dump(3, 'f', 100, 1));
	assert_true(exists("d.4711-18f0aa11bb2.0.t0.heap"));
	assert_true(exists("d.4711-18f0aa11bb2.1.i1.heap"));
	assert_true(exists("d.4711-18f0aa11bb2.2.m2.heap"));
	assert_true(exists("d.4711-18f0aa11bb2.3.f.heap"));
	assert_int_equal(count_files().other, 0);
}

static void
dumps_are_private_whatever_the_umask(void **state)
{
	mode_t before = umask(0);
	char path[512];
	struct stat st;

	assert_true(dump(0, 't', 1, 1));
	umask(0777);
	assert_true(dump(1, 't', 1, 1));
	umask(before);
	for (uint32_t i = 0; i < 2; i++) {
		name_in_root(path, dump_name(i, 't', i));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

static void
folders_that_are_missing_are_made(void **state)
{
	struct hf_folder f;

	strcat(hf_identity.prefix, "/deep/and/deeper/x");
	assert_true(hf_folder_open(&f));
	assert_string_equal(f.base, "x");
	hf_folder_close(&f);
	assert_true(exists("d/deep/and/deeper"));
	assert_false(exists("d/deep/and/deeper/x"));
}

static void
the_fallback_is_taken_when_the_prefix_is_no_folder(void **state)
{
	struct hf_folder f;

	put_file("d", 0, 0);
	strcat(hf_identity.prefix, "/x");
	snprintf(hf_identity.fallback, sizeof hf_identity.fallback,
		"%s/state/y", root);
	assert_true(hf_folder_open(&f));
	assert_ptr_equal(f.path, hf_identity.fallback);
	assert_string_equal(f.base, "y");
	hf_folder_close(&f);
}

/* Which of 0..count-1 are there; returns how many, and the widest gap. */
static uint32_t
find_gaps(uint32_t count, uint32_t *widest)
{
	uint32_t found = 0, last = 0;

	*widest = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (!exists(dump_name(i, 't', i)))
			continue;
		if (i - last > *widest)
			*widest = i - last;
		last = i;
		found++;
	}
	return found;
}

static void
of_a_thousand_dumps_first_peak_and_last_stay_and_the_rest_is_spread(
	void **state)
{
	enum { COUNT = 1000, KEEP = 16, PEAK = 137 };
	uint32_t widest;

	hf_options.dump_keep = KEEP;
	for (uint32_t i = 0; i < COUNT; i++) {
		now_ns += 60 * SECOND;
		assert_true(dump(i, 't', 1000, i == PEAK ? 2000 : i));
		if (i % 50 == 0)
			assert_true(count_files().files <= KEEP);
		assert_true(exists(dump_name(i, 't', i)));
	}
	assert_int_equal(find_gaps(COUNT, &widest), KEEP);
	assert_true(exists(dump_name(0, 't', 0)));
	assert_true(exists(dump_name(PEAK, 't', PEAK)));
	assert_true(widest < 4 * COUNT / KEEP);
	assert_int_equal(count_files().other, 0);
}

static void
the_fewest_that_can_be_kept_are_first_peak_and_last(void **state)
{
	hf_options.dump_keep = 3;
	for (uint32_t i = 0; i < 40; i++) {
		now_ns += SECOND;
		assert_true(dump(i, 't', 10, i == 7 ? 100 : 50 - i));
		assert_true(count_files().files <= 3);
	}
	assert_true(exists(dump_name(0, 't', 0)));
	assert_true(exists(dump_name(7, 't', 7)));
	assert_true(exists(dump_name(39, 't', 39)));
}

static void
dumps_of_one_size_stay_within_the_limit_of_bytes(void **state)
{
	hf_options.dump_limit = 65536;
	for (uint32_t i = 0; i < 100; i++) {
		now_ns += SECOND;
		assert_true(dump(i, 't', 6000, i));
		assert_true(count_files().bytes <= 65536);
	}
	assert_true(count_files().files >= 9);
}

/* As a program's dumps do: with each there are more stacks. */
static void
dumps_that_grow_stay_within_the_limit_of_bytes(void **state)
{
	hf_options.dump_limit = 65536;
	for (uint32_t i = 0; i < 60; i++) {
		now_ns += SECOND;
		assert_true(dump(i, 't', 200 + 200 * i, i));
		assert_in_range(count_files().bytes, 0, 65536);
	}
	assert_true(exists(dump_name(0, 't', 0)));
	assert_true(exists(dump_name(59, 't', 59)));
}

static void
the_oldest_of_ended_processes_goes_first(void **state)
{
	hf_options.dump_keep = 4;
	put_file("d.1-a.0.f.heap", 10, 30);
	put_file("d.2-a.0.f.heap", 10, 50);
	put_file("d.3-a.0.f.heap", 10, 40);
	assert_true(dump(0, 'f', 10, 1));
	assert_true(exists("d.2-a.0.f.heap"));
	assert_true(dump(1, 'f', 10, 1));
	assert_false(exists("d.2-a.0.f.heap"));
	assert_true(exists("d.1-a.0.f.heap"));
	assert_true(exists("d.3-a.0.f.heap"));
}

static void
dumps_of_processes_that_may_be_running_are_left(void **state)
{
	hf_options.dump_keep = 3;
	put_file("d.1-a.0.t0.heap", 10, 5);
	put_file("d.1-a.1.t1.heap", 10, 4);
	put_file("d.1-a.2.t2.heap", 10, 3);
	assert_false(dump(0, 't', 10, 1));
	assert_int_equal(count_files().files, 3);
	/* A minute without one: it has been killed, or is asleep. */
	put_file("d.1-a.3.t3.heap", 10, 100);
	assert_false(dump(0, 't', 10, 1));
	assert_false(exists("d.1-a.3.t3.heap"));
	assert_int_equal(count_files().files, 3);
}

static void
what_is_not_a_dump_is_never_touched(void **state)
{
	hf_options.dump_keep = 3;
	put_file("e.1-a.0.f.heap", 10, 500);
	put_file("d", 10, 500);
	put_file("d.txt", 10, 500);
	put_file("d.1-a.0.f.heap.svg", 10, 500);
	put_file("d1-a.0.f.heap", 10, 500);
	run_shell("mkdir d.2-a.0.f.heap && ln -s d.txt d.3-a.0.f.heap");
	for (uint32_t i = 0; i < 10; i++) {
		now_ns += SECOND;
		assert_true(dump(i, 't', 10, 1));
	}
	assert_true(exists("e.1-a.0.f.heap") && exists("d.txt"));
	assert_true(exists("d") && exists("d.1-a.0.f.heap.svg"));
	assert_true(exists("d1-a.0.f.heap"));
	assert_true(exists("d.2-a.0.f.heap") && exists("d.3-a.0.f.heap"));
}

static void
an_id_that_is_taken_gives_way_to_the_next(void **state)
{
	put_file("d.4711-18f0aa11bb2.0.f.heap", 77, 1000);
	put_file("d.4711-18f0aa11bb3.9.t4.heap.tmp", 77, 1000);
	assert_true(dump(0, 'f', 10, 1));
	assert_string_equal(header.id, "4711-18f0aa11bb4");
	assert_true(exists("d.4711-18f0aa11bb4.0.f.heap"));
	assert_int_equal(count_files().bytes, 87);
	/* Only at the first dump: what follows has that id, too. */
	assert_true(dump(1, 'f', 10, 1));
	assert_string_equal(header.id, "4711-18f0aa11bb4");
}

static void
a_forked_child_does_not_thin_what_its_parent_wrote(void **state)
{
	hf_options.dump_keep = 4;
	for (uint32_t i = 0; i < 4; i++) {
		now_ns += SECOND;
		assert_true(dump(i, 't', 10, i));
	}
	header.generation += 1000;
	header.pid = 4712;
	hf_identity_rename(&header);
	assert_false(dump(0, 't', 10, 1)); /* all are of a minute ago or less */
	assert_int_equal(count_files().files, 4);
}

static void
what_has_the_name_already_is_not_replaced(void **state)
{
	struct hf_dump_reason why = { .kind = 'f', .sequence = 5 };
	struct hf_folder f;
	long fd;

	assert_true(hf_folder_open(&f));
	assert_true(hf_folder_prepare(&f, &header, &why));
	fd = hf_folder_create(&f);
	assert_true(fd >= 0);
	put_file(dump_name(5, 'f', 0), 77, 0);
	close((int)fd);
	assert_false(hf_folder_commit(&f, &why, 0, 1));
	assert_int_equal(f.error, -EEXIST);
	assert_int_equal(count_files().bytes, 77);
	assert_int_equal(count_files().other, 0); /* no temporary is left */
	hf_folder_close(&f);
}

static void
a_file_or_link_of_the_temporary_name_is_not_written(void **state)
{
	struct hf_dump_reason why = { .kind = 'f', .sequence = 5 };
	struct hf_folder f;

	assert_true(dump(0, 't', 1, 1)); /* the id is settled */
	put_file("precious", 5, 0);
	run_shell("ln -s precious d.4711-18f0aa11bb2.5.f.heap.tmp");
	assert_true(hf_folder_open(&f));
	assert_true(hf_folder_prepare(&f, &header, &why));
	assert_int_equal(hf_folder_create(&f), -EEXIST);
	run_shell("rm d.*.tmp && echo x >d.4711-18f0aa11bb2.5.f.heap.tmp");
	assert_int_equal(hf_folder_create(&f), -EEXIST);
	run_shell("rm d.*.tmp");
	assert_true(hf_folder_create(&f) >= 0);
	hf_folder_abandon(&f);
	assert_false(exists("d.4711-18f0aa11bb2.5.f.heap.tmp"));
	hf_folder_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(names_tell_process_sequence_and_kind),
		T(dumps_are_private_whatever_the_umask),
		T(folders_that_are_missing_are_made),
		T(the_fallback_is_taken_when_the_prefix_is_no_folder),
		T(of_a_thousand_dumps_first_peak_and_last_stay_and_the_rest_is_spread),
		T(the_fewest_that_can_be_kept_are_first_peak_and_last),
		T(dumps_of_one_size_stay_within_the_limit_of_bytes),
		T(dumps_that_grow_stay_within_the_limit_of_bytes),
		T(the_oldest_of_ended_processes_goes_first),
		T(dumps_of_processes_that_may_be_running_are_left),
		T(what_is_not_a_dump_is_never_touched),
		T(an_id_that_is_taken_gives_way_to_the_next),
		T(a_forked_child_does_not_thin_what_its_parent_wrote),
		T(what_has_the_name_already_is_not_replaced),
		T(a_file_or_link_of_the_temporary_name_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
