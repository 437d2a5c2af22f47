/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files count: the last dump of a process, the newest run, what was
 * named; what is told about the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "runs.h"
#include "states.h"
#include "stderr.h"

/* A dump of ours: process `pid`, its life, its bytes in use. */
static void
own_of_kind(char kind, const char *folder, const char *name, int pid, int seq,
	int start, int end, int bytes)
{
	char text[1024];
	int n = snprintf(text, sizeof text,
		"heap_v2/1\n  t*: 1: %d [1: %d]\n# heapflame 1\n# id %d-1\n"
		"# boot b\n# time %d000 %d000 0 0\n# reason %c 0 %d\n"
		"# interval 0 1 0\n@ 0x1000\n  t*: 1: %d [1: %d]\n"
		"# s 1 a=1,%d,1,0,0 l=1,%d,1,0,0\n# end\n",
		bytes, bytes, pid, start, end, kind, seq, bytes, bytes, bytes,
		bytes);

	write_file(folder, name, text, (size_t)n);
}

static void
own(const char *folder, const char *name, int pid, int seq, int start, int end,
	int bytes)
{
	own_of_kind('i', folder, name, pid, seq, start, end, bytes);
}

/* The live state of process 1, which has written so many dumps; 400 bytes. */
static void
live(const char *folder, const char *name, unsigned dumps, bool samples)
{
	struct state_made *s = state_new();

	snprintf(s->header.id, sizeof s->header.id, "1-1");
	snprintf(s->header.boot, sizeof s->header.boot, "b");
	s->header.start_wall_ms = 100000;
	s->header.dumps = dumps;
	if (samples)
		state_stack(s, 0x1000, 0);
	write_file(folder, name, s->bytes, state_used(s));
	free(s);
}

/* One of jemalloc's, last changed `seconds` after 1970. */
static void
foreign(const char *folder, const char *name, int seconds, int bytes)
{
	char text[256];
	struct utimbuf times = { seconds, seconds };
	int n = snprintf(text, sizeof text,
		"heap_v2/1\n  t*: 1: %d [0: 0]\n@ 0x1000\n"
		"  t*: 1: %d [0: 0]\n\nMAPPED_LIBRARIES:\n",
		bytes, bytes);

	write_file(folder, name, text, (size_t)n);
	snprintf(text, sizeof text, "%s/%s", folder, name);
	if (utime(text, &times) < 0)
		abort();
}

struct loaded {
	int status;
	double bytes; /* in use, sum */
	uint32_t processes;
	char origin[256];
	struct said said;
};

/* Loads "folder/name"s; a name of NULL is the folder itself. */
static struct loaded
load(const char *folder, const char *const *names, int count, bool all)
{
	struct loaded l = { 0 };
	struct profile p;
	char *paths[8];

	for (int i = 0; i < count; i++) {
		paths[i] = malloc(512);
		snprintf(paths[i], 512, names[i] != NULL ? "%s/%s" : "%s",
			folder, names[i]);
	}
	profile_init(&p);
	said_begin(&l.said);
	l.status = runs_load(&p, paths, count, all);
	said_end(&l.said);
	for (uint32_t i = 0; l.status == 0 && i < p.row_count; i++)
		l.bytes += p.rows[i].v[INUSE_SPACE].sum;
	l.processes = p.process_count;
	snprintf(l.origin, sizeof l.origin, "%s", runs_origin());
	profile_release(&p);
	for (int i = 0; i < count; i++)
		free(paths[i]);
	return l;
}

static const char *const folder_itself[] = { NULL };

static void
the_last_dump_of_a_process_counts(void **state)
{
	char *folder = new_folder();
	struct loaded l;

	own(folder, "a.1-1.9.i9.heap", 1, 9, 100, 190, 9);
	own(folder, "a.1-1.10.i10.heap", 1, 10, 100, 200, 10);
	own(folder, "a.1-1.2.i2.heap", 1, 2, 100, 120, 2);
	own(folder, "a.1-1.99.f.heap.tmp", 1, 99, 100, 120, 99);
	l = load(folder, folder_itself, 1, false);
	assert_int_equal(l.status, 0);
	assert_true(l.bytes == 10);
	assert_int_equal(l.processes, 1);
	assert_int_equal(said_lines(&l.said), 0);
	l = load(folder, (const char *[]){ "a.1-1.2.i2.heap" }, 1, false);
	assert_true(l.bytes == 2);
	remove_folder(folder);
}

