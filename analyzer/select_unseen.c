/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of n samples the smallest is, in the mean, above one share in n + 1 of the
 * bytes: what is below it is worth one more sample of its weight or, as small
 * blocks count, more. One size alone says that there are no others; the wider
 * the sizes are spread that were seen, the likelier are some below.
 */
#include "select_unseen.h"

#include <math.h>

#define MOST 2.0 /* samples of the smallest size, from a spread of 8 on */

void
unseen_widen(struct figures *sum, enum metric m, uint64_t interval)
{
	double p, spread, part = 1;

	if (m >= FOREIGN || metric_is_space(m) || !(sum->var > 0) ||
		sum->size_max == 0 || interval <= 1)
		return;
	spread = log2((double)sum->size_max / fmax(1, (double)sum->size_min));
	spread = fmin(fmax(spread - 1, 0), MOST);
	p = -expm1(-((double)sum->size_min + 1) / (double)interval);
	/* The sizes are known of all that was allocated: of what is a part of
	 * it only that part is unseen. */
	if (sum->bytes < sum->bytes_all)
		part = sum->bytes / sum->bytes_all;
	sum->var += spread * part * spread * part * (1 - p) / p / p;
}
