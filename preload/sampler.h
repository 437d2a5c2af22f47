/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure arithmetic of sampling. docs/SAMPLING.md derives every formula.
 *
 * Bytes are drawn by a Poisson process of mean distance N; an allocation of s
 * bytes, charged s + 1, is taken with p = 1 - exp(-(s + 1) / N). What a sample
 * stands for is kept as fixed-point integers, so that what is added at malloc
 * is subtracted at free to the last bit.
 *
 * All but hf_sampler_random compute with doubles: the caller has called
 * hf_fp_enter.
 */
#ifndef HF_SAMPLER_H
#define HF_SAMPLER_H

#include <stdint.h>

#define HF_BYTES_SHIFT	 8 /* estimates of bytes are in 1/256 byte */
#define HF_OBJECTS_SHIFT 16 /* of objects in 1/65536 object */

/* N is in [1, HF_INTERVAL_MAX]; 1 means every allocation, exactly. */
#define HF_INTERVAL_MAX (1ULL << 40)

/* What one sample stands for. */
struct hf_weight {
	uint64_t bytes; /* size / p, in 2^-HF_BYTES_SHIFT */
	uint64_t objects; /* 1 / p, in 2^-HF_OBJECTS_SHIFT */
	double var_bytes; /* size^2 (1 - p) / p^2 */
	double var_objects;
};

/* splitmix64: next value; any state will do, different ones are unrelated. */
uint64_t hf_sampler_random(uint64_t *state);

/* Bytes until the next sample: floor of an exponential of mean N; 0 for N 1. */
int64_t hf_sampler_draw(uint64_t *state, uint64_t interval);

/* p for a requested size, in (0, 1]. */
double hf_sampler_probability(uint64_t size, uint64_t interval);

/* Of a sample of `size` bytes (< 2^46) that was taken with probability p. */
struct hf_weight hf_sampler_weight(uint64_t size, double p);

/* 1 - exp(-x), x >= 0, relative error below 1e-15. */
double hf_sampler_1mexp(double x);

#endif
