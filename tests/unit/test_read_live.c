/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live states made by hand: what a whole one says, and what is made of those
 * that were cut off, damaged, caught in the midst of a change or are no states.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "read.h"
#include "states.h"
#include "stderr.h"

static struct input
input_of_state(const struct state_made *s, size_t length)
{
	return (struct input){ "no such file.live", s->bytes, length };
}

/* 0 or -1, and what was said. */
static int
read_state(struct profile *p, struct said *said, const struct state_made *s,
	size_t length)
{
	struct input in = input_of_state(s, length);
	int status = -1;

	profile_init(p);
	said_begin(said);
	if (reader_live.recognises(&in))
		status = reader_live.read(p, &in);
	said_end(said);
	return status;
}

static void
a_whole_state_is_read(void **state)
{
	struct state_made *s = state_example();
	struct profile p;
	struct said said;
	const struct process *of;
	const struct row *r;

	s->header.allocator.ns = 5000000000;
	memcpy(s->header.allocator.name, "glibc", 6);
	s->header.allocator.free_bytes = 77;
	assert_int_equal(read_state(&p, &said, s, state_used(s)), 0);
	assert_string_equal(said.text, "");
	of = &p.processes[0];
	assert_string_equal(
		strtab_get(&p.strings, of->exe), "/opt/my app/server");
	assert_string_equal(strtab_get(&p.strings, of->id), "4711-18bcfe56800");
	assert_int_equal(of->parent, NONE);
	assert_int_equal(of->pid, 4711);
	assert_int_equal(of->state, PROCESS_KILLED);
	assert_int_equal(of->start_ms, 1700000000000);
	assert_int_equal(of->end_ms, 1700000009000);
	assert_int_equal(of->samples, 30);
	assert_int_equal(of->interval_max, 1);
	assert_int_equal(of->rss_anonymous, 900000);
	assert_int_equal(of->temp_ms, 10);
	assert_true(of->allocator.asked);
	assert_int_equal(of->allocator.ns, 5000000000);
	assert_int_equal(of->allocator.free, 77);
	assert_int_equal(of->losses, 1);
	assert_int_equal(p.losses[of->first_loss].count, 12);
	assert_int_equal(of->phases, 2);
	assert_int_equal(p.phases[1].end_ns, PHASE_OPEN);
	for (int m = 0; m < FOREIGN; m++)
		assert_true(of->has[m]);

	assert_int_equal(p.row_count, 3);
	r = &p.rows[0];
	assert_int_equal(p.stacks[r->stack].depth, 2);
	assert_int_equal(r->thread, NONE);
	assert_int_equal(r->phase, NONE);
	assert_true(r->v[ALLOC_SPACE].sum == 1000);
	assert_true(r->v[INUSE_OBJECTS].sum == 4);
	assert_true(r->v[PEAK_SPACE].sum == 400);
	r = &p.rows[1];
	assert_string_equal(strtab_get(&p.strings, r->thread), "worker");
	assert_string_equal(strtab_get(&p.strings, r->label), "tenant=a");
	assert_string_equal(
		strtab_get(&p.strings, p.phases[r->phase].name), "warm up");
	assert_true(r->phase_peak_space.sum == 700);
	assert_true(r->phase_peak_objects.sum == 7);
	assert_true(r->phase_end_space.sum == 600);
	assert_int_equal(r->samples_phase_end, 6);
	assert_true(r->v[TEMP_SPACE].sum == 500);
	r = &p.rows[2];
	assert_true(p.stacks[r->stack].truncated);
	assert_true(r->inherited_space.sum == 50);
	profile_release(&p);
	free(s);
}

/* The module of a row's leaf. */
static const char *
leaf_module(const struct profile *p, uint32_t row)
{
	const struct stack *stack = &p->stacks[p->rows[row].stack];
	uint32_t l = p->stack_locations[stack->first];
	uint32_t m = p->locations[l].module;

	return m == NONE ? "none" : strtab_get(&p->strings, p->modules[m].path);
}

static void
addresses_belong_to_what_was_there(void **state)
{
	struct state_made *s = state_example();
	struct profile p;
	struct said said;

	assert_int_equal(read_state(&p, &said, s, state_used(s)), 0);
	assert_string_equal(leaf_module(&p, 0), "/opt/my app/server");
	assert_string_equal(leaf_module(&p, 1), "/usr/lib/old.so");
	assert_string_equal(leaf_module(&p, 2), "none"); /* it was unloaded */
	assert_int_equal(p.locations[0].offset, 0x410);
	assert_string_equal(
		strtab_get(&p.strings, p.modules[0].build_id), "abcd");
	profile_release(&p);
	free(s);
}

