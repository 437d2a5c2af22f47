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
