/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Little-endian figures out of a piece of an ELF file. Reading past the end
 * gives 0 and sets `bad`, which stays set: one look at the end is enough.
 */
#ifndef SYMBOLIZE_BYTES_H
#define SYMBOLIZE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const unsigned char *at, *end;
	bool bad;
};

/* What lies at `offset` of a section; bad if that is not in it. */
static inline struct bytes
bytes_of(const unsigned char *section, size_t size, uint64_t offset)
{
	if (section == NULL || offset > size)
		return (struct bytes){ NULL, NULL, true };
	return (struct bytes){ section + offset, section + size, false };
}

static inline void
bytes_skip(struct bytes *b, uint64_t n)
{
	if (n > (uint64_t)(b->end - b->at)) {
		b->bad = true;
		b->at = b->end;
		return;
	}
	b->at += n;
}

/* Of 1, 2, 3, 4 or 8 bytes. */
static inline uint64_t
bytes_fixed(struct bytes *b, unsigned n)
{
	uint64_t v = 0;

	if (n > (uint64_t)(b->end - b->at)) {
		bytes_skip(b, n);
		return 0;
	}
	memcpy(&v, b->at, n);
	b->at += n;
	return v;
}

static inline uint64_t
bytes_unsigned(struct bytes *b)
{
	uint64_t v = 0;

	for (unsigned shift = 0; b->at < b->end; shift += 7) {
		unsigned char c = *b->at++;

		if (shift < 64)
			v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return v;
	}
	b->bad = true;
	return 0;
}

static inline int64_t
bytes_signed(struct bytes *b)
{
	uint64_t v = 0;

	for (unsigned shift = 0; b->at < b->end; shift += 7) {
		unsigned char c = *b->at++;

		if (shift < 64)
			v |= (uint64_t)(c & 0x7f) << shift;
		if (c >= 0x80)
			continue;
		if ((c & 0x40) != 0 && shift + 7 < 64)
			v |= ~(uint64_t)0 << (shift + 7);
		return (int64_t)v;
	}
	b->bad = true;
	return 0;
}

/* NUL-terminated; "" if it is not. */
static inline const char *
bytes_string(struct bytes *b)
{
	const unsigned char *start = b->at;
	const unsigned char *nul =
		b->at < b->end ? memchr(b->at, 0, (size_t)(b->end - b->at))
			       : NULL;

	if (nul == NULL) {
		b->bad = true;
		return "";
	}
	b->at = nul + 1;
	return (const char *)start;
}

/* The length that begins a unit; *wide: offsets in it are of 8 bytes. */
static inline uint64_t
bytes_length(struct bytes *b, bool *wide)
{
	uint64_t length = bytes_fixed(b, 4);

	*wide = length == 0xffffffff;
	return *wide ? bytes_fixed(b, 8) : length;
}

#endif