static void
a_cut_anywhere_is_said_and_what_is_before_is_right(void **state)
{
	struct state_made *s = state_example();
	uint32_t most = 0;

	for (size_t n = 8; n < state_used(s); n += n < 4096 ? 8 : 16) {
		struct profile p;
		struct said said;
		int status = read_state(&p, &said, s, n);

		assert_int_equal(said_lines(&said), 1);
		assert_non_null(strstr(said.text, "cut off"));
		if (n >= 8192)
			assert_int_equal(status, 0);
		for (uint32_t i = 0; i < p.row_count; i++)
			assert_true(p.rows[i].v[ALLOC_SPACE].sum == 1000);
		/* The longer, the more; nothing is lost behind. */
		assert_true(p.row_count >= most);
		if (status == 0)
			most = p.row_count;
		profile_release(&p);
	}
	assert_int_equal(most, 2);
	free(s);
}

/* perf names the program first, and ours begins like a state. */
static void
text_of_our_own_name_is_no_state(void **state)
{
	static const char text[] = "heapflame 23429 8127.610668: 1 cpu-clock:";
	const struct input in = { "x", (const unsigned char *)text,
		sizeof text - 1 };

	assert_false(reader_live.recognises(&in));
}

static void
another_version_is_one_clear_line(void **state)
{
	struct state_made *s = state_example();
	struct profile p;
	struct said said;

	s->header.control.version = HFS_VERSION + 1;
	assert_int_equal(read_state(&p, &said, s, state_used(s)), -1);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, "live state of version 2"));
	profile_release(&p);
	free(s);
}

/* Figures as a reader may find them while threads change them. */
static void
figures_under_way_are_held_to_their_bounds(void **state)
{
	struct state_made *s = state_new();
	struct hfs_stack *k = state_stack(s, 0x1010, 0);
	const double nan_value = NAN, infinite = INFINITY;
	struct profile p;
	struct said said;
	const struct row *r;

	s->header.intervals[0].bytes = 4096; /* so that the peak is not held */
	state_sum(&k->live, 11, 1100); /* more than was allocated */
	k->temp_bytes = 2000 * 256;
	k->temp_objects = (uint64_t)-65536;
	memcpy((void *)&k->alloc.var_bytes, &nan_value, sizeof nan_value);
	memcpy((void *)&k->peak_var, &infinite, sizeof infinite);
	k->peak_bytes = -256;
	k->size_min = UINT64_MAX;
	k->inherited_samples = (uint64_t)-1;
	k->inherited_bytes = (uint64_t)-256;
	assert_int_equal(read_state(&p, &said, s, state_used(s)), 0);
	r = &p.rows[0];
	assert_true(r->v[INUSE_SPACE].sum == 1000);
	assert_true(r->v[INUSE_OBJECTS].sum == 10);
	assert_int_equal(r->samples_live, 10);
	assert_true(r->v[TEMP_SPACE].sum == 1000);
	assert_true(r->v[TEMP_OBJECTS].sum == 0);
	assert_true(r->v[ALLOC_SPACE].var == 0);
	assert_true(r->v[PEAK_SPACE].sum == 0);
	assert_true(r->v[PEAK_SPACE].var == 0);
	assert_true(r->inherited_space.sum == 0);
	assert_true(r->size_min <= r->size_max);
	profile_release(&p);
	free(s);
}

/* Whatever is in it: figures within bounds, and an end. */
static void
check_rows(const struct profile *p)
{
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];

		for (int m = 0; m < FOREIGN; m++) {
			assert_true(isfinite(r->v[m].sum));
			assert_true(isfinite(r->v[m].var));
			assert_true(r->v[m].sum >= 0 && r->v[m].var >= 0);
		}
		assert_true(r->v[INUSE_SPACE].sum <= r->v[ALLOC_SPACE].sum);
		assert_true(r->v[TEMP_OBJECTS].sum <= r->v[ALLOC_OBJECTS].sum);
	}
}

