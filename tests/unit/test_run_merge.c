/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes of a run that are added up come back from the merged file with the
 * figures that they have one by one, and nothing is counted twice.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "run_merge.h"
#include "run_merge_sum.h"
#include "runs.h"

#define OTHER "4712-18f0aa11bb3"

/*
 * own_dump with another id, of a program `exe`; ids that end in 1 have a peak
 * below what lives, which is then the better word.
 */
static void
dump_of(const char *folder, const char *id, const char *exe)
{
	char *text = strdup(own_dump), *at, name[128];
	FILE *out;
	const char *rest = own_dump;

	snprintf(name, sizeof name, "%s/heapflame.%s.0.f.heap", folder, id);
	out = fopen(name, "w");
	assert_non_null(out);
	at = strstr(text, "# id ");
	fwrite(text, 1, (size_t)(at - text), out);
	fprintf(out, "# id %s\n", id);
	rest += strchr(at, '\n') + 1 - text;
	if (exe) {
		const char *line = strstr(rest, "# exe ");

		fwrite(rest, 1, (size_t)(line - rest), out);
		fprintf(out, "# exe %s\n", exe);
		rest = strchr(line, '\n') + 1;
	}
	fwrite(rest, 1, (size_t)(strstr(rest, "p=2097152") + 2 - rest), out);
	putc(id[strlen(id) - 1] == '1' ? '0' : '2', out);
	fputs(strstr(rest, "p=2097152") + 3, out);
	assert_int_equal(fclose(out), 0);
	free(text);
}

static struct value
total(const struct profile *p, enum metric m)
{
	struct value v = { 0 };

	for (uint32_t i = 0; i < p->row_count; i++) {
		v.sum += p->rows[i].v[m].sum;
		v.var += p->rows[i].v[m].var;
	}
	return v;
}

static void
load(struct profile *p, char *folder)
{
	profile_init(p);
	assert_int_equal(runs_load(p, &folder, 1, true), 0);
}

static void
same_totals(const struct profile *a, const struct profile *b)
{
	for (int m = 0; m < FOREIGN; m++) {
		struct value x = total(a, m), y = total(b, m);

		assert_true(x.sum > 0);
		assert_true(fabs(x.sum - y.sum) <= 1e-9 * x.sum);
		assert_true(m == PEAK_OBJECTS ||
			    fabs(x.var - y.var) <= 1e-9 * x.var);
	}
}

static double
objects_of(const struct profile *p, const char *exe)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];
		uint32_t name = p->processes[r->process].exe;

		if (strcmp(strtab_get(&p->strings, name), exe) == 0)
			sum += r->v[ALLOC_OBJECTS].sum;
	}
	return sum;
}

static double
inherited(const struct profile *p)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		sum += p->rows[i].inherited_space.sum;
	return sum;
}

#define PROCESSES 100

static void
fill(const char *folder)
{
	char id[64];

	for (int i = 0; i < PROCESSES; i++) {
		snprintf(id, sizeof id, "%d-18f0aa11b%02x", 5000 + i, i);
		dump_of(folder, id, i % 4 == 0 ? "/bin/other" : NULL);
	}
}

static struct run_files
files_of(const char *folder)
{
	struct run_files files = { .own = true };

	snprintf(files.folder, sizeof files.folder, "%s", folder);
	snprintf(files.prefix, sizeof files.prefix, "%s/heapflame", folder);
	return files;
}

static void
merged_processes_have_the_same_figures(void **state)
{
	char *folder = new_folder();
	struct run_files files = files_of(folder);
	struct run_merge m = { .files = &files, .program = 5003, .id = 0xabc };
	struct profile before, after;
	uint64_t lost = 0;
	bool program = false;

	fill(folder);
	load(&before, folder);
	assert_int_equal(run_merge_count(&m), PROCESSES);
	assert_int_equal(run_merge(&m), PROCESSES - 1 - RUN_MERGE_MOST / 2);
	assert_int_equal(run_merge_count(&m), 1 + RUN_MERGE_MOST / 2);
	load(&after, folder);
	assert_int_equal(profile_processes(&after), PROCESSES);
	/* Two programs were merged, the others stand alone. */
	assert_int_equal(after.process_count, 2 + 1 + RUN_MERGE_MOST / 2);
	same_totals(&before, &after);
	assert_true(inherited(&before) == inherited(&after));
	assert_true(objects_of(&after, "/bin/other") == PROCESSES / 4 * 772.0);
	for (uint32_t i = 0; i < after.loss_count; i++)
		lost += after.losses[i].count;
	assert_int_equal(lost, PROCESSES * (12 + 3));
	for (uint32_t i = 0; i < after.process_count; i++)
		program |= after.processes[i].pid == 5003;
	assert_true(program);
	/* Once more there is nothing to do. */
	assert_int_equal(run_merge(&m), 0);
	profile_release(&before);
	profile_release(&after);
	remove_folder(folder);
}

