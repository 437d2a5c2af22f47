/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of scan.h that are too long to be inline: numbers with a fraction
 * (no strtod: it wants a NUL, knows locales and is slow) and %XX.
 */
#include "scan.h"

/* Ten to the n-th is exact up to 22; beyond, the factors are multiplied. */
static double
power_of_ten(unsigned n)
{
	static const double exact[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
		1e19, 1e20, 1e21, 1e22 };
	double f = 1;

	for (; n > 22; n -= 22)
		f *= exact[22];
	return f * exact[n];
}

bool
scan_number(struct scan *s, double *value)
{
	const unsigned char *at = s->at, *point = NULL;
	uint64_t digits = 0;
	unsigned dropped = 0, behind = 0, count = 0;

	for (; at < s->end; at++) {
		if (*at == '.' && point == NULL) {
			point = at;
			continue;
		}
		if (!scan_is_digit(*at))
			break;
		count++;
		if (digits < UINT64_MAX / 10 - 1) {
			digits = digits * 10 + (uint64_t)(*at - '0');
			behind += point != NULL;
		} else {
			dropped += point == NULL;
		}
	}
	/* No figure of a heap has 60 digits: it would only spoil the sums. */
	if (count == 0 || dropped > 40 || behind > 40)
		return false;
	*value = (double)digits * power_of_ten(dropped) / power_of_ten(behind);
	s->at = at;
	return true;
}

size_t
scan_decode(char *to, const unsigned char *from, size_t n)
{
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned high = 16, low = 16;

		if (from[i] == '%' && n - i > 2) {
			high = scan_hex_digit(from[i + 1]);
			low = scan_hex_digit(from[i + 2]);
		}
		if (high < 16 && low < 16) {
			to[length++] = (char)(high << 4 | low);
			i += 2;
		} else {
			to[length++] = (char)from[i];
		}
	}
	return length;
}
