/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading text that nobody vouches for, byte by byte. Each function takes what
 * it is named for from the front of what is left and returns true, or returns
 * false and has taken nothing that matters: the caller gives up on the line.
 * Inline because a dump is little else than numbers.
 */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct scan {
	const unsigned char *at, *end; /* at == end: nothing left */
};

static inline bool
scan_char(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != (unsigned char)c)
		return false;
	s->at++;
	return true;
}

static inline bool
scan_text(struct scan *s, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(s->end - s->at) < n || memcmp(s->at, text, n) != 0)
		return false;
	s->at += n;
	return true;
}

static inline bool
scan_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Decimal digits, at least one; false if they don't fit. */
static inline bool
scan_u64(struct scan *s, uint64_t *value)
{
	const unsigned char *at = s->at;
	uint64_t v = 0;

	for (; at < s->end && scan_is_digit(*at); at++) {
		if (v >= UINT64_MAX / 10 && (v > UINT64_MAX / 10 || *at > '5'))
			return false;
		v = v * 10 + (uint64_t)(*at - '0');
	}
	*value = v;
	if (at == s->at)
		return false;
	s->at = at;
	return true;
}

static inline unsigned
scan_hex_digit(unsigned char c)
{
	if (scan_is_digit(c))
		return c - (unsigned)'0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;
}

/* Hex digits without 0x, at least one; false if they don't fit. */
static inline bool
scan_hex(struct scan *s, uint64_t *value)
{
	const unsigned char *at = s->at;
	uint64_t v = 0;
	unsigned digit;

	for (; at < s->end && (digit = scan_hex_digit(*at)) < 16; at++) {
		if (v >> 60 != 0)
			return false;
		v = v << 4 | digit;
	}
	*value = v;
	if (at == s->at)
		return false;
	s->at = at;
	return true;
}

/*
 * The first of eight bytes is their lowest here. Digits have bit 4, letters bit
 * 6; what ends an address has neither. *more: all eight are of that kind.
 * Returns how many are, or 0 if there are none, or if they are no hex digits.
 */
static inline unsigned
scan_hex_eight(const unsigned char *at, uint64_t *value, bool *more)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t w, ends, v;
	unsigned n;

	memcpy(&w, at, 8);
	ends = ~(w >> 4 | w >> 6) & ones;
	*more = ends == 0;
	n = ends != 0 ? (unsigned)__builtin_ctzll(ends) / 8 : 8;
	if (n == 0)
		return 0;
	if (n < 8) /* '0' before them */
		w = w << (64 - 8 * n) | 0x30 * ones >> 8 * n;
	w |= (w & 0x40 * ones) >> 1; /* lower case */
	v = (w & 0x0f * ones) + 9 * (w >> 6 & ones);
	if ((v & 0xf0 * ones) != 0 ||
		v + 0x30 * ones + 39 * ((v + 6 * ones) >> 4 & ones) != w)
		return 0;
	v = (v << 4 | v >> 8) & 0x00ff00ff00ff00ffu;
	v = (v << 8 | v >> 16) & 0x0000ffff0000ffffu;
	*value = (v << 16 | v >> 32) & 0xffffffffu;
	return n;
}

/*
 * What scan_hex takes, faster: 17 bytes must be there. Returns how many digits
 * there were; 0: none, too many, or whatever else scan_hex is to judge.
 */
static inline unsigned
scan_hex_ahead(const unsigned char *at, uint64_t *value)
{
	uint64_t low = 0;
	unsigned n, m = 0;
	bool more;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return 0;
	n = scan_hex_eight(at, value, &more);
	if (n == 0 || !more)
		return n;
	m = scan_hex_eight(at + 8, &low, &more);
	if (m == 0)
		return scan_hex_digit(at[8]) < 16 ? 0 : n;
	*value = *value << 4 * m | low;
	return m == 8 && scan_hex_digit(at[16]) < 16 ? 0 : n + m;
}

/* A number of 0 or more, with a fraction or without. */
bool scan_number(struct scan *s, double *value);

/* Bytes up to a space or the end, at least one. */
static inline bool
scan_word(struct scan *s, struct scan *word)
{
	word->at = s->at;
	while (s->at < s->end && *s->at != ' ')
		s->at++;
	word->end = s->at;
	return word->at < word->end;
}

/* What %XX stands for is put in place; returns the length, at most n. */
size_t scan_decode(char *to, const unsigned char *from, size_t n);

#endif
