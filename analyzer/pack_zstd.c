/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place that packs. One thread and a fixed level: the same bytes give
 * the same bytes.
 */
#include "pack.h"

#include <stdlib.h>
#include <zstd.h>

#include "err.h"

#define LEVEL 6

void
pack_begin(struct packed *p)
{
	ZSTD_CStream *z = ZSTD_createCStream();

	if (z == NULL) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
	ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	p->state = z;
	p->length = 0;
}

static void
step(struct packed *p, const void *bytes, size_t length, ZSTD_EndDirective end)
{
	ZSTD_inBuffer in = { bytes, length, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out;

		if (p->capacity - p->length < 4096) {
			p->capacity = p->capacity * 2 + 65536;
			p->bytes = xrealloc(p->bytes, p->capacity);
		}
		out = (ZSTD_outBuffer){ p->bytes + p->length,
			p->capacity - p->length, 0 };
		left = ZSTD_compressStream2(p->state, &out, &in, end);
		p->length += out.pos;
		if (ZSTD_isError(left)) {
			error("zstd: %s", ZSTD_getErrorName(left));
			exit(EXIT_FAILED);
		}
	} while (in.pos < in.size || (end == ZSTD_e_end && left > 0));
}

void
pack_add(struct packed *p, const void *bytes, size_t length)
{
	step(p, bytes, length, ZSTD_e_continue);
}

void
pack_end(struct packed *p)
{
	step(p, NULL, 0, ZSTD_e_end);
	ZSTD_freeCStream(p->state);
	p->state = NULL;
}

void
pack_release(struct packed *p)
{
	ZSTD_freeCStream(p->state);
	free(p->bytes);
	*p = (struct packed){ 0 };
}