static void
more_go_into_the_same_file(void **state)
{
	char *folder = new_folder(), id[64];
	struct run_files files = files_of(folder);
	struct run_merge m = { .files = &files, .id = 0xabc };
	struct profile p;

	fill(folder);
	assert_true(run_merge(&m) > 0);
	for (int i = 0; i < PROCESSES; i++) {
		snprintf(id, sizeof id, "%d-18f0aa11c%02x", 6000 + i, i);
		dump_of(folder, id, "/bin/third");
	}
	assert_true(run_merge(&m) > 0);
	load(&p, folder);
	assert_int_equal(profile_processes(&p), 2 * PROCESSES);
	assert_true(total(&p, ALLOC_OBJECTS).sum == 2 * PROCESSES * 772.0);
	profile_release(&p);
	remove_folder(folder);
}

/* As after a kill between writing the merged file and removing the others. */
static void
what_is_merged_already_is_not_counted_twice(void **state)
{
	char *folder = new_folder();
	struct run_files files = files_of(folder);
	struct run_merge m = { .files = &files, .id = 0xabc };
	struct profile p;

	fill(folder);
	assert_true(run_merge(&m) > 0);
	fill(folder); /* all are there again */
	load(&p, folder);
	assert_int_equal(profile_processes(&p), PROCESSES);
	assert_true(total(&p, ALLOC_OBJECTS).sum == PROCESSES * 772.0);
	profile_release(&p);
	/* The next one cleans up, and does not take them in again. */
	assert_int_equal(run_merge(&m), 0);
	assert_int_equal(run_merge_count(&m), RUN_MERGE_MOST / 2);
	load(&p, folder);
	assert_true(total(&p, ALLOC_OBJECTS).sum == PROCESSES * 772.0);
	profile_release(&p);
	remove_folder(folder);
}

static void
few_and_unfinished_ones_stay(void **state)
{
	char *folder = new_folder(), name[128];
	struct run_files files = files_of(folder);
	struct run_merge m = { .files = &files, .id = 0xabc };

	for (int i = 0; i < 3 * PROCESSES; i++) {
		snprintf(name, sizeof name, "heapflame.%d-1.0.t0.heap", i + 1);
		write_file(folder, name, own_dump, strlen(own_dump));
	}
	dump_of(folder, OTHER, NULL);
	assert_int_equal(run_merge_count(&m), 1);
	assert_int_equal(run_merge(&m), 0);
	remove_folder(folder);
}

/* A merged file that is cut off or damaged costs no more than its end. */
static void
a_merged_file_may_be_cut_off_anywhere(void **state)
{
	char *folder = new_folder(), path[160];
	struct run_files files = files_of(folder);
	struct run_merge m = { .files = &files, .id = 0xabc };
	static char text[1 << 20];
	size_t n;
	FILE *in;

	fill(folder);
	assert_true(run_merge(&m) > 0);
	snprintf(path, sizeof path, "%s/heapflame-merged.0-abc.heap", folder);
	in = fopen(path, "r");
	assert_non_null(in);
	n = fread(text, 1, sizeof text, in);
	fclose(in);
	assert_true(n > 1000 && n < sizeof text);
	assert_int_equal(freopen("/dev/null", "w", stderr) == NULL, 0);
	for (size_t cut = 0; cut < n; cut += 7) {
		const struct input whole = { path, (unsigned char *)text, cut };
		struct profile p;
		struct head h = { 0 };

		profile_init(&p);
		reader_heapv2.read(&p, &whole);
		profile_release(&p);
		reader_heapv2.head(&h, &whole);
		head_release(&h);
	}
	remove_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merged_processes_have_the_same_figures),
		cmocka_unit_test(more_go_into_the_same_file),
		cmocka_unit_test(what_is_merged_already_is_not_counted_twice),
		cmocka_unit_test(few_and_unfinished_ones_stay),
		cmocka_unit_test(a_merged_file_may_be_cut_off_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