static void
any_damage_is_survived(void **state)
{
	static const unsigned char with[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct state_made *s = state_example();
	size_t used = state_used(s);

	for (size_t i = 0; i < used; i++) {
		unsigned char was = s->bytes[i];

		/* Of the long lists in the header a byte in 61. */
		if (i > 8192 && i < sizeof s->header && i % 61 != 0)
			continue;
		for (size_t k = 0; k < sizeof with; k++) {
			struct profile p;
			struct said said;

			s->bytes[i] = with[k];
			if (read_state(&p, &said, s, used) == 0)
				check_rows(&p);
			profile_release(&p);
		}
		s->bytes[i] = was;
	}
	free(s);
}

static void
garbage_behind_the_header_is_survived(void **state)
{
	uint64_t random = 42;

	for (int round = 0; round < 200; round++) {
		struct state_made *s = state_example();
		uint32_t *words = (uint32_t *)s->bytes;
		size_t first = sizeof s->header / 4, n = STATE_SIZE / 4;
		struct profile p;
		struct said said;

		s->header.used = STATE_SIZE >> HFS_UNIT_SHIFT;
		for (size_t i = first; i < n; i++) {
			random = random * 6364136223846793005u + 1;
			/* Marks among it, so that records are taken. */
			words[i] = random >> 60 == 0   ? HFS_MARK_STACK
				   : random >> 60 == 1 ? HFS_MARK_MODULE
				   : random >> 60 == 2 ? HFS_MARK_NAME
				   : random >> 60 < 9
					   ? (uint32_t)(random >> 55)
					   : (uint32_t)(random >> 32);
		}
		for (int i = 0; i < HFS_PHASES; i++)
			s->header.phases[i] = (hfs_ref)(random >> (i % 40));
		s->header.phase_count = UINT32_MAX;
		s->header.history_count = UINT32_MAX;
		s->header.interval_count = UINT32_MAX;
		if (read_state(&p, &said, s, STATE_SIZE) == 0)
			check_rows(&p);
		profile_release(&p);
		free(s);
	}
}

/* As a file that is as sparse as can be and claims to be full. */
static void
a_sparse_file_takes_no_memory(void **state)
{
	struct state_made *s = state_example();
	char *folder = new_folder(), path[512];
	struct rusage before, after;
	struct profile p;
	FILE *f;

	s->header.used = s->header.file_units = 1u << 28;
	snprintf(path, sizeof path, "%s/x.live", folder);
	f = fopen(path, "w");
	assert_int_equal(fwrite(s->bytes, 1, STATE_SIZE, f), STATE_SIZE);
	assert_int_equal(ftruncate(fileno(f), 4LL << 30), 0);
	fclose(f);
	profile_init(&p);
	getrusage(RUSAGE_SELF, &before);
	assert_int_equal(read_file(&p, path), 0);
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 64 << 10);
	assert_int_equal(p.row_count, 3);
	profile_release(&p);
	remove_folder(folder);
	free(s);
}

static void
one_in_the_making_is_named(void **state)
{
	static const char zeros[8192];
	char *folder = new_folder(), path[512];
	struct profile p;
	struct said said;

	write_file(folder, "x.live", zeros, sizeof zeros);
	snprintf(path, sizeof path, "%s/x.live", folder);
	profile_init(&p);
	said_begin(&said);
	assert_int_equal(read_file(&p, path), -1);
	said_end(&said);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, "live state in the making"));
	profile_release(&p);
	remove_folder(folder);
}

static void
the_head_tells_whose_it_is(void **state)
{
	struct state_made *s = state_example();
	struct head h = { 0 };
	struct input in = input_of_state(s, 4096);

	assert_false(reader_live.head(&h, &in));
	head_release(&h);
	in.length = sizeof s->header;
	assert_true(reader_live.head(&h, &in));
	assert_string_equal(h.process, "11112222-3333/4711-18bcfe56800");
	assert_int_equal(h.seq, 3);
	assert_true(h.live);
	head_release(&h);
	s->header.samples = 0; /* then any dump says more */
	assert_true(reader_live.head(&h, &in));
	assert_int_equal(h.seq, 0);
	head_release(&h);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_state_is_read),
		cmocka_unit_test(addresses_belong_to_what_was_there),
		cmocka_unit_test(
			a_cut_anywhere_is_said_and_what_is_before_is_right),
		cmocka_unit_test(text_of_our_own_name_is_no_state),
		cmocka_unit_test(another_version_is_one_clear_line),
		cmocka_unit_test(figures_under_way_are_held_to_their_bounds),
		cmocka_unit_test(any_damage_is_survived),
		cmocka_unit_test(garbage_behind_the_header_is_survived),
		cmocka_unit_test(a_sparse_file_takes_no_memory),
		cmocka_unit_test(one_in_the_making_is_named),
		cmocka_unit_test(the_head_tells_whose_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
