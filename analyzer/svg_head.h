/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the frames of the SVG: its head, and words for nothing. */
#ifndef SVG_HEAD_H
#define SVG_HEAD_H

#include <stdio.h>

#include "amount.h"
#include "select.h"
#include "write.h"

#define SVG_AMOUNT_MAX (AMOUNT_MAX + 64)

/* "12.3 MiB" or "1,234 objects", by the metric's unit. Returns buf. */
const char *svg_amount(
	char buf[SVG_AMOUNT_MAX], const struct shown *s, int64_t value);

/* The line below the title. Caller frees. */
char *svg_head_subtitle(const struct shown *s, const struct svg_options *o);

/*
 * Everything from the XML declaration to the subtitle; leaves <svg> open.
 * Sizes in px. Its data-* attributes are what the script is told.
 */
void svg_head_put(FILE *out, const struct shown *s, const struct svg_options *o,
	int width, int height);

/* Instead of frames: that there is nothing, why, and what to try. */
void svg_head_put_empty(FILE *out, const struct shown *s, int width);

#endif
