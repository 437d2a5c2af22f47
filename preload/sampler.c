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
	double m, f, f2, sum = 0;

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
	for (int i = 19; i >= 1; i -= 2)
		sum = sum * f2 + 1.0 / i;
	return exponent * LN2 + 2 * f * sum;
}

double
hf_sampler_1mexp(double x)
{
	static const double inverse[] = { 0, 1, 1. / 2, 1. / 3, 1. / 4, 1. / 5,
		1. / 6, 1. / 7, 1. / 8, 1. / 9, 1. / 10, 1. / 11, 1. / 12,
		1. / 13, 1. / 14 };
	double r, sum = 0, power = 1;
	int k;

	if (x > 50) /* exp(-50) is below half a bit of 1, and would underflow */
		return 1;
	k = (int)(x / LN2 + 0.5);
	r = x - k * LN2;
	/* 1 - exp(-r) = r - r^2/2! + r^3/3! ..., |r| <= 0.35, by Horner */
	for (int i = 14; i >= 1; i--)
		sum = r * inverse[i] * (1 - sum);
	for (int i = 0; i < k; i++)
		power *= 0.5;
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
hf_sampler_weight(uint64_t size, uint64_t interval)
{
	struct hf_weight w = { 0 };
	double p, q;

	if (interval <= 1) {
		w.bytes = size << HF_BYTES_SHIFT;
		w.objects = 1ULL << HF_OBJECTS_SHIFT;
		return w;
	}
	p = hf_sampler_probability(size, interval);
	q = 1 - p;
	w.bytes = (uint64_t)((double)size / p * (1 << HF_BYTES_SHIFT) + 0.5);
	w.objects = (uint64_t)(1 / p * (1 << HF_OBJECTS_SHIFT) + 0.5);
	w.var_objects = q / (p * p);
	w.var_bytes = (double)size * (double)size * w.var_objects;
	return w;
}
