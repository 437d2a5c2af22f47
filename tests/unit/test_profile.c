/* SPDX-License-Identifier: Apache-2.0 */
/* Equal things are one, sums are sums, and adding profiles renumbers all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"

static void
metrics_have_their_names(void **state)
{
	for (int m = 0; m < FOREIGN; m++)
		assert_int_equal(metric_parse(metric_names[m]), m);
	assert_int_equal(metric_parse("inuse"), -1);
	assert_true(metric_is_space(PEAK_SPACE));
	assert_false(metric_is_space(PEAK_OBJECTS));
	assert_string_equal(metric_names[TEMP_OBJECTS], "temp_objects");
}

static void
equal_things_are_one(void **state)
{
	struct profile p;
	uint32_t a, b, locations[2], stack;
	struct function f = { .file = NONE, .named = true };

	profile_init(&p);
	a = profile_module(&p, "/x", NULL);
	b = profile_module(&p, "/x", "aa");
	assert_int_not_equal(a, b);
	assert_int_equal(profile_module(&p, "/x", "aa"), b);
	assert_int_equal(p.modules[a].build_id, NONE);
	assert_int_equal(p.modules[b].why, NONE);
	locations[0] = profile_location(&p, a, 5);
	locations[1] = profile_location(&p, b, 5);
	assert_int_not_equal(locations[0], locations[1]);
	assert_int_equal(profile_location(&p, a, 5), locations[0]);
	stack = profile_stack(&p, locations, 2, false);
	assert_int_equal(profile_stack(&p, locations, 2, false), stack);
	assert_int_not_equal(profile_stack(&p, locations, 1, false), stack);
	assert_int_not_equal(profile_stack(&p, locations, 2, true), stack);
	assert_int_equal(p.stack_location_count, 5);
	f.name = strtab_add(&p.strings, "f");
	assert_int_equal(profile_function(&p, f), 0);
	f.inlined = true;
	assert_int_equal(profile_function(&p, f), 1);
	assert_int_equal(profile_frame(&p, (struct frame){ 1, 7 }), 0);
	assert_int_equal(profile_frame(&p, (struct frame){ 1, 8 }), 1);
	assert_int_equal(profile_frame(&p, (struct frame){ 1, 7 }), 0);
	profile_release(&p);
	assert_null(p.modules);
}

/* What a file without addresses says of a place. */
static uint32_t
named(struct profile *p, const char *name)
{
	struct function f = { .name = strtab_add(&p->strings, name),
		.file = NONE,
		.module = NONE,
		.named = true };
	uint32_t frame =
		profile_frame(p, (struct frame){ profile_function(p, f), 0 });

	return profile_location_named(p, NONE, 0, &frame, 1);
}

static void
names_are_places_of_their_own(void **state)
{
	struct profile p, q;
	uint32_t a, b, plain;

	profile_init(&p);
	a = named(&p, "a");
	b = named(&p, "b");
	plain = profile_location(&p, NONE, 0);
	assert_int_not_equal(a, b);
	assert_int_not_equal(a, plain);
	assert_int_equal(named(&p, "a"), a);
	assert_int_equal(p.location_frame_count, 2);
	profile_init(&q);
	named(&q, "b");
	profile_add(&q, &p);
	assert_int_equal(q.location_count, 3);
	assert_int_equal(q.location_frame_count, 2);
	assert_int_equal(q.locations[1].depth, 1);
	assert_true(q.locations[1].named);
	assert_int_equal(q.locations[2].depth, 0);
	profile_release(&p);
	profile_release(&q);
}

/* A process with one row, worth that much of the file's own metric. */
static void
foreign(struct profile *p, const char *metric, const char *unit, double value)
{
	uint32_t at = named(p, "f"), stack = profile_stack(p, &at, 1, false);
	int m = profile_foreign_metric(p, metric, unit);
	struct process process = { .exe = NONE };

	assert_in_range(m, FOREIGN, METRICS - 1);
	process.has[m] = true;
	profile_row(p, stack, profile_process(p, process), NONE, NONE, NONE)
		->v[m]
		.sum = value;
	p->usual_metric = m;
}

