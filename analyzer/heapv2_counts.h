/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four figures that jemalloc and gperftools write of a stack, and what they
 * stand for. Of jemalloc's figures those of a stack (`t*`) are not the sum of
 * its threads': each line is rounded, and scaled, on its own.
 */
#ifndef HEAPV2_COUNTS_H
#define HEAPV2_COUNTS_H

#include "profile.h"
#include "scan.h"

/* In use: objects, bytes; ever allocated: objects, bytes. */
#define HEAPV2_COUNTS 4

/* Estimates, by enum metric: INUSE_SPACE up to ALLOC_OBJECTS. */
struct heapv2_estimate {
	struct value v[HEAPV2_COUNTS];
	uint64_t samples, samples_live;
};

/* "n: s" */
bool heapv2_counts_pair(struct scan *line, uint64_t v[2]);

/* "n: s [n: s]"; several spaces are one. False: it is not that. */
bool heapv2_counts_scan(struct scan *line, uint64_t v[HEAPV2_COUNTS]);

/*
 * Added to e, scaled as jeprof and pprof do: n objects of s / n bytes were each
 * seen with probability 1 - exp(-s / n / interval). An interval of 0: as they
 * are. (At 1 jeprof multiplies still, and who writes for it reckons with it.)
 */
void heapv2_estimate_add(struct heapv2_estimate *e,
	const uint64_t v[HEAPV2_COUNTS], uint64_t interval);

/* One line of a thread. */
struct heapv2_share {
	uint32_t thread; /* its name, a string; NONE: of no known thread */
	uint64_t counts[HEAPV2_COUNTS];
	struct heapv2_estimate e;
};

/*
 * Fits the shares of a stack to its total. Where objects are missing from them,
 * what is left is the rest: of threads that have ended. Else the difference
 * is rounding, and each share is changed in proportion; so it is where shares
 * come to more than the total. Shares and rest then add up to it.
 */
void heapv2_shares_fit(struct heapv2_share *shares, size_t count,
	const uint64_t counts[HEAPV2_COUNTS],
	const struct heapv2_estimate *total, struct heapv2_estimate *rest);

#endif
