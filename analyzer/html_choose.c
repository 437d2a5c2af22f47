/* SPDX-License-Identifier: Apache-2.0 */
#include "html_choose.h"

#include <math.h>

static uint32_t
highest(const struct html_moment *list, uint32_t from, uint32_t to)
{
	uint32_t best = from;

	for (uint32_t i = from; i < to; i++)
		if (list[i].live > list[best].live)
			best = i;
	return best;
}

static uint32_t
all(uint32_t count, uint32_t *chosen)
{
	for (uint32_t i = 0; i < count; i++)
		chosen[i] = i;
	return count;
}

static double
distance(const struct html_moment *list, uint32_t i, double ns)
{
	return fabs((double)list[i].ns - ns);
}

uint32_t
html_choose(const struct html_moment *list, uint32_t count, uint32_t most,
	uint32_t *chosen)
{
	uint32_t n = 0, peak, at = 0, slots = most - 1;
	double first, span;

	if (count <= most)
		return all(count, chosen);
	peak = highest(list, 0, count);
	first = (double)list[0].ns;
	span = (double)list[count - 1].ns - first;
	/* One place less than there is room for: the highest needs it. */
	for (uint32_t k = 0; k < slots; k++) {
		double ns = slots > 1 ? first + span * k / (slots - 1)
				      : first + span;

		while (at + 1 < count &&
			distance(list, at + 1, ns) <= distance(list, at, ns))
			at++;
		if (k + 1 == slots)
			at = count - 1;
		if (n > 0 && chosen[n - 1] < peak && peak < at)
			chosen[n++] = peak;
		if (n == 0 || chosen[n - 1] < at)
			chosen[n++] = at;
	}
	return n;
}

uint32_t
html_thin(const struct html_moment *list, uint32_t count, uint32_t most,
	uint32_t *chosen)
{
	uint32_t n = 0;

	if (count <= most)
		return all(count, chosen);
	chosen[n++] = 0;
	for (uint32_t k = 0; k + 2 < most; k++) {
		uint64_t inner = count - 2, buckets = most - 2;
		uint32_t from = 1 + (uint32_t)(inner * k / buckets);
		uint32_t to = 1 + (uint32_t)(inner * (k + 1) / buckets);

		if (from < to)
			chosen[n++] = highest(list, from, to);
	}
	chosen[n++] = count - 1;
	return n;
}

double
html_step_bytes(double most, int marks)
{
	static const double steps[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500 };
	double unit = 1;

	for (int power = 0; power < 7; power++, unit *= 1024)
		for (int i = 0; i < 9; i++)
			if (steps[i] * unit * marks >= most)
				return steps[i] * unit;
	return most > 0 ? most : 1;
}

double
html_step_time(double most, int marks)
{
	static const double clock[] = { 60, 120, 300, 600, 900, 1800, 3600,
		7200, 10800, 21600, 43200, 86400 };
	static const double digits[] = { 1, 2, 5 };

	for (double step = 1; step < 6e10; step *= 10)
		for (int i = 0; i < 3; i++)
			if (step * digits[i] < 6e10 &&
				step * digits[i] * marks >= most)
				return step * digits[i];
	for (int i = 0; i < 12; i++)
		if (clock[i] * 1e9 * marks >= most)
			return clock[i] * 1e9;
	return 86400e9 * ceil(most / marks / 86400e9);
}
