/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people read them. Everything is done in integers, so that the
 * same value is written the same way on every machine.
 */
#include "units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const unit_names[] = { "B", "KiB", "MiB", "GiB", "TiB",
	"PiB", "EiB" };

/* |n|, also of INT64_MIN. */
static uint64_t
magnitude(int64_t n)
{
	return n < 0 ? -(uint64_t)n : (uint64_t)n;
}

/* Tenths of a unit of 2^shift bytes, rounded half up. */
static uint64_t
tenths(uint64_t bytes, unsigned shift)
{
	uint64_t whole = bytes >> shift;
	uint64_t rest = bytes & ((UINT64_C(1) << shift) - 1);

	/* rest < 2^60, so times 10 fits with the bits shifted out first. */
	if (shift > 10)
		return whole * 10 + (((rest >> (shift - 10)) * 10 + 512) >> 10);
	return whole * 10 + ((rest * 10 + (UINT64_C(1) << shift) / 2) >> shift);
}

const char *
units_bytes(char buf[UNITS_MAX], int64_t bytes, bool exact)
{
	uint64_t size = magnitude(bytes), shown;
	const char *sign = bytes < 0 ? "-" : "";
	unsigned unit = 0;

	if (exact) {
		snprintf(buf, UNITS_MAX, "%" PRId64, bytes);
		return buf;
	}
	if (size < 1024) {
		snprintf(buf, UNITS_MAX, "%s%" PRIu64 " B", sign, size);
		return buf;
	}
	do
		shown = tenths(size, 10 * ++unit);
	while (shown >= 10240 && unit < 6); /* 1023.95 KiB are 1.0 MiB */
	snprintf(buf, UNITS_MAX, "%s%" PRIu64 ".%" PRIu64 " %s", sign,
		shown / 10, shown % 10, unit_names[unit]);
	return buf;
}

const char *
units_count(char buf[UNITS_MAX], int64_t n)
{
	char digits[UNITS_MAX];
	int length = snprintf(digits, sizeof digits, "%" PRIu64, magnitude(n));
	char *out = buf;

	if (n < 0)
		*out++ = '-';
	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return buf;
}

/* The power of two that a suffix stands for, or -1. */
static int
suffix_shift(char c)
{
	switch (c) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	case 't':
	case 'T':
		return 40;
	case '\0':
		return 0;
	default:
		return -1;
	}
}

int64_t
units_parse_size(const char *text)
{
	int64_t n = 0;
	int shift;
	const char *s = text;

	for (; *s >= '0' && *s <= '9'; s++) {
		if (n > (INT64_MAX - (*s - '0')) / 10)
			return -1;
		n = n * 10 + (*s - '0');
	}
	shift = suffix_shift(*s);
	if (s == text || shift < 0 || (shift > 0 && s[1] != '\0') ||
		n > INT64_MAX >> shift)
		return -1;
	return n * (INT64_C(1) << shift);
}

const char *
units_time(char buf[UNITS_MAX], double ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "d", 864e11 }, { "h", 36e11 }, { "min", 6e10 },
		{ "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		/* What would be rounded up to it is of this unit, too. */
		if (ns >= units[i].ns * 0.99995) {
			snprintf(buf, UNITS_MAX, "%.1f %s",
				fmin(ns / units[i].ns, 1e9), units[i].name);
			return buf;
		}
	snprintf(buf, UNITS_MAX, "%.0f ns", fmax(ns, 0));
	return buf;
}

double
units_parse_ms(const char *text)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = { { "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 },
		{ "min", 60000 }, { "h", 3600000 } };
	char *end;
	double n = strtod(text, &end);

	if (end == text || !(n > 0) || !isfinite(n))
		return -1;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].name, end) == 0)
			return n * units[i].ms;
	return -1;
}
