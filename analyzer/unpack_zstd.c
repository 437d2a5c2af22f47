/* SPDX-License-Identifier: Apache-2.0 */
/* The one door to libzstd. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "err.h"
#include "unpack.h"

static enum unpack_result
step(struct unpacker *u, struct unpack_step *s)
{
	for (;;) {
		ZSTD_inBuffer in = { s->in, (size_t)(s->in_end - s->in), 0 };
		ZSTD_outBuffer out = { s->out, (size_t)(s->out_end - s->out),
			0 };
		size_t status;

		if (out.size == 0)
			return UNPACK_FULL;
		status = ZSTD_decompressStream(u->state, &out, &in);
		s->in += in.pos;
		s->out += out.pos;
		if (ZSTD_isError(status))
			return UNPACK_DAMAGED;
		if (in.pos > 0 || out.pos > 0)
			u->at_end = status == 0;
		/* What fills the output may have more behind it. */
		if (s->in == s->in_end && out.pos < out.size)
			return UNPACK_MORE;
	}
}

static void
release(struct unpacker *u)
{
	ZSTD_freeDStream(u->state);
}

struct unpacker *
unpack_zstd_new(const unsigned char *bytes, size_t length)
{
	struct unpacker *u;
	ZSTD_DStream *z;

	if (length < 4 || memcmp(bytes, "\x28\xb5\x2f\xfd", 4) != 0)
		return NULL;
	z = ZSTD_createDStream();
	if (z == NULL)
		return NULL;
	u = xmalloc(sizeof *u);
	*u = (struct unpacker){ step, release, "zstd", z, false };
	return u;
}