static void
foreign_series_are_told_by_name_in_order_of_numbers(void **state)
{
	char *folder = new_folder();
	struct loaded l;

	foreign(folder, "je.7.9.i9.heap", 1000, 900);
	foreign(folder, "je.7.10.i10.heap", 1010, 1000);
	foreign(folder, "je.7.2.i2.heap", 950, 200);
	foreign(folder, "je.8.0.f.heap", 980, 10000);
	l = load(folder, folder_itself, 1, false);
	/* 8 ended while 7 lived: one run. */
	assert_true(l.bytes == 11000);
	assert_int_equal(l.processes, 2);
	assert_int_equal(said_lines(&l.said), 0);
	remove_folder(folder);
}

static void
overlapping_lives_are_one_run_and_the_newest_is_taken(void **state)
{
	char *folder = new_folder();
	struct loaded l;

	own(folder, "a.heap", 1, 0, 100, 200, 1);
	own(folder, "b.heap", 2, 0, 150, 300, 2);
	own(folder, "c.heap", 3, 0, 250, 260, 4);
	own(folder, "d.heap", 4, 0, 400, 500, 8);
	own(folder, "e.heap", 5, 0, 450, 460, 16);
	l = load(folder, folder_itself, 1, false);
	assert_int_equal(l.status, 0);
	assert_true(l.bytes == 24);
	assert_int_equal(said_lines(&l.said), 1);
	assert_non_null(strstr(l.said.text, "newest of 2 runs"));
	assert_non_null(strstr(l.said.text, "left out: '"));
	assert_non_null(strstr(l.said.text, "a.heap'"));
	assert_non_null(strstr(l.said.text, "--all"));
	assert_non_null(strstr(l.origin, "d.heap"));
	l = load(folder, folder_itself, 1, true);
	assert_true(l.bytes == 31);
	assert_int_equal(said_lines(&l.said), 0);
	l = load(folder, (const char *[]){ "a.heap", "d.heap" }, 2, false);
	assert_true(l.bytes == 9);
	assert_int_equal(said_lines(&l.said), 0);
	remove_folder(folder);
}

static void
the_folder_of_a_run_is_one_run(void **state)
{
	char *folder = new_folder();
	char old[256], new[256];
	struct loaded l;

	snprintf(old, sizeof old, "%s/heapflame.make.10", folder);
	snprintf(new, sizeof new, "%s/heapflame.make.20", folder);
	if (mkdir(old, 0700) < 0 || mkdir(new, 0700) < 0)
		abort();
	own(old, "x.heap", 1, 0, 100, 110, 1);
	own(new, "x.heap", 2, 0, 200, 210, 2);
	own(new, "y.heap", 3, 0, 300, 310, 4); /* long after x */
	own(folder, "bare.heap", 4, 0, 150, 160, 8);
	l = load(folder, folder_itself, 1, false);
	assert_true(l.bytes == 6);
	assert_string_equal(l.origin, new);
	assert_non_null(strstr(l.said.text, "newest of 3 runs"));
	assert_non_null(strstr(l.said.text, old));
	l = load(old, folder_itself, 1, false);
	assert_true(l.bytes == 1);
	assert_string_equal(l.origin, old);
	l = load(folder, folder_itself, 1, true);
	assert_true(l.bytes == 15);
	remove_folder(folder);
}

static void
bad_files_in_a_folder_cost_a_warning_each(void **state)
{
	char *folder = new_folder();
	struct loaded l;

	own(folder, "good.heap", 1, 0, 100, 200, 1);
	write_file(folder, "empty.heap", "", 0);
	write_file(folder, "rubbish.heap", "rubbish\n", 8);
	write_file(folder, "notes.txt", "rubbish\n", 8);
	/* A good head and a later number, but the stacks are damaged. */
	own(folder, "later.heap", 1, 1, 100, 300, 2);
	{
		char path[256];
		FILE *f;

		snprintf(path, sizeof path, "%s/later.heap", folder);
		f = fopen(path, "a");
		fputs("@ rubbish\n", f);
		fclose(f);
	}
	l = load(folder, folder_itself, 1, false);
	assert_int_equal(l.status, 0);
	assert_true(l.bytes == 1);
	assert_int_equal(said_lines(&l.said), 3);
	assert_non_null(strstr(l.said.text, "warning: '"));
	l = load(folder, (const char *[]){ "good.heap", "rubbish.heap" }, 2,
		false);
	assert_int_equal(l.status, -1);
	assert_null(strstr(l.said.text, "warning"));
	remove_folder(folder);
}

