/* SPDX-License-Identifier: Apache-2.0 */
/* The one door to zlib for reading; write_gzip.c is the one for writing. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "err.h"
#include "unpack.h"

#define GZIP_ONLY (MAX_WBITS + 16) /* zlib's word for: with gzip's header */

static unsigned
at_most(size_t n)
{
	return n < UINT_MAX ? (unsigned)n : UINT_MAX;
}

/* Behind a member: another one, or zeros that fill a tape's block. */
static enum unpack_result
next_member(struct unpacker *u, struct unpack_step *s)
{
	while (s->in < s->in_end && *s->in == 0)
		s->in++;
	if (s->in == s->in_end)
		return UNPACK_MORE;
	if (*s->in != 0x1f || inflateReset(u->state) != Z_OK)
		return UNPACK_DAMAGED;
	u->at_end = false;
	return UNPACK_MORE;
}

static enum unpack_result
step(struct unpacker *u, struct unpack_step *s)
{
	z_stream *z = u->state;

	for (;;) {
		int status;

		if (u->at_end && next_member(u, s) == UNPACK_DAMAGED)
			return UNPACK_DAMAGED;
		if (s->in == s->in_end)
			return UNPACK_MORE;
		if (s->out == s->out_end)
			return UNPACK_FULL;
		z->next_in = (unsigned char *)(uintptr_t)s->in;
		z->avail_in = at_most((size_t)(s->in_end - s->in));
		z->next_out = s->out;
		z->avail_out = at_most((size_t)(s->out_end - s->out));
		status = inflate(z, Z_NO_FLUSH);
		s->in = z->next_in;
		s->out = z->next_out;
		if (status == Z_STREAM_END)
			u->at_end = true;
		else if (status != Z_OK && status != Z_BUF_ERROR)
			return UNPACK_DAMAGED;
	}
}

static void
release(struct unpacker *u)
{
	inflateEnd(u->state);
	free(u->state);
}

struct unpacker *
unpack_gzip_new(const unsigned char *bytes, size_t length)
{
	struct unpacker *u;
	z_stream *z;

	if (length < 3 || memcmp(bytes, "\x1f\x8b\x08", 3) != 0)
		return NULL;
	z = xcalloc(1, sizeof *z);
	if (inflateInit2(z, GZIP_ONLY) != Z_OK) {
		free(z);
		return NULL;
	}
	u = xmalloc(sizeof *u);
	*u = (struct unpacker){ step, release, "gzip", z, false };
	return u;
}
