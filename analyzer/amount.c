/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error of a figure is read beside it, so it is shown in the figure's own
 * unit and never as less than the last digit shown.
 */
#include "amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "units.h"

#define NEGLIGIBLE 0.005 /* of a unit of which one decimal is shown */
#define THOUSANDS  1024 /* in another unit */

const char *
amount(char buf[AMOUNT_MAX], const struct shown *s, int64_t value, bool exact)
{
	if (s->unit == UNIT_BYTES)
		return units_bytes(buf, value, exact);
	if (s->unit == UNIT_NANOSECONDS && !exact)
		return units_time(buf, (double)value);
	if (exact)
		snprintf(buf, AMOUNT_MAX, "%lld", (long long)value);
	else
		units_count(buf, value);
	return buf;
}

/* Bytes in the unit that a text like "12.3 MiB" ends with. */
static double
unit_of(const char *text)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB",
		"PiB", "EiB" };
	const char *space = strchr(text, ' ');
	double size = 1;

	for (size_t i = 0; space && i < sizeof units / sizeof *units; i++) {
		if (strcmp(space + 1, units[i]) == 0)
			return size;
		size *= 1024;
	}
	return 1;
}

struct interval
amount_interval(const struct shown *s, int64_t value, double var)
{
	return s->compared ? stats_difference95((double)value, var)
			   : stats_interval95((double)value, var);
}

bool
amount_is_noise(const struct shown *s, int64_t value, double var)
{
	return s->var_known &&
	       stats_is_noise((double)value, amount_interval(s, value, var));
}

const char *
amount_with_half(char buf[AMOUNT_MAX], const struct shown *s, int64_t value,
	double half, bool exact)
{
	bool bytes = s->unit == UNIT_BYTES && !exact && half < 9e18;
	char error[UNITS_MAX];
	double unit;
	size_t used;

	amount(buf, s, value, exact);
	if (!(half > 0))
		return buf;
	unit = unit_of(buf);
	used = strlen(buf);
	/* Of a difference it may be far larger than the value. */
	if (bytes && half >= THOUSANDS * unit)
		snprintf(buf + used, AMOUNT_MAX - used,
			" " AMOUNT_PLUS_MINUS " %s",
			units_bytes(error, (int64_t)half, false));
	else if (unit > 1)
		snprintf(buf + used, AMOUNT_MAX - used,
			" " AMOUNT_PLUS_MINUS " %.1f", fmax(half / unit, 0.1));
	else if (half < 1e18)
		snprintf(buf + used, AMOUNT_MAX - used,
			" " AMOUNT_PLUS_MINUS " %.0f", ceil(half));
	return buf;
}

const char *
amount_with_error(char buf[AMOUNT_MAX], const struct shown *s, int64_t value,
	double var, bool exact)
{
	struct interval i = amount_interval(s, value, var);

	return amount_with_half(buf, s, value, (i.high - i.low) / 2, exact);
}

const char *
amount_noun(const struct shown *s, int64_t value)
{
	switch (s->unit) {
	case UNIT_OBJECTS:
		return value == 1 ? "object" : "objects";
	case UNIT_OTHER:
		return profile_metric_unit_name(s->profile, s->metric);
	case UNIT_BYTES:
	case UNIT_NANOSECONDS:
		break;
	}
	return "";
}

const char *
amount_share(char buf[AMOUNT_MAX], int64_t part, int64_t whole)
{
	double share = whole > 0 ? 100.0 * (double)part / (double)whole : 0;

	/* No "-0.0%". */
	snprintf(buf, AMOUNT_MAX, "%.1f%%", fabs(share) < 0.05 ? 0 : share);
	return buf;
}
