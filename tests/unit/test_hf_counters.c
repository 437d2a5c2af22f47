/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums and the peak. The model of the peak is the plain one: whenever the
 * whole is higher than ever, all the stacks' values are copied. In one thread
 * both must agree in every bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "hf_shared.h"
#include "solve.h"

#define STACKS 50

static struct hf_region *region;
static struct hfs_stack *stacks[STACKS];

/* A size as programs ask for them: small mostly, seldom large, 0 too. */
static uint64_t
some_size(uint64_t *random)
{
	return hf_sampler_random(random) >> (44 + hf_shared_below(random, 20));
}

/* What the half of the samples that is read holds, a stack. */
struct values {
	int64_t bytes, objects; /* fixed point */
	double var_bytes;
};

struct model {
	struct values now[STACKS], peak[STACKS];
	int64_t chooser, max;
	double gross; /* all variance that was ever added */
};

static void
model_change(struct model *m, uint32_t i, const struct hf_event *e, int sign)
{
	struct values *v = &m->now[i];

	if (e->reader) {
		v->bytes += sign * (int64_t)e->half.bytes;
		v->objects += sign * (int64_t)e->half.objects;
		v->var_bytes += sign * e->half.var_bytes;
		m->gross += e->half.var_bytes;
	}
	if (e->chooser)
		m->chooser += sign * (int64_t)e->half.bytes;
	if (m->chooser <= m->max)
		return;
	m->max = m->chooser;
	memcpy(m->peak, m->now, sizeof m->now);
}

static void
check_model(const struct model *m)
{
	assert_int_equal(region->header->chooser.now_and_max[1], m->max);
	for (int i = 0; i < STACKS; i++) {
		struct hf_peak p = hf_counters_peak(&region->header->chooser,
			stacks[i], &(stacks[i])->at_peak);

		assert_int_equal(p.bytes, m->peak[i].bytes);
		assert_int_equal(p.objects, m->peak[i].objects);
		assert_near(
			p.var_bytes, m->peak[i].var_bytes, m->gross * 1e-12);
	}
}

#define BLOCKS 3000

/* Waves: the share of blocks that are alive goes up and down. */
static void
random_life(uint64_t seed, uint64_t interval, int steps)
{
	static struct hf_event events[BLOCKS];
	static bool live[BLOCKS];
	struct model m = { 0 };
	uint64_t random = seed;

	memset(live, 0, sizeof live);
	for (int step = 0; step < steps; step++) {
		uint32_t k = hf_shared_below(&random, BLOCKS);
		bool up = hf_shared_uniform(&random) <
			  0.5 + 0.4 * sin(step / 900.0);
		struct hfs_stack *s = stacks[k % STACKS];

		if (live[k] == up)
			continue;
		live[k] = up;
		if (up) {
			events[k] = hf_shared_event(
				some_size(&random), interval, &random);
			hf_counters_alloc(
				region, s, &events[k], (uint64_t)step, false);
		} else {
			hf_counters_free(
				region, s, &events[k], (uint64_t)step, 1);
		}
		model_change(&m, k % STACKS, &events[k], up ? 1 : -1);
		if (step % 5000 == 0)
			check_model(&m);
	}
	check_model(&m);
	assert_true(m.max > m.chooser); /* the peak is long past */
}

static void
the_peak_of_one_thread_is_exact(void **state)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		region = hf_shared_stacks(stacks, STACKS);
		random_life(seed, 1, 40000);
	}
}

static void
the_peak_of_sampled_blocks_is_read_from_the_other_half(void **state)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		region = hf_shared_stacks(stacks, STACKS);
		random_life(seed, 4096, 40000);
	}
}

static void
a_stack_of_empty_blocks_has_its_objects_at_the_peak(void **state)
{
	uint64_t random = 1;
	struct hf_event empty = hf_shared_event(0, 1, &random);
	struct hf_event some = hf_shared_event(100, 1, &random);
	struct hf_peak p;

	region = hf_shared_stacks(stacks, STACKS);
	hf_counters_alloc(region, stacks[0], &empty, 1, false);
	hf_counters_alloc(region, stacks[0], &empty, 2, false);
	hf_counters_alloc(region, stacks[1], &some, 3, false);
	hf_counters_free(region, stacks[0], &empty, 4, 1);
	p = hf_counters_peak(
		&region->header->chooser, stacks[0], &(stacks[0])->at_peak);
	assert_int_equal(p.bytes, 0);
	assert_int_equal(p.objects, 2 << HF_OBJECTS_SHIFT);
}

