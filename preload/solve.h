/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of a heap_v2 line: what jeprof must be given, so that its scaling
 * lands on our estimates. docs/FORMAT.md section 2. Pure; the caller has called
 * hf_fp_enter, or is the helper.
 */
#ifndef HF_SOLVE_H
#define HF_SOLVE_H

#include "state.h"

/* A plain copy of a struct hfs_sum. */
struct hf_sums {
	uint64_t samples, bytes, objects;
	double var_bytes, var_objects;
};

/*
 * What a line could not express is left to the next one, so that rounding
 * never adds up. In bytes and objects.
 */
struct hf_solver {
	double interval, owed_bytes, owed_objects;
};

struct hf_solved {
	uint64_t n, s;
};

/* Each number read once, so that a line agrees with itself. */
struct hf_sums hf_solve_sums(const struct hfs_sum *s);

/* Of all stacks together. */
void hf_solve_totals(
	const struct hf_region *r, struct hf_sums *alloc, struct hf_sums *live);

/* The next line of a dump, in its order. */
struct hf_solved hf_solve(struct hf_solver *v, const struct hf_sums *sum);

#endif
