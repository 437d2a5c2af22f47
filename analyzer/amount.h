/* SPDX-License-Identifier: Apache-2.0 */
/* A figure as the texts show it: with its error, in words of its metric. */
#ifndef AMOUNT_H
#define AMOUNT_H

#include "select.h"
#include "stats.h"

#define AMOUNT_MAX 96

#define AMOUNT_PLUS_MINUS "\xc2\xb1" /* U+00B1 */

/* "12.3 MiB", "1,234", with `exact` plain digits. Returns buf. */
const char *amount(
	char buf[AMOUNT_MAX], const struct shown *s, int64_t value, bool exact);

/*
 * "12.3 MiB ± 0.8": the error, half the width of the 95 % interval, is in the
 * unit of the value, or says its own: "1.2 KiB ± 3.4 MiB". No error: nothing
 * was sampled, or it is not known.
 */
const char *amount_with_error(char buf[AMOUNT_MAX], const struct shown *s,
	int64_t value, double var, bool exact);

/* The same, where the error is known: half the width of an interval. */
const char *amount_with_half(char buf[AMOUNT_MAX], const struct shown *s,
	int64_t value, double half, bool exact);

/*
 * What stands behind a figure that has no unit of its own: "object", "objects",
 * "samples"; else "". Of a foreign file it is as it stands there: escape it.
 */
const char *amount_noun(const struct shown *s, int64_t value);

/* The 95 % interval of a figure of s. */
struct interval amount_interval(
	const struct shown *s, int64_t value, double var);

/* Is it not to be told from zero? See stats_is_noise(). */
bool amount_is_noise(const struct shown *s, int64_t value, double var);
#define AMOUNT_NOISE "?" /* the mark of such, and the line that explains it */
#define AMOUNT_NOISE_LEGEND                                                    \
	"?: not to be told from zero, the error is as large as the figure\n"

/* "12.3%" of whole; "0.0%" of nothing. */
const char *amount_share(char buf[AMOUNT_MAX], int64_t part, int64_t whole);

#endif