static void
the_moment_of_the_peak_is_the_first_of_that_height(void **state)
{
	uint64_t random = 1;
	struct hf_event e = hf_shared_event(100, 1, &random);

	region = hf_shared_stacks(stacks, STACKS);
	region->header->start_ns = 1000;
	hf_counters_alloc(region, stacks[0], &e, 1010, false);
	hf_counters_alloc(region, stacks[0], &e, 1020, false);
	hf_counters_free(region, stacks[0], &e, 1030, 20);
	hf_counters_alloc(region, stacks[1], &e, 1040, false);
	assert_int_equal(region->header->chooser.peak_ns, 20);
	assert_int_equal(hf_counters_peak(&region->header->chooser, stacks[0],
				 &(stacks[0])->at_peak)
				 .bytes,
		200 << HF_BYTES_SHIFT);
	assert_int_equal(hf_counters_peak(&region->header->chooser, stacks[1],
				 &(stacks[1])->at_peak)
				 .bytes,
		0);
}

/*
 * A thread may be held up between its look at the highest value and its own
 * change; what others have noted of a higher one since must stand. Such a
 * thread is played here: the whole still shows the value that it saw.
 */
static void
a_thread_that_was_held_up_undoes_no_later_note(void **state)
{
	uint64_t random = 1;
	struct hf_event small = hf_shared_event(16, 1, &random);
	struct hf_event large = hf_shared_event(1000, 1, &random);
	uint64_t seen, later;

	region = hf_shared_stacks(stacks, STACKS);
	hf_counters_alloc(region, stacks[0], &large, 1, false);
	seen = region->header->chooser.now_and_max[1];
	hf_counters_alloc(region, stacks[0], &large, 2, false);
	later = region->header->chooser.now_and_max[1];
	assert_true(later > seen);
	/* After the peak of 2,000 bytes half of it goes. */
	hf_counters_free(region, stacks[0], &large, 3, 1);
	region->header->chooser.now_and_max[1] = seen;
	hf_counters_live_sub(region, stacks[0], &small, 4);
	region->header->chooser.now_and_max[1] = later;
	hf_counters_live_add(region, stacks[0], &small, 5);
	assert_near((double)hf_counters_peak(&region->header->chooser,
			    stacks[0], &(stacks[0])->at_peak)
			    .bytes,
		2000 << HF_BYTES_SHIFT, 16 << HF_BYTES_SHIFT);
}

static void
assert_sum_is_nothing(const struct hfs_sum *sum, double gross)
{
	assert_int_equal(sum->samples, 0);
	assert_int_equal(sum->bytes, 0);
	assert_int_equal(sum->objects, 0);
	/* Doubles, added and taken away in another order. */
	assert_near(hf_counters_double(&sum->var_bytes), 0, gross * 1e-12);
	assert_near(hf_counters_double(&sum->var_objects), 0, gross * 1e-12);
}

static void
when_all_is_freed_all_that_is_live_is_nothing(void **state)
{
	enum { COUNT = 100000 };
	static struct hf_event events[COUNT];
	struct hf_sums alloc, live;
	uint64_t random = 5;
	double gross;

	region = hf_shared_stacks(stacks, STACKS);
	for (uint32_t i = 0; i < COUNT; i++) {
		events[i] = hf_shared_event(
			some_size(&random), i % 3 ? 4096 : 65536, &random);
		hf_counters_alloc(
			region, stacks[i % STACKS], &events[i], i, i % 2);
	}
	hf_solve_totals(region, &alloc, &live);
	gross = alloc.var_bytes;
	for (uint32_t k = 0; k < COUNT; k++) {
		uint32_t i = (uint32_t)((uint64_t)k * 7919 % COUNT);

		hf_counters_free(
			region, stacks[i % STACKS], &events[i], COUNT + k, k);
	}
	hf_solve_totals(region, &alloc, &live);
	assert_int_equal(alloc.samples, COUNT);
	assert_int_equal(live.samples, 0);
	assert_int_equal(live.bytes, 0);
	assert_int_equal(live.objects, 0);
	assert_int_equal(region->header->chooser.now_and_max[0], 0);
	for (int i = 0; i < STACKS; i++) {
		const struct hfs_stack *s = stacks[i];

		assert_sum_is_nothing(&s->live, gross);
		assert_int_equal(s->alloc.samples, COUNT / STACKS);
		assert_int_equal(s->freed_samples, COUNT / STACKS);
		assert_int_equal(s->freed_objects, s->alloc.objects);
		assert_int_equal(s->reallocs, i % 2 ? COUNT / STACKS : 0);
		assert_int_equal(s->peak_bytes, 0);
		assert_int_equal(s->peak_objects, 0);
		assert_near(hf_counters_double(&s->peak_var), 0, gross * 1e-12);
	}
}