static void
metrics_of_files_keep_their_names(void **state)
{
	struct profile p, q;

	profile_init(&p);
	profile_init(&q);
	foreign(&p, "cpu", "nanoseconds", 3e9);
	foreign(&q, "samples", "count", 7);
	assert_int_equal(
		profile_foreign_metric(&q, "cpu", "bytes"), FOREIGN + 1);
	profile_add(&q, &p);
	assert_int_equal(q.foreign_count, 3);
	assert_int_equal(q.usual_metric, FOREIGN);
	assert_string_equal(profile_metric_name(&q, FOREIGN + 2), "cpu");
	assert_int_equal(
		profile_metric_unit(&q, FOREIGN + 2), UNIT_NANOSECONDS);
	assert_int_equal(profile_metric_unit(&q, FOREIGN + 1), UNIT_BYTES);
	assert_int_equal(profile_metric_unit(&q, FOREIGN), UNIT_OTHER);
	assert_true(q.rows[1].v[FOREIGN + 2].sum == 3e9);
	assert_true(q.rows[1].v[FOREIGN].sum == 0);
	assert_true(q.processes[1].has[FOREIGN + 2]);
	assert_false(q.processes[1].has[FOREIGN]);
	profile_foreign_metric(&q, "fourth", "x");
	assert_int_equal(profile_foreign_metric(&q, "fifth", "x"), -1);
	profile_release(&p);
	profile_release(&q);
}

/* One process, one stack of `depth` times the same module, given figures. */
static void
fill(struct profile *p, const char *path, uint64_t offset, double bytes)
{
	uint32_t location, stack, process;
	struct row *row;
	struct process about = { .exe = strtab_add(&p->strings, path),
		.id = NONE,
		.boot = NONE,
		.parent = NONE,
		.ancestors = NONE,
		.source = NONE,
		.pid = 42,
		.losses = 1,
		.samples_live = 1 };

	strtab_add(&p->strings, "so that the ids differ");
	about.first_loss = p->loss_count;
	about.first_sample = p->live_count;
	profile_loss(p, path, 3);
	about.first_phase = profile_phase(
		p, (struct phase){ .name = about.exe, .end_ns = PHASE_OPEN });
	about.phases = about.moments = 1;
	about.first_moment = p->moment_count;
	profile_moment(p, (struct moment){ .live = (uint64_t)bytes });
	about.allocator.asked = true;
	about.allocator.name = about.exe;
	process = profile_process(p, about);
	location = profile_location(p, profile_module(p, path, "ab"), offset);
	stack = profile_stack(p, &location, 1, true);
	row = profile_row(p, stack, process, NONE, NONE, about.first_phase);
	row->v[INUSE_SPACE] = (struct value){ bytes, 2 };
	row->phase_peak_space = row->phase_end_space = row->v[INUSE_SPACE];
	row->samples = 1;
	row->size_min = row->size_max = (uint64_t)bytes;
	p->live = realloc(p->live, sizeof *p->live);
	p->live[p->live_count++] = (struct live_sample){ .id = 9, .row = 0 };
}

static void
added_profiles_keep_their_processes_apart(void **state)
{
	struct profile a, b, sum;
	const struct row *row;

	profile_init(&a);
	profile_init(&b);
	profile_init(&sum);
	fill(&a, "/a", 1, 100);
	fill(&b, "/b", 2, 200);
	profile_add(&sum, &a);
	profile_add(&sum, &b);
	profile_add(&sum, &a);
	assert_int_equal(sum.process_count, 3);
	assert_int_equal(sum.row_count, 3);
	assert_int_equal(sum.stack_count, 2);
	assert_int_equal(sum.module_count, 2);
	assert_int_equal(sum.live_count, 3);
	assert_int_equal(sum.loss_count, 3);
	assert_int_equal(sum.processes[1].first_loss, 1);
	assert_int_equal(sum.processes[2].first_sample, 2);
	assert_int_equal(sum.live[1].row, 1);
	assert_int_equal(sum.processes[1].first_phase, 1);
	assert_string_equal(strtab_get(&sum.strings, sum.phases[1].name), "/b");
	assert_int_equal(sum.processes[1].first_moment, 1);
	assert_int_equal(sum.history[1].live, 200);
	assert_string_equal(
		strtab_get(&sum.strings, sum.processes[1].allocator.name),
		"/b");
	assert_int_equal(sum.rows[1].phase, 1);
	assert_true(sum.rows[1].phase_peak_space.sum == 200);
	assert_true(sum.rows[1].phase_end_space.var == 2);
	row = &sum.rows[1];
	assert_int_equal(row->process, 1);
	assert_true(row->v[INUSE_SPACE].sum == 200);
	assert_true(sum.stacks[row->stack].truncated);
	assert_string_equal(
		strtab_get(&sum.strings, sum.processes[1].exe), "/b");
	assert_string_equal(
		strtab_get(&sum.strings, sum.losses[1].cause), "/b");
	profile_release(&a);
	profile_release(&b);
	profile_release(&sum);
}

