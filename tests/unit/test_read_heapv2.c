/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader makes of good dumps, ours and jemalloc's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "read.h"

static int
read_text(struct profile *p, const char *name, const char *text)
{
	struct input in = input_of(name, text, strlen(text));

	profile_init(p);
	return reader_heapv2.read(p, &in);
}

/* "path+offset" of the n-th frame of a row's stack. */
static const char *
frame_of(const struct profile *p, uint32_t row, uint32_t n)
{
	static char text[256];
	const struct stack *s = &p->stacks[p->rows[row].stack];
	const struct location *l =
		&p->locations[p->stack_locations[s->first + n]];

	snprintf(text, sizeof text, "%s+%llx",
		l->module == NONE
			? ""
			: strtab_get(&p->strings, p->modules[l->module].path),
		(unsigned long long)l->offset);
	return text;
}

static void
assert_near(double a, double b)
{
	if (fabs(a - b) > 1e-9 * fabs(b) + 1e-9)
		fail_msg("%.12g is not %.12g", a, b);
}

static void
our_head_tells_all_of_the_process(void **state)
{
	struct profile p;
	const struct process *process;

	assert_int_equal(read_text(&p, "x", own_dump), 0);
	assert_int_equal(p.process_count, 1);
	process = &p.processes[0];
	assert_string_equal(
		strtab_get(&p.strings, process->exe), "/opt/my app/ser%ver");
	assert_string_equal(
		strtab_get(&p.strings, process->id), "4711-18f0aa11bb2");
	assert_string_equal(
		strtab_get(&p.strings, process->parent), "4700-18f0aa00000");
	assert_string_equal(strtab_get(&p.strings, process->boot),
		"11112222-3333-4444-5555-666677778888");
	assert_string_equal(strtab_get(&p.strings, process->source), "x");
	assert_int_equal(process->pid, 4711);
	assert_int_equal(process->state, PROCESS_ENDED);
	assert_int_equal(process->start_ms, 1700000000000);
	assert_int_equal(process->end_ms, 1700000060000);
	assert_int_equal(process->interval_min, 262144);
	assert_int_equal(process->interval_max, 524288);
	assert_int_equal(process->samples, 9);
	assert_int_equal(process->thinned, 4);
	assert_int_equal(process->lived_ns, 60000000000);
	assert_false(process->cut);
	assert_int_equal(process->rss, 1000000);
	assert_int_equal(process->rss_peak, 2000000);
	for (int m = 0; m < FOREIGN; m++)
		assert_true(process->has[m]);
	assert_int_equal(process->losses, 2);
	assert_string_equal(strtab_get(&p.strings, p.losses[0].cause), "busy");
	assert_int_equal(p.losses[0].count, 12);
	assert_int_equal(p.losses[1].count, 3);
	profile_release(&p);
}

static void
our_exact_figures_count_and_the_t_lines_do_not(void **state)
{
	struct profile p;
	const struct row *r;

	assert_int_equal(read_text(&p, "x", own_dump), 0);
	assert_int_equal(p.row_count, 2);
	r = &p.rows[0];
	assert_near(r->v[ALLOC_SPACE].sum, 3145728.5);
	assert_near(r->v[ALLOC_SPACE].var, 4000000);
	assert_near(r->v[ALLOC_OBJECTS].sum, 768);
	assert_near(r->v[ALLOC_OBJECTS].var, 90);
	assert_near(r->v[INUSE_SPACE].sum, 1048576);
	assert_near(r->v[INUSE_OBJECTS].var, 4);
	assert_near(r->v[PEAK_SPACE].sum, 2097152);
	assert_near(r->v[PEAK_SPACE].var, 16);
	assert_near(r->v[PEAK_OBJECTS].sum, 512);
	assert_near(r->v[TEMP_SPACE].sum, 1572864.25);
	assert_near(r->v[TEMP_SPACE].var, 4000000 * 1572864.25 / 3145728.5);
	assert_near(r->v[TEMP_OBJECTS].sum, 384);
	assert_int_equal(r->samples, 6);
	assert_int_equal(r->samples_live, 2);
	assert_near(r->freed_objects, 512);
	assert_near(r->lifetime_ns, 99000);
	assert_int_equal(r->reallocs, 3);
	assert_int_equal(r->size_min, 16);
	assert_int_equal(r->size_max, 4096);
	assert_int_equal(r->first_ns, 1000);
	assert_int_equal(r->last_ns, 2000);
	assert_true(p.stacks[r->stack].truncated);
	r = &p.rows[1];
	assert_near(r->inherited_space.sum, 4096);
	assert_near(r->inherited_objects.sum, 8);
	assert_near(r->v[INUSE_SPACE].sum, 100);
	assert_true(r->v[INUSE_SPACE].var == 0);
	profile_release(&p);
}

