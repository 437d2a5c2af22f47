/* SPDX-License-Identifier: Apache-2.0 */
/* build: -Wl,--no-as-needed -lstdc++ */
/*
 * The arithmetic of sampling against long double and against chance itself.
 * Every simulation has a fixed seed: a bound of four standard errors then
 * holds always or never.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control.h"
#include "counters.h"
#include "hf_shared.h"
#include "profiler.h"
#include "thread.h"

static const uint64_t intervals[] = { 2, 100, 4096, 524288, 1ULL << 30,
	HF_INTERVAL_MAX };
#define INTERVALS (sizeof intervals / sizeof intervals[0])

static void
check_1mexp(double x)
{
	long double wanted = -expm1l(-(long double)x);
	double got = hf_sampler_1mexp(x);

	if (fabsl(got - wanted) > 1e-15L * wanted) {
		print_error("1 - exp(-%.17g): %.17g, wanted %.20Lg\n", x, got,
			wanted);
		fail();
	}
}

static void
one_minus_exp_is_right_to_15_digits_everywhere(void **state)
{
	const double ln2 = 0.693147180559945309417;

	assert_true(hf_sampler_1mexp(0) == 0);
	for (int i = 0; i <= 400000; i++)
		check_1mexp(pow(10, -21 + 24 * i / 400000.0));
	/* Where the number of halvings changes, and where 1 is the answer. */
	for (double k = 0.5; k < 75; k += 0.5)
		for (int ulps = -3; ulps <= 3; ulps++)
			check_1mexp(k * ln2 * (1 + ulps * 0x1p-52));
	for (int ulps = -3; ulps <= 3; ulps++)
		check_1mexp(50 * (1 + ulps * 0x1p-52));
	check_1mexp(1e300);
}

static void
an_interval_of_one_byte_always_draws_zero(void **state)
{
	uint64_t random = 1;

	for (int i = 0; i < 100000; i++)
		assert_int_equal(hf_sampler_draw(&random, 1), 0);
	assert_int_equal(random, 1);
}

/* Of the very random number that a draw takes. */
static void
a_draw_is_a_logarithm_to_14_digits(void **state)
{
	uint64_t random = 8, same = 8;

	for (int i = 0; i < 200000; i++) {
		uint64_t r = hf_sampler_random(&same) >> 11;
		double wanted =
			(double)(-logl((long double)(r + 1) * 0x1p-53L) *
				 HF_INTERVAL_MAX);
		int64_t got = hf_sampler_draw(&random, HF_INTERVAL_MAX);

		assert_near((double)got, wanted, 1 + wanted * 1e-14);
	}
}

#define DRAWS 400000

/* floor of an exponential is geometric: q^d (1 - q), q = exp(-1 / N). */
static void
draws_have_the_mean_and_the_spread_of_an_exponential(void **state)
{
	for (size_t k = 0; k < INTERVALS; k++) {
		uint64_t random = 4711 + k;
		double n = (double)intervals[k], p = -expm1(-1 / n);
		double mean = (1 - p) / p, variance = (1 - p) / (p * p);
		double sum = 0, squares = 0;

		for (int i = 0; i < DRAWS; i++) {
			double d =
				(double)hf_sampler_draw(&random, intervals[k]);

			assert_true(d >= 0 && d < 38 * n);
			sum += d;
			squares += (d - mean) * (d - mean);
		}
		assert_near(sum / DRAWS, mean, 4 * sqrt(variance / DRAWS));
		/* The fourth moment is 9 variance^2, at N = 2 still below 10 */
		assert_near(squares / DRAWS, variance,
			4 * variance * sqrt(9.0 / DRAWS));
	}
}

#define BINS 200

/* Whole numbers that part the distribution in up to BINS even pieces. */
static size_t
make_edges(double n, double edges[BINS + 1])
{
	size_t count = 1;

	edges[0] = 0;
	for (int i = 1; i < BINS; i++) {
		double e = floor(-n * log1p(-(double)i / BINS));

		if (e > edges[count - 1])
			edges[count++] = e;
	}
	edges[count] = INFINITY;
	return count;
}

static void
draws_fall_as_an_exponential_says(void **state)
{
	for (size_t k = 0; k < INTERVALS; k++) {
		double n = (double)intervals[k], edges[BINS + 1], chi2 = 0;
		size_t bins = make_edges(n, edges);
		uint32_t hits[BINS] = { 0 };
		uint64_t random = 42 + k;

		for (int i = 0; i < DRAWS; i++) {
			double d =
				(double)hf_sampler_draw(&random, intervals[k]);
			size_t low = 0, high = bins;

			while (high - low > 1) {
				size_t middle = (low + high) / 2;

				if (d >= edges[middle])
					low = middle;
				else
					high = middle;
			}
			hits[low]++;
		}
		for (size_t i = 0; i < bins; i++) {
			double wanted = DRAWS * (exp(-edges[i] / n) -
							exp(-edges[i + 1] / n));

			chi2 += (hits[i] - wanted) * (hits[i] - wanted) /
				wanted;
		}
		assert_true(bins > 1);
		assert_near(chi2, (double)bins - 1,
			4 * sqrt(2 * (double)(bins - 1)));
	}
}

