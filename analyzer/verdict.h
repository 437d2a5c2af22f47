/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does an estimate keep a limit, has it grown since a baseline, or can that not
 * be said? And at which interval N it could be. No files and no profile in
 * here; docs/SAMPLING.md, "Limits and baselines", derives it.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_UNDECIDED };

/* "holds", "fails", "undecided" */
extern const char *const verdict_names[];

/*
 * The chance that anything at all fails of which nothing is beyond its limit;
 * that one thing holds which is beyond it; and that at the interval asked for
 * something is not found.
 */
#define VERDICT_FALSE_ALARM 0.0025
#define VERDICT_FALSE_PASS  0.025
#define VERDICT_MISSED	    0.01

/* An estimate, and how its error depends on N. */
struct estimate {
	double value, var;
	double interval; /* N; 1: every allocation, nothing below is looked at;
			    of several the largest */
	/*
	 * What stands behind a sample that was not seen, a byte of N. Bytes: 1,
	 * of a peak, which is read from half of the samples, 2. Objects: 0
	 * where some were seen (their variance allows for it), else 1 / 16.
	 */
	double unseen;
	/* Of the variance, so much a byte of N; at a smaller N it is at most
	 * this times that N. */
	double rate;
	bool known; /* false: the error is not known */
};

/* rate is made of the others and these: the least N; does it count bytes? */
void estimate_set_rate(struct estimate *e, double interval_min, bool bytes);

/* The 95 % interval, with what may be unseen; NAN where it is not known. */
struct interval estimate_interval(const struct estimate *e);

/*
 * Is it at most `limit`? family: how many such questions are asked at once;
 * that one fails needs the more evidence the more there are.
 */
enum verdict verdict_of_limit(
	const struct estimate *e, double limit, double family);

/* What is compared with what, and what is let pass. */
struct change {
	struct estimate now, base;
	double tolerance; /* 0.05: now may be 5 % more than the base */
	double family;
};
enum verdict verdict_of_change(const struct change *c);

/* Has it grown by more than so much? FAILS, or UNDECIDED: there is no HOLDS. */
enum verdict verdict_of_growth(const struct change *c, double least);

/* The 95 % interval of now - base. */
struct interval change_interval(const struct change *c);

/*
 * Of a rate with an interval of 95 % that is made of more than sampling.
 */
enum verdict verdict_of_rate(
	double rate, struct interval i, double limit, double family);

/* A power of two not above n, within what makes sense; 1: all are taken. */
uint64_t verdict_round_sample(double n);

/*
 * The interval that decides, a power of two; 1: every allocation; 0: none is
 * known. Of a limit: if the truth is where the estimate is. Of a change: one
 * of twice the tolerance fails, none holds; and if the interval is no larger
 * than that already, as of a limit. *both: the baseline must be taken anew, at
 * that interval, too.
 */
uint64_t verdict_sample_of_limit(
	const struct estimate *e, double limit, double family);
uint64_t verdict_sample_of_change(const struct change *c, bool *both);

#endif