static void
an_address_belongs_to_what_was_there_then(void **state)
{
	struct profile p;

	assert_int_equal(read_text(&p, "x", own_dump), 0);
	assert_string_equal(frame_of(&p, 0, 0), "/usr/lib/o\nld.so+10");
	assert_string_equal(frame_of(&p, 0, 1), "/opt/my app/server+500");
	assert_string_equal(frame_of(&p, 1, 0), "/usr/lib/new.so+110");
	/* The byte after the last: the call was still inside. */
	assert_string_equal(frame_of(&p, 1, 1), "/opt/my app/server+1400");
	assert_string_equal(frame_of(&p, 1, 2), "+dead0000");
	profile_release(&p);
}

static void
live_samples_find_their_rows(void **state)
{
	struct profile p;

	assert_int_equal(read_text(&p, "x", own_dump), 0);
	assert_int_equal(p.processes[0].samples_live, 2);
	assert_int_equal(p.live_count, 2);
	assert_int_equal(p.live[0].id, 17);
	assert_int_equal(p.live[0].row, 0);
	assert_int_equal(p.live[0].size, 4096);
	assert_int_equal(p.live[0].birth_ns, 81234567);
	assert_int_equal(p.live[0].interval, 524288);
	assert_int_equal(p.live[1].interval, 262144);
	assert_true(p.processes[0].lists_all);
	assert_false(p.live[0].inherited);
	assert_int_equal(p.live[1].row, 1);
	assert_true(p.live[1].inherited);
	profile_release(&p);
}

static void
what_is_missing_is_told(void **state)
{
	char text[sizeof own_dump];
	struct profile p;

	strcpy(text, own_dump);
	memcpy(strstr(text, "# live 3 3"), "# live 9 3", 10);
	assert_int_equal(read_text(&p, "x", text), 0);
	assert_false(p.processes[0].lists_all);
	assert_false(p.processes[0].cut);
	profile_release(&p);

	*strstr(text, "# end") = '\0';
	assert_int_equal(read_text(&p, "x", text), 0);
	assert_true(p.processes[0].cut);
	profile_release(&p);
}

/* jeprof's own formula, written as its authors do. */
static double
jeprof_bytes(double n, double s, double rate)
{
	return s * (1 / (1 - exp(-(s / n) / rate)));
}

static void
jemalloc_figures_are_scaled_as_jeprof_does(void **state)
{
	struct profile p;
	const struct process *process;
	double inuse = 0, alloc = 0, objects = 0;

	assert_int_equal(
		read_text(&p, "d/jeprof.77.3.i2.heap", jemalloc_dump), 0);
	for (uint32_t i = 0; i < p.row_count; i++) {
		inuse += p.rows[i].v[INUSE_SPACE].sum;
		objects += p.rows[i].v[INUSE_OBJECTS].sum;
		alloc += p.rows[i].v[ALLOC_SPACE].sum;
	}
	assert_int_equal(p.row_count, 3);
	assert_near(inuse, jeprof_bytes(2, 4096, 4096) +
				   jeprof_bytes(1, 1048576, 4096) +
				   jeprof_bytes(1, 100, 4096));
	assert_near(alloc,
		jeprof_bytes(4, 8192, 4096) + jeprof_bytes(3, 3141632, 4096));
	assert_near(
		objects, 2 / (1 - exp(-0.5)) + 1 + 1 / (1 - exp(-100. / 4096)));
	assert_true(p.rows[0].v[INUSE_SPACE].var > 0);
	process = &p.processes[0];
	assert_string_equal(strtab_get(&p.strings, process->id), "77");
	assert_int_equal(process->pid, 77);
	assert_int_equal(process->state, PROCESS_RUNNING);
	assert_int_equal(process->interval_max, 4096);
	assert_int_equal(process->samples, 7);
	assert_true(process->has[ALLOC_SPACE]);
	assert_false(process->has[PEAK_SPACE]);
	assert_false(process->has[TEMP_OBJECTS]);
	assert_string_equal(
		strtab_get(&p.strings, process->exe), "/srv/a b/prog");
	profile_release(&p);
}