static const uint64_t sizes[] = { 0, 1, 16, 64, 4096, 1 << 20, 100 << 20 };
#define SIZES (sizeof sizes / sizeof sizes[0])

static struct hf_weight
weight(uint64_t size, uint64_t interval)
{
	return hf_sampler_weight(size, hf_sampler_probability(size, interval));
}

static void
weights_are_what_the_formulas_say(void **state)
{
	for (size_t k = 0; k < INTERVALS; k++)
		for (size_t i = 0; i < SIZES; i++) {
			long double size = sizes[i], n = intervals[k];
			long double p = -expm1l(-(size + 1) / n);
			long double q = expl(-(size + 1) / n);
			struct hf_weight w = weight(sizes[i], intervals[k]);
			double bytes = (double)(size / p * 256);
			double objects = (double)(65536 / p);
			double variance = (double)(q / (p * p));

			assert_near(
				hf_sampler_probability(sizes[i], intervals[k]),
				(double)p, (double)p * 1e-14);
			assert_near(
				(double)w.bytes, bytes, 0.501 + bytes * 1e-13);
			assert_near((double)w.objects, objects,
				0.501 + objects * 1e-13);
			/* q is 1 - p, of which half a bit of 1 is lost */
			assert_near(w.var_objects, variance,
				variance * 1e-13 + 0x1p-51);
			assert_near(w.var_bytes,
				(double)(size * size) * variance,
				(double)(size * size) *
					(variance * 1e-13 + 0x1p-51));
		}
}

static void
at_one_byte_every_allocation_stands_for_itself(void **state)
{
	for (size_t i = 0; i < SIZES; i++) {
		struct hf_weight w = weight(sizes[i], 1);

		assert_true(hf_sampler_probability(sizes[i], 1) == 1);
		assert_int_equal(w.bytes, sizes[i] << HF_BYTES_SHIFT);
		assert_int_equal(w.objects, 1 << HF_OBJECTS_SHIFT);
		assert_true(w.var_bytes == 0 && w.var_objects == 0);
	}
}

struct estimate {
	double truth, bytes, objects, var_bytes, var_objects;
};

/* As the hooks count: a charge of size + 1, a sample when it falls below 0. */
static void
simulate(uint64_t interval, struct estimate sums[SIZES])
{
	uint64_t random = 99 + interval, mix = 7;
	int64_t left = hf_sampler_draw(&random, interval);

	memset(sums, 0, SIZES * sizeof sums[0]);
	for (int i = 0; i < 3000000; i++) {
		uint32_t which = hf_shared_below(&mix, SIZES);
		struct estimate *e = &sums[which];
		struct hf_weight w;

		e->truth++;
		left -= (int64_t)sizes[which] + 1;
		if (left >= 0)
			continue;
		left = hf_sampler_draw(&random, interval);
		w = weight(sizes[which], interval);
		e->bytes += (double)w.bytes / (1 << HF_BYTES_SHIFT);
		e->objects += (double)w.objects / (1 << HF_OBJECTS_SHIFT);
		e->var_bytes += w.var_bytes;
		e->var_objects += w.var_objects;
	}
}

static void
estimates_of_a_mix_of_sizes_are_unbiased(void **state)
{
	static const uint64_t tried[] = { 4096, 512 << 10 };

	for (size_t k = 0; k < 2; k++) {
		struct estimate sums[SIZES];

		simulate(tried[k], sums);
		for (size_t i = 0; i < SIZES; i++) {
			double size = (double)sizes[i];
			double p = -expm1(-(size + 1) / (double)tried[k]);
			double error = sqrt(sums[i].truth * (1 - p)) / p + 1e-6;

			assert_near(sums[i].objects, sums[i].truth,
				4 * error + sums[i].truth * 1e-5);
			assert_near(sums[i].bytes, sums[i].truth * size,
				(4 * error + sums[i].truth * 1e-5) * size);
		}
	}
}

/* The variance that is reported is itself an estimate: its mean is right. */
static void
the_variance_is_estimated_without_bias(void **state)
{
	struct estimate sums[SIZES];

	simulate(4096, sums);
	for (size_t i = 0; i < SIZES; i++) {
		double size = (double)sizes[i], n = sums[i].truth;
		double p = -expm1(-(size + 1) / 4096),
		       q = exp(-(size + 1) / 4096);
		double truth = n * q / p; /* of n independent 1 / p */
		double error = q / (p * p) * sqrt(n * p * (1 - p));

		assert_near(sums[i].var_objects, truth, 4 * error + 1e-6);
		assert_near(sums[i].var_bytes, truth * size * size,
			(4 * error + 1e-6) * size * size);
	}
}