static void
rows_add_up(void **state)
{
	struct row a = { 0 }, b = { 0 };

	b.v[ALLOC_SPACE] = (struct value){ 10, 1 };
	b.samples = 2;
	b.size_min = 8;
	b.size_max = 16;
	b.first_ns = 100;
	b.last_ns = 200;
	row_add(&a, &b);
	assert_int_equal(a.size_min, 8);
	assert_int_equal(a.first_ns, 100);
	b.size_min = 4;
	b.first_ns = 50;
	b.last_ns = 60;
	row_add(&a, &b);
	assert_true(a.v[ALLOC_SPACE].sum == 20);
	assert_true(a.v[ALLOC_SPACE].var == 2);
	assert_int_equal(a.samples, 4);
	assert_int_equal(a.size_min, 4);
	assert_int_equal(a.size_max, 16);
	assert_int_equal(a.first_ns, 50);
	assert_int_equal(a.last_ns, 200);
}

static void
symbols_survive_adding(void **state)
{
	struct profile a, sum;
	struct function f = { .file = NONE, .named = true };
	const struct location *l;

	profile_init(&a);
	profile_init(&sum);
	fill(&a, "/a", 1, 100);
	f.name = strtab_add(&a.strings, "inner");
	profile_frame(&a, (struct frame){ profile_function(&a, f), 3 });
	f.name = strtab_add(&a.strings, "outer");
	profile_frame(&a, (struct frame){ profile_function(&a, f), 4 });
	a.location_frames = malloc(2 * sizeof *a.location_frames);
	a.location_frames[0] = 0;
	a.location_frames[1] = 1;
	a.location_frame_count = a.locations[0].depth = 2;
	strtab_add(&sum.strings, "first");
	profile_add(&sum, &a);
	profile_add(&sum, &a);
	l = &sum.locations[0];
	assert_int_equal(l->depth, 2);
	assert_int_equal(sum.location_frame_count, 2);
	assert_int_equal(sum.frames[sum.location_frames[l->first + 1]].line, 4);
	assert_string_equal(
		strtab_get(&sum.strings,
			sum.functions[sum.frames[sum.location_frames[l->first]]
					      .function]
				.name),
		"inner");
	profile_release(&a);
	profile_release(&sum);
}

static void
many_rows_are_found_again(void **state)
{
	enum { COUNT = 50000 };
	struct profile p;

	profile_init(&p);
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < COUNT; i++) {
			uint32_t l = profile_location(&p, NONE, i);
			uint32_t s = profile_stack(&p, &l, 1, false);

			assert_int_equal(l, i);
			profile_row(&p, s, 0, NONE, NONE, NONE)->samples++;
		}
	assert_int_equal(p.row_count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(p.rows[i].samples, 2);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_have_their_names),
		cmocka_unit_test(equal_things_are_one),
		cmocka_unit_test(names_are_places_of_their_own),
		cmocka_unit_test(metrics_of_files_keep_their_names),
		cmocka_unit_test(added_profiles_keep_their_processes_apart),
		cmocka_unit_test(rows_add_up),
		cmocka_unit_test(symbols_survive_adding),
		cmocka_unit_test(many_rows_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