static void
jemalloc_addresses_are_found_in_the_list_at_the_end(void **state)
{
	struct profile p;

	assert_int_equal(read_text(&p, "x.heap", jemalloc_dump), 0);
	assert_string_equal(frame_of(&p, 0, 0), "/srv/a b/prog+1080");
	assert_string_equal(frame_of(&p, 0, 1), "/lib/gone.so (deleted)+2010");
	assert_string_equal(frame_of(&p, 0, 2), "/srv/a b/prog+2000");
	assert_string_equal(frame_of(&p, 2, 0), "[no stack]+0");
	assert_string_equal(
		strtab_get(&p.strings, p.processes[0].id), "x.heap");
	profile_release(&p);
}

static void
without_prof_accum_there_is_no_alloc(void **state)
{
	struct profile p;

	assert_int_equal(read_text(&p, "jeprof.1.0.f.heap",
				 "heap_v2/1\n  t*: 1: 8 [0: 0]\n@ 0x1\n"
				 "  t*: 1: 8 [0: 0]\n\nMAPPED_LIBRARIES:\n"),
		0);
	assert_false(p.processes[0].has[ALLOC_SPACE]);
	assert_true(p.processes[0].has[INUSE_OBJECTS]);
	assert_int_equal(p.processes[0].state, PROCESS_ENDED);
	profile_release(&p);
}

static void
at_n_1_our_t_lines_are_what_they_are(void **state)
{
	struct profile p;

	assert_int_equal(read_text(&p, "x",
				 "heap_v2/1\n# heapflame 1\n@ 0x1\n"
				 "  t*: 3: 3 [5: 5]\n# end\n"),
		0);
	assert_true(p.rows[0].v[INUSE_SPACE].sum == 3);
	assert_true(p.rows[0].v[ALLOC_OBJECTS].sum == 5);
	assert_true(p.rows[0].v[ALLOC_OBJECTS].var == 0);
	profile_release(&p);
}

static void
heads_tell_dumps_of_one_process_apart(void **state)
{
	char *folder = new_folder();
	char path[256];
	struct head a, b, c;

	write_file(folder, "any.heap", own_dump, sizeof own_dump - 1);
	write_file(folder, "je.5.10.i10.heap", jemalloc_dump,
		sizeof jemalloc_dump - 1);
	write_file(folder, "je.5.9.i9.heap", jemalloc_dump,
		sizeof jemalloc_dump - 1);
	snprintf(path, sizeof path, "%s/any.heap", folder);
	assert_int_equal(read_head(&a, path), 0);
	assert_string_equal(a.process,
		"11112222-3333-4444-5555-666677778888/4711-18f0aa11bb2");
	assert_int_equal(a.seq, 7);
	assert_int_equal(a.start_ms, 1700000000000);
	assert_int_equal(a.end_ms, 1700000060000);
	snprintf(path, sizeof path, "%s/je.5.10.i10.heap", folder);
	assert_int_equal(read_head(&b, path), 0);
	snprintf(path, sizeof path, "%s/../%s/je.5.9.i9.heap", folder,
		strrchr(folder, '/') + 1);
	assert_int_equal(read_head(&c, path), 0);
	assert_string_equal(b.process, c.process);
	assert_true(b.seq > c.seq);
	assert_int_equal(b.start_ms, 0);
	assert_true(b.end_ms > 1700000000000);
	head_release(&a);
	head_release(&b);
	head_release(&c);
	remove_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_head_tells_all_of_the_process),
		cmocka_unit_test(
			our_exact_figures_count_and_the_t_lines_do_not),
		cmocka_unit_test(an_address_belongs_to_what_was_there_then),
		cmocka_unit_test(live_samples_find_their_rows),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(jemalloc_figures_are_scaled_as_jeprof_does),
		cmocka_unit_test(
			jemalloc_addresses_are_found_in_the_list_at_the_end),
		cmocka_unit_test(without_prof_accum_there_is_no_alloc),
		cmocka_unit_test(at_n_1_our_t_lines_are_what_they_are),
		cmocka_unit_test(heads_tell_dumps_of_one_process_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