/* malloc adds and free subtracts what it computes anew from size and N. */
static void
what_malloc_adds_free_subtracts_to_the_last_bit(void **state)
{
	enum { COUNT = 100000 };
	static uint64_t size[COUNT];
	uint64_t bytes = 0, objects = 0, random = 3;

	for (int i = 0; i < COUNT; i++) {
		struct hf_event e;

		size[i] = hf_sampler_random(&random) >>
			  (24 + hf_shared_below(&random, 40));
		e.size = size[i];
		hf_counters_weigh(&e, intervals[i % 5]);
		bytes += e.weight.bytes + e.half.bytes;
		objects += e.weight.objects + e.half.objects;
	}
	assert_true(bytes != 0 && objects != 0);
	for (int i = COUNT; i-- > 0;) {
		struct hf_event e = { .size = size[i] };

		hf_counters_weigh(&e, intervals[i % 5]);
		bytes -= e.weight.bytes + e.half.bytes;
		objects -= e.weight.objects + e.half.objects;
	}
	assert_int_equal(bytes, 0);
	assert_int_equal(objects, 0);
}

/* One exponential serves both: as right as one for each would be. */
static void
the_whole_is_two_halves(void **state)
{
	for (size_t k = 0; k < INTERVALS; k++)
		for (size_t i = 0; i < SIZES; i++) {
			long double x = (sizes[i] + 1.0L) / intervals[k];
			struct hf_event e = { .size = sizes[i] };

			hf_counters_weigh(&e, intervals[k]);
			assert_near(e.p, (double)-expm1l(-x), e.p * 1e-15);
			assert_near(e.half_p, (double)-expm1l(-x / 2),
				e.half_p * 1e-15);
			assert_true(e.half_p <= e.p && e.p <= 1);
		}
}

/* As in a thread that has just been made. */
static bool
first_call_is_sampled(size_t size)
{
	uint64_t random = hf_thread.random;

	hf_thread =
		(struct hf_thread){ .count = HF_COUNT_NEW, .random = random };
	hf_thread.count += size + 1;
	return hf_control_due(hf_thread.count) && hf_profiler_due(size).sampled;
}

static void
first_call_of_a_thread_is_never_a_sample_by_force(void **state)
{
	enum { CALLS = 200000 };
	double p = hf_sampler_probability(4096, 1 << 20), sampled = 0;

	for (int i = 0; i < CALLS; i++)
		sampled += first_call_is_sampled(4096);
	assert_near(sampled, CALLS * p, 4 * sqrt(CALLS * p * (1 - p)));
}

static void
a_change_of_interval_biases_nothing(void **state)
{
	enum { CALLS = 400000, CHANGES = 400 };
	double wanted = 0, sampled = 0, variance = 0;

	hf_thread = (struct hf_thread){ .count = HF_COUNT_NEW, .random = 77 };
	for (int i = 0; i < CALLS; i++) {
		uint64_t n = hf_control_interval(hf_control_current());
		double p = hf_sampler_probability(1000, n);
		struct hf_ticket t = { .sampled = false };

		hf_thread.count += 1001;
		if (hf_control_due(hf_thread.count))
			t = hf_profiler_due(1000);
		wanted += p;
		variance += p * (1 - p);
		sampled += t.sampled;
		if (t.sampled)
			assert_int_equal(hf_control_interval(t.interval), n);
		if (i % (CALLS / CHANGES) == 0)
			assert_false(hf_control_change(
				i / (CALLS / CHANGES) % 2 ? 65536 : 8192));
	}
	assert_near(sampled, wanted, 4 * sqrt(variance));
}

static void
a_request_that_no_allocator_grants_is_not_charged(void **state)
{
	const size_t huge = (size_t)PTRDIFF_MAX + 4096;
	uint64_t before;

	hf_thread = (struct hf_thread){ .count = HF_COUNT_NEW, .random = 5 };
	first_call_is_sampled(1);
	before = hf_thread.count;
	hf_thread.count += huge + 1;
	assert_true(hf_control_due(hf_thread.count));
	assert_false(hf_profiler_due(huge).sampled);
	assert_int_equal(hf_thread.count, before);
}

static int
start_sampling(void **state)
{
	hf_options_read(NULL);
	hf_options.seed = 12345;
	if (!hf_state_start(true))
		return -1;
	hf_control_start(1 << 20, true);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_minus_exp_is_right_to_15_digits_everywhere),
		cmocka_unit_test(an_interval_of_one_byte_always_draws_zero),
		cmocka_unit_test(a_draw_is_a_logarithm_to_14_digits),
		cmocka_unit_test(
			draws_have_the_mean_and_the_spread_of_an_exponential),
		cmocka_unit_test(draws_fall_as_an_exponential_says),
		cmocka_unit_test(weights_are_what_the_formulas_say),
		cmocka_unit_test(
			at_one_byte_every_allocation_stands_for_itself),
		cmocka_unit_test(estimates_of_a_mix_of_sizes_are_unbiased),
		cmocka_unit_test(the_variance_is_estimated_without_bias),
		cmocka_unit_test(
			what_malloc_adds_free_subtracts_to_the_last_bit),
		cmocka_unit_test(the_whole_is_two_halves),
		cmocka_unit_test(
			first_call_of_a_thread_is_never_a_sample_by_force),
		cmocka_unit_test(a_change_of_interval_biases_nothing),
		cmocka_unit_test(
			a_request_that_no_allocator_grants_is_not_charged),
	};

	return cmocka_run_group_tests(tests, start_sampling, NULL);
}
