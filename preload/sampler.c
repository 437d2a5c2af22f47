/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Own logarithm and exponential: libm may not be called from inside malloc
 * (lazy binding, dispatch, errno), and accuracy is needed only to the bits
 * that matter here. Both are drawn once a sample.
 */
#include "sampler.h"

#include <string.h>

#define LN2 0.693147180559945309417232

uint64_t
hf_sampler_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/*
 * ln(x) for a normal x in (0, 1]: x = m 2^e with m in [sqrt(1/2), sqrt(2)),
 * ln m = 2 atanh((m - 1) / (m + 1)) by its series; |f| <= 0.1716, so that the
 * first term left out is below 1e-15.
 */
static double
log_unit(double x)
{
	uint64_t bits;
	int exponent;
	double m, f, f2, f4, f8, sum;

	memcpy(&bits, &x, sizeof bits);
	exponent = (int)(bits >> 52) - 1023;
	bits = (bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
	memcpy(&m, &bits, sizeof m);
	if (m > 1.41421356237309505) {
		m *= 0.5;
		exponent++;
	}
	f = (m - 1) / (m + 1);
	f2 = f * f;
	f4 = f2 * f2;
	f8 = f4 * f4;
	/* In pairs of pairs: a sum from one end waits for each product. */
	sum = (1 + f2 * (1. / 3)) + f4 * (1. / 5 + f2 * (1. / 7)) +
	      f8 * ((1. / 9 + f2 * (1. / 11)) +
			   f4 * (1. / 13 + f2 * (1. / 15)) +
			   f8 * (1. / 17 + f2 * (1. / 19)));
	return exponent * LN2 + 2 * f * sum;
}

/*
 * 1 - exp(-r) = r - r^2 (1/2! - r/3! + r^2/4! ...) for |r| <= 0.35, up to r^14;
 * by pairs of pairs, as above.
 */
static double
series(double r)
{
	double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
	double sum =
		(1. / 2 - r * (1. / 6)) + r2 * (1. / 24 - r * (1. / 120)) +
		r4 * ((1. / 720 - r * (1. / 5040)) +
			     r2 * (1. / 40320 - r * (1. / 362880))) +
		r8 * ((1. / 3628800 - r * (1. / 39916800)) +
			     r2 * (1. / 479001600 - r * (1. / 6227020800)) +
			     r4 * (1. / 87178291200));

	return r - r2 * sum;
}

double
hf_sampler_1mexp(double x)
{
	uint64_t bits;
	double power, sum;
	int k;

	if (x > 50) /* exp(-50) is below half a bit of 1, and would underflow */
		return 1;
	k = (int)(x * (1 / LN2) + 0.5);
	sum = series(x - k * LN2);
	bits = (uint64_t)(1023 - k) << 52;
	memcpy(&power, &bits, sizeof power); /* 2^-k */
	/* 1 - 2^-k exp(-r) = (1 - 2^-k) + 2^-k (1 - exp(-r)) */
	return (1 - power) + power * sum;
}

int64_t
hf_sampler_draw(uint64_t *state, uint64_t interval)
{
	uint64_t r;

	if (interval <= 1)
		return 0;
	r = hf_sampler_random(state) >> 11;
	/* u in (0, 1] with 53 bits: at most 36.7 N, far below 2^44 x 2^40 */
	return (int64_t)(-log_unit((double)(r + 1) * 0x1p-53) *
			 (double)interval);
}

double
hf_sampler_probability(uint64_t size, uint64_t interval)
{
	if (interval <= 1)
		return 1;
	return hf_sampler_1mexp(((double)size + 1) / (double)interval);
}

struct hf_weight
hf_sampler_weight(uint64_t size, double p)
{
	struct hf_weight w = { 0 };
	double stands_for, bytes = (double)(int64_t)size;

	if (p == 1) {
		w.bytes = size << HF_BYTES_SHIFT;
		w.objects = 1ULL << HF_OBJECTS_SHIFT;
		return w;
	}
	/* The one division. Signed: what is below 2^63 converts in one step. */
	stands_for = 1 / p;
	w.bytes =
		(uint64_t)(int64_t)(bytes * stands_for * (1 << HF_BYTES_SHIFT) +
				    0.5);
	w.objects =
		(uint64_t)(int64_t)(stands_for * (1 << HF_OBJECTS_SHIFT) + 0.5);
	w.var_objects = (1 - p) * stands_for * stands_for;
	w.var_bytes = bytes * bytes * w.var_objects;
	return w;
}