static void
nothing_to_show_says_what_to_do(void **state)
{
	char *folder = new_folder();
	struct loaded l = load(folder, folder_itself, 1, false);

	assert_int_equal(l.status, -1);
	assert_non_null(strstr(l.said.text, "heapflame: no profile in '"));
	assert_non_null(strstr(l.said.text, "heapflame run ./program"));
	l = load(folder, (const char *[]){ "missing.heap" }, 1, false);
	assert_int_equal(l.status, -1);
	assert_int_equal(said_lines(&l.said), 1);
	remove_folder(folder);
}

/* In the order of time, which the numbers of dumps tell. */
static void
a_live_state_is_newer_than_the_dumps_it_knows_of(void **state)
{
	char *folder = new_folder();
	struct loaded l;

	live(folder, "a.live", 2, true);
	l = load(folder, folder_itself, 1, false);
	assert_true(l.bytes == 400);
	own(folder, "a.heap", 1, 0, 100, 200, 1);
	own(folder, "b.heap", 1, 1, 100, 300, 2);
	l = load(folder, folder_itself, 1, false);
	assert_int_equal(l.processes, 1);
	assert_true(l.bytes == 400);
	/* The state was copied before this one was written. */
	own(folder, "c.heap", 1, 2, 100, 400, 3);
	l = load(folder, folder_itself, 1, false);
	assert_true(l.bytes == 3);
	live(folder, "a.live", 3, true);
	own_of_kind('f', folder, "d.heap", 1, 2, 100, 400, 4);
	l = load(folder, folder_itself, 1, false);
	assert_true(l.bytes == 4);
	remove_folder(folder);
}

static void
a_live_state_without_samples_beats_no_dump(void **state)
{
	char *folder = new_folder();
	struct loaded l;

	own(folder, "a.heap", 1, 0, 100, 200, 1);
	live(folder, "a.live", 1, false);
	l = load(folder, folder_itself, 1, false);
	assert_int_equal(l.processes, 1);
	assert_true(l.bytes == 1);
	remove_folder(folder);
}

static void
a_number_that_is_no_file_is_a_process(void **state)
{
	char *folder = new_folder(), *before = getcwd(NULL, 0), *name = "1";
	struct loaded l = { 0 };
	struct profile p;

	own(folder, "1", 1, 0, 100, 200, 7);
	assert_int_equal(chdir(folder), 0);
	profile_init(&p);
	assert_int_equal(runs_load(&p, &name, 1, false), 0);
	assert_int_equal(p.row_count, 1);
	profile_release(&p);
	profile_init(&p);
	name = "999999999";
	said_begin(&l.said);
	assert_int_equal(runs_load(&p, &name, 1, false), -1);
	said_end(&l.said);
	assert_non_null(strstr(l.said.text, "no process 999999999"));
	profile_release(&p);
	assert_int_equal(chdir(before), 0);
	free(before);
	remove_folder(folder);
}

static void
without_a_name_the_working_directory_is_meant(void **state)
{
	char *folder = new_folder(), *before = getcwd(NULL, 0);
	struct profile p;

	own(folder, "a.heap", 1, 0, 100, 200, 1);
	assert_int_equal(chdir(folder), 0);
	profile_init(&p);
	assert_int_equal(runs_load(&p, NULL, 0, false), 0);
	assert_int_equal(p.process_count, 1);
	assert_string_equal(runs_origin(), "a.heap");
	assert_string_equal(
		strtab_get(&p.strings, p.processes[0].source), "a.heap");
	profile_release(&p);
	assert_int_equal(chdir(before), 0);
	free(before);
	remove_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_dump_of_a_process_counts),
		cmocka_unit_test(
			foreign_series_are_told_by_name_in_order_of_numbers),
		cmocka_unit_test(
			overlapping_lives_are_one_run_and_the_newest_is_taken),
		cmocka_unit_test(the_folder_of_a_run_is_one_run),
		cmocka_unit_test(bad_files_in_a_folder_cost_a_warning_each),
		cmocka_unit_test(
			a_live_state_is_newer_than_the_dumps_it_knows_of),
		cmocka_unit_test(a_live_state_without_samples_beats_no_dump),
		cmocka_unit_test(a_number_that_is_no_file_is_a_process),
		cmocka_unit_test(nothing_to_show_says_what_to_do),
		cmocka_unit_test(without_a_name_the_working_directory_is_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
