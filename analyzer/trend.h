/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one stack of one process behaves over time: does it grow, how fast, and
 * is that more than chance. No files and no profile in here; docs/SAMPLING.md,
 * "Growth", derives it and says what it cannot tell.
 */
#ifndef TREND_H
#define TREND_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

/*
 * What the dump of one moment says of the stack. A stack that a whole dump does
 * not name has 0 there; a moment whose dump is missing or cut off is left out.
 */
struct trend_point {
	uint64_t ns; /* since the process's start; in rising order */
	double live, live_var; /* bytes */
	double allocated, allocated_var; /* since the start; 0: not known */
	uint64_t samples; /* live; 0: not known */
};

/*
 * A sampled block that at least one point saw live. Between the first and the
 * last point that list it it was live, for ids are not used twice: so a point
 * that fails to list it does no harm, and what lives at two points cancels
 * exactly in their difference. A block born and freed between two points is in
 * neither and need not be known. In any order; those inherited by fork left
 * out.
 */
struct trend_block {
	uint64_t birth_ns;
	uint32_t first, last; /* points that saw it */
	double bytes; /* that it stands for: size / p */
	double var; /* size^2 (1 - p) / p^2 */
};

struct trend_input {
	const struct trend_point *points;
	uint32_t count;
	/*
	 * NULL: live samples were not listed, or not all of them at some point.
	 * Then what is new and what is gone is only bounded, by what was
	 * allocated, and errors are wider. Where live samples were thinned,
	 * points and blocks are to begin behind that: it looks like frees. That
	 * N is another one for new samples does no harm.
	 */
	const struct trend_block *blocks;
	uint32_t block_count;
	uint64_t warm_up_ns; /* nothing before it counts; 0: find out */
};

enum trend_class {
	TREND_FEW, /* less than 4 points */
	TREND_STEADY, /* no growth, or none that is more than chance */
	TREND_LINEAR, /* grows to the end, evenly */
	TREND_STEP, /* grew once, in a short time */
	TREND_PLATEAU, /* grew, then stays: a cache, a pool, a table */
	TREND_SAWTOOTH, /* fills and drains */
	TREND_LATE, /* grew at the end only: for too short a time to tell */
	TREND_UNEVEN, /* grew, by half at least, in none of these ways */
	TREND_CLASSES
};

/* "linear growth", ... */
extern const char *const trend_class_names[TREND_CLASSES];

struct trend {
	enum trend_class class;
	uint64_t from_ns, to_ns; /* what is judged: without the warm-up */
	double live; /* bytes at to_ns */
	/* Change of the live bytes in that time; the error of sampling. */
	double growth;
	struct interval growth95;
	/* Bytes a second that it keeps growing by, with chance in the program's
	 * own doing, too. Of use where the growth is linear. */
	double slope;
	struct interval slope95;
	/*
	 * Of the samples behind it: so many new or gone ones of equal weight;
	 * the probability of such a growth in a stack that does not grow; and
	 * the least that so few samples could have given.
	 */
	double samples, p, p_least;
	/* What it is if that is no steady growth, and the probability of as
	 * much growth from sampling alone. */
	enum trend_class otherwise;
	double otherwise_p;
};

/* Never fails: of what can't be told the class is TREND_FEW or TREND_STEADY. */
void trend_find(struct trend *out, const struct trend_input *in);

#define TREND_ALPHA 0.05

/*
 * Of all stacks of a program that were looked at: those of TREND_LINEAR whose
 * growth may be chance, given how many were looked at, become TREND_STEADY (and
 * those of STEP, PLATEAU, LATE and UNEVEN alike). The chance that any stack at
 * all is wrongly left is at most alpha (Tarone's form of Bonferroni's bound:
 * stacks with too few samples to be found at all don't count). Returns the
 * greatest p that was let pass.
 */
double trend_decide(struct trend *list, uint32_t count, double alpha);

/*
 * When `left` more bytes will have been taken: seconds, from the slope. Both
 * ends may be INFINITY, where it may not grow at all; left <= 0: 0.
 */
struct trend_forecast {
	double seconds, low, high;
};
struct trend_forecast trend_forecast(const struct trend *t, double left);

/* "3 h 20 min"; "never" of INFINITY. Returns out. */
#define TREND_TIME_SIZE 32
char *trend_time(char out[TREND_TIME_SIZE], double seconds);

#endif
