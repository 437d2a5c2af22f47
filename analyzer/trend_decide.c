/* SPDX-License-Identifier: Apache-2.0 */
/* Many stacks together; and what lies ahead. */
#include "trend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"

static int
compare(const void *x, const void *y)
{
	const double *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/* The least k such that at most k stacks could ever get below alpha / k. */
static double
threshold(const struct trend *list, uint32_t count, double alpha)
{
	double *least = xcalloc(count + 1, sizeof *least);
	uint32_t k = 1;

	for (uint32_t i = 0; i < count; i++)
		least[i] = list[i].p_least;
	qsort(least, count, sizeof *least, compare);
	while (k < count && least[k] <= alpha / k)
		k++;
	free(least);
	return alpha / k;
}

double
trend_decide(struct trend *list, uint32_t count, double alpha)
{
	double limit = threshold(list, count, alpha);

	for (uint32_t i = 0; i < count; i++) {
		struct trend *t = &list[i];

		if (t->class == TREND_LINEAR && !(t->p <= limit))
			t->class = t->otherwise;
		if ((t->class == TREND_STEP || t->class == TREND_PLATEAU ||
			    t->class == TREND_LATE ||
			    t->class == TREND_UNEVEN) &&
			!(t->otherwise_p <= alpha / count))
			t->class = TREND_STEADY;
	}
	return limit;
}

struct trend_forecast
trend_forecast(const struct trend *t, double left)
{
	struct trend_forecast f = { INFINITY, INFINITY, INFINITY };

	if (!(left > 0))
		return (struct trend_forecast){ 0, 0, 0 };
	if (t->slope > 0)
		f.seconds = left / t->slope;
	if (t->slope95.high > 0)
		f.low = left / t->slope95.high;
	if (t->slope95.low > 0)
		f.high = left / t->slope95.low;
	return f;
}

char *
trend_time(char out[TREND_TIME_SIZE], double seconds)
{
	double minutes = round(seconds / 60);

	if (!(seconds < 1e11))
		snprintf(out, TREND_TIME_SIZE, "never");
	else if (seconds < 120)
		snprintf(out, TREND_TIME_SIZE, "%.0f s", seconds);
	else if (minutes < 60)
		snprintf(out, TREND_TIME_SIZE, "%.0f min", minutes);
	else if (minutes < 48 * 60)
		snprintf(out, TREND_TIME_SIZE, "%.0f h %.0f min",
			floor(minutes / 60), fmod(minutes, 60));
	else
		snprintf(out, TREND_TIME_SIZE, "%.0f days", minutes / 1440);
	return out;
}
