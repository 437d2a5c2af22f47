/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data inside the SVG: each sort stands in <metadata> elements of a class
 * of its own, cut into several at about 1 MB, since XML parsers limit the
 * length of one text. Numbers are groups of 5 bits, the lowest first, a
 * character each, plus 32 if more follow: 0 to 63 are A-Z a-z 0-9 - and _.
 */
#ifndef SVG_CHUNK_H
#define SVG_CHUNK_H

#include <stdint.h>
#include <stdio.h>

#define SVG_DIGITS_MOST 13 /* of 64 bits */

struct svg_chunk {
	FILE *out;
	const char *name; /* the class */
	size_t length;
	/* Numbers on their way: there are millions, of one or two digits. */
	char buffer[4096];
	size_t used;
};

void svg_chunk_open(struct svg_chunk *c, FILE *out, const char *name);
void svg_chunk_close(struct svg_chunk *c);

/* Between entries, so that none is cut in two. */
void svg_chunk_next(struct svg_chunk *c);

void svg_chunk_flush(struct svg_chunk *c);

/* Here, since a picture of millions of frames writes several a frame. */
static inline void
svg_chunk_number(struct svg_chunk *c, uint64_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789-_";
	size_t at;

	if (c->used + SVG_DIGITS_MOST > sizeof c->buffer)
		svg_chunk_flush(c);
	at = c->used;
	for (; n > 31; n >>= 5)
		c->buffer[at++] = digits[(n & 31) + 32];
	c->buffer[at++] = digits[n];
	c->length += at - c->used;
	c->used = at;
}

/* The text, at most NAME_BYTES of it, and a newline. */
void svg_chunk_line(struct svg_chunk *c, const char *text);

#endif
