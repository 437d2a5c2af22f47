/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles of pprof's, put together field by field. */
#ifndef PPROFS_H
#define PPROFS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	unsigned char at[1 << 16];
	size_t length;
};

static inline void
put_varint(struct bytes *b, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		b->at[b->length++] = (unsigned char)(value | 0x80);
	b->at[b->length++] = (unsigned char)value;
}

static inline void
put_number(struct bytes *b, unsigned field, uint64_t value)
{
	put_varint(b, field << 3);
	put_varint(b, value);
}

static inline void
put_bytes(struct bytes *b, unsigned field, const void *bytes, size_t length)
{
	put_varint(b, field << 3 | 2);
	put_varint(b, length);
	memcpy(b->at + b->length, bytes, length);
	b->length += length;
}

static inline void
put_text(struct bytes *b, const char *text)
{
	put_bytes(b, 6, text, strlen(text));
}

/* A message of numbers: field, value, field, value, ..., 0. */
static inline void
put_message(struct bytes *b, unsigned field, const uint64_t *numbers)
{
	static struct bytes inner;

	inner.length = 0;
	for (; *numbers != 0; numbers += 2)
		put_number(&inner, (unsigned)numbers[0], numbers[1]);
	put_bytes(b, field, inner.at, inner.length);
}
#define PUT(b, field, ...)                                                     \
	put_message(b, field, (const uint64_t[]){ __VA_ARGS__, 0 })

#endif