static void
a_stack_tells_sizes_times_and_short_lives(void **state)
{
	uint64_t random = 1;
	struct hf_event small = hf_shared_event(10, 1, &random);
	struct hf_event large = hf_shared_event(70, 1, &random);
	struct hfs_stack *s;

	region = hf_shared_stacks(stacks, STACKS);
	s = stacks[3];
	hf_options.temp_ms = 10;
	region->header->start_ns = 500;
	hf_counters_alloc(region, s, &small, 600, false);
	hf_counters_alloc(region, s, &large, 900, true);
	hf_counters_free(region, s, &small, 1000, 9999999);
	hf_counters_free(region, s, &large, 1100, 10000000);
	assert_int_equal(s->size_min, 10);
	assert_int_equal(s->size_max, 70);
	assert_int_equal(s->first_ns, 100);
	assert_int_equal(s->last_ns, 400);
	assert_int_equal(s->reallocs, 1);
	assert_int_equal(s->temp_bytes, 10 << HF_BYTES_SHIFT);
	assert_int_equal(s->temp_objects, 1 << HF_OBJECTS_SHIFT);
	assert_near(hf_counters_double(&s->lifetime_ns), 19999999, 0);
}

static void
inherited_blocks_stand_apart(void **state)
{
	struct hf_weight w =
		hf_sampler_weight(5000, hf_sampler_probability(5000, 4096));
	struct hfs_stack *s;

	region = hf_shared_stacks(stacks, STACKS);
	s = stacks[0];
	hf_counters_inherit(s, &w);
	assert_int_equal(s->inherited_samples, 1);
	assert_int_equal(s->inherited_bytes, w.bytes);
	assert_int_equal(s->inherited_objects, w.objects);
	assert_int_equal(s->live.samples, 0);
	assert_int_equal(s->live.bytes, 0);
	hf_counters_disinherit(s, &w);
	assert_int_equal(s->inherited_samples, 0);
	assert_int_equal(s->inherited_bytes, 0);
	assert_int_equal(s->inherited_objects, 0);
}

static void
the_halves_are_independent_processes_of_twice_the_distance(void **state)
{
	enum { COUNT = 200000 };
	static const uint64_t sizes[] = { 1, 100, 4096, 20000, 200000 };

	for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
		double p = hf_sampler_probability(sizes[k], 4096);
		double half = hf_sampler_probability(sizes[k], 8192);
		double chosen = half / p, both = half * half / p;
		double choosers = 0, readers = 0, in_both = 0;
		uint64_t random = 9 + k;

		for (int i = 0; i < COUNT; i++) {
			struct hf_event e =
				hf_shared_event(sizes[k], 4096, &random);

			assert_true(e.chooser || e.reader);
			choosers += e.chooser;
			readers += e.reader;
			in_both += e.chooser && e.reader;
		}
		assert_near(choosers / COUNT, chosen,
			4 * sqrt(chosen * (1 - chosen) / COUNT));
		assert_near(readers / COUNT, chosen,
			4 * sqrt(chosen * (1 - chosen) / COUNT));
		assert_near(in_both / COUNT, both,
			4 * sqrt(both * (1 - both) / COUNT));
	}
}

/* Sum over blocks of their weight in the half that is read, at any moment. */
static void
the_half_that_is_read_tells_the_value_without_bias(void **state)
{
	static const uint64_t sizes[] = { 16, 4096, 30000 };
	uint64_t random = 21;

	for (size_t k = 0; k < 3; k++) {
		const int count = 400000;
		double p = hf_sampler_probability(sizes[k], 4096);
		double half = hf_sampler_probability(sizes[k], 8192);
		double truth = count * (double)sizes[k], bytes, error;

		region = hf_shared_stacks(stacks, STACKS);
		for (int i = 0; i < count; i++) {
			struct hf_event e;

			if (hf_shared_uniform(&random) >= p)
				continue;
			e = hf_shared_event(sizes[k], 4096, &random);
			hf_counters_live_add(region, stacks[0], &e, 1);
		}
		bytes = (double)stacks[0]->peak_bytes / (1 << HF_BYTES_SHIFT);
		error = (double)sizes[k] * sqrt(count * (1 - half) / half);
		assert_near(bytes, truth, 4 * error);
		assert_near(sqrt(hf_counters_double(&stacks[0]->peak_var)),
			error, error * 0.1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_peak_of_one_thread_is_exact),
		cmocka_unit_test(
			the_peak_of_sampled_blocks_is_read_from_the_other_half),
		cmocka_unit_test(
			a_stack_of_empty_blocks_has_its_objects_at_the_peak),
		cmocka_unit_test(
			the_moment_of_the_peak_is_the_first_of_that_height),
		cmocka_unit_test(
			a_thread_that_was_held_up_undoes_no_later_note),
		cmocka_unit_test(when_all_is_freed_all_that_is_live_is_nothing),
		cmocka_unit_test(a_stack_tells_sizes_times_and_short_lives),
		cmocka_unit_test(inherited_blocks_stand_apart),
		cmocka_unit_test(
			the_halves_are_independent_processes_of_twice_the_distance),
		cmocka_unit_test(
			the_half_that_is_read_tells_the_value_without_bias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
