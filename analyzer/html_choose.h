/* SPDX-License-Identifier: Apache-2.0 */
/* Which moments of a series the page shows. Pure. */
#ifndef HTML_CHOOSE_H
#define HTML_CHOOSE_H

#include <stdint.h>

/* One time of a series; times rise. */
struct html_moment {
	uint64_t ns;
	uint64_t live; /* bytes */
};

/*
 * So many of them at most (2 or more): the first, the last, the one that holds
 * the most, and between them those nearest to equal distances of time. Their
 * indices in rising order; returns how many.
 */
uint32_t html_choose(const struct html_moment *list, uint32_t count,
	uint32_t most, uint32_t *chosen);

/*
 * The same for a line that is drawn: of equal stretches of the list the one
 * that holds the most; no peak is lost.
 */
uint32_t html_thin(const struct html_moment *list, uint32_t count,
	uint32_t most, uint32_t *chosen);

/*
 * A step for the marks of an axis that ends at `most`: at most `marks` of them;
 * of bytes 1, 2 or 5, or their multiples by 10 or 100, in a unit that is a
 * power of 1024; of time (ns) what clocks are read by.
 */
double html_step_bytes(double most, int marks);
double html_step_time(double most, int marks);

#endif
