/* SPDX-License-Identifier: Apache-2.0 */
/* Threads, labels, phases, short-lived memory and RSS, as the reader sees them.
 */
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
#include "stderr.h"

static int
read_text(struct profile *p, const char *text)
{
	struct input in = input_of("x", text, strlen(text));

	profile_init(p);
	return reader_heapv2.read(p, &in);
}

static const char *
text_of(const struct profile *p, uint32_t id)
{
	return id == NONE ? "(none)" : strtab_get(&p->strings, id);
}

static void
memory_and_its_trend_are_taken(void **state)
{
	struct profile p;
	const struct process *it;

	assert_int_equal(read_text(&p, phased_dump), 0);
	it = &p.processes[0];
	assert_int_equal(it->rss, 1000000);
	assert_int_equal(it->rss_anonymous, 900000);
	assert_int_equal(it->rss_file, 90000);
	assert_int_equal(it->rss_shared, 10000);
	assert_int_equal(it->rss_peak, 2000000);
	assert_int_equal(it->rss_stacks, 70000);
	assert_int_equal(it->own, 12345);
	assert_int_equal(it->temp_ms, 10);
	assert_true(it->allocator.asked);
	assert_string_equal(text_of(&p, it->allocator.name), "jemalloc");
	assert_int_equal(it->allocator.allocated, 8000);
	assert_int_equal(it->allocator.active, 9000);
	assert_int_equal(it->allocator.resident, 12000);
	assert_int_equal(it->allocator.retained, 40000);
	assert_true(it->allocator.free == SIZE_UNKNOWN);
	assert_int_equal(it->allocator.mapped, 500);
	assert_int_equal(it->moments, 2);
	assert_int_equal(p.history[it->first_moment + 1].ns, 2000000000);
	assert_int_equal(p.history[it->first_moment + 1].live, 5001);
	assert_int_equal(p.history[it->first_moment + 1].allocated, 6001);
	assert_int_equal(p.history[it->first_moment + 1].rss, 700001);
	profile_release(&p);
}

static void
a_row_knows_its_thread_label_and_phase(void **state)
{
	struct profile p;
	const struct row *r;

	assert_int_equal(read_text(&p, phased_dump), 0);
	assert_int_equal(p.row_count, 4);
	r = &p.rows[0];
	assert_string_equal(text_of(&p, r->thread), "main thread");
	assert_int_equal(r->label, NONE);
	assert_int_equal(r->phase, NONE);
	r = &p.rows[1];
	assert_string_equal(text_of(&p, r->thread), "worker");
	assert_string_equal(text_of(&p, r->label), "tenant=a");
	assert_string_equal(text_of(&p, p.phases[r->phase].name), "load");
	r = &p.rows[2];
	assert_string_equal(
		text_of(&p, p.phases[r->phase].name), "..//serve\n");
	/* Numbers that no name has. */
	assert_int_equal(p.rows[3].thread, NONE);
	assert_int_equal(p.rows[3].label, NONE);
	assert_int_not_equal(p.rows[3].phase, p.rows[1].phase);
	profile_release(&p);
}

static void
a_phase_ends_with_what_lived_then(void **state)
{
	struct profile p;
	const struct row *r;

	assert_int_equal(read_text(&p, phased_dump), 0);
	assert_int_equal(p.processes[0].phases, 3);
	assert_int_equal(p.phases[0].start_ns, 1000);
	assert_int_equal(p.phases[0].end_ns, 2000);
	assert_int_equal(p.phases[0].peak_ns, 1500);
	assert_true(p.phases[2].end_ns == PHASE_OPEN);
	r = &p.rows[1];
	assert_int_equal(r->samples_phase_end, 3);
	assert_true(r->phase_end_space.sum == 300);
	assert_true(r->phase_end_space.var == 6);
	assert_true(r->phase_end_objects.sum == 3);
	assert_true(r->phase_end_objects.var == 7);
	assert_true(r->phase_peak_space.sum == 400);
	assert_true(r->phase_peak_space.var == 9);
	assert_true(r->phase_peak_objects.sum == 4);
	/* Of a phase that is over no key means nothing. */
	assert_true(p.rows[2].phase_end_space.sum == 0);
	/* One that goes on ends now. */
	r = &p.rows[3];
	assert_int_equal(r->samples_phase_end, 3);
	assert_true(r->phase_end_space.sum == 5000);
	assert_true(r->phase_end_space.var == 2);
	assert_true(r->phase_end_objects.sum == 3);
	assert_true(r->phase_end_objects.var == 1);
	profile_release(&p);
}

static void
short_lived_memory_has_its_own_error(void **state)
{
	struct profile p;
	const struct row *r;

	assert_int_equal(read_text(&p, phased_dump), 0);
	r = &p.rows[1];
	assert_true(r->v[TEMP_SPACE].sum == 200);
	assert_true(r->v[TEMP_SPACE].var == 25);
	assert_true(r->v[TEMP_OBJECTS].sum == 2);
	assert_true(r->v[TEMP_OBJECTS].var == 16);
	profile_release(&p);
}

static void
misspelt_values_are_refused(void **state)
{
	static const char *const bad[] = {
		"# phase 0 1 2 3 x",
		"# phase 65536 1 2 3 x",
		"# phase 1 1 2 3",
		"# phase 1 1 + 3 x",
		"# name t 0 x",
		"# name l 99999999999 x",
		"# name t 1",
		"# temp soon",
		"# history 1 2 3",
		"# allocator glibc 1 2 3 4 5",
		"# allocator glibc 1 2 3 4 5 9999999999999999999",
		"# rss 1 2 3 4",
		"# rss 1 2 3 4 5 9999999999999999999",
		"# own 9999999999999999999",
		"@ 0x1\n# s 1 m=1,2,3",
		"@ 0x1\n# s 1 d=1,2",
		"@ 0x1\n# s 1 h=-1",
	};
	char text[256];
	struct profile p;
	struct said said;
	int status;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text,
			"heap_v2/1\n# heapflame 1\n%s\n# end\n", bad[i]);
		said_begin(&said);
		status = read_text(&p, text);
		if (status == 0 || strstr(said_end(&said), "bad ") == NULL)
			fail_msg("taken: %s", bad[i]);
		profile_release(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_and_its_trend_are_taken),
		cmocka_unit_test(a_row_knows_its_thread_label_and_phase),
		cmocka_unit_test(a_phase_ends_with_what_lived_then),
		cmocka_unit_test(short_lived_memory_has_its_own_error),
		cmocka_unit_test(misspelt_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
