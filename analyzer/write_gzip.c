/* SPDX-License-Identifier: Apache-2.0 */
/* The one door to zlib for writing; unpack_gzip.c is the one for reading. */
#include "write_gzip.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "err.h"

#define WITH_HEADER (MAX_WBITS + 16) /* zlib's word for: gzip, not zlib */
#define MEMORY	    8 /* zlib's default */

struct gzip {
	z_stream z;
	FILE *out;
	unsigned char packed[1 << 16];
};

struct gzip *
gzip_begin(FILE *out)
{
	struct gzip *g = xmalloc(sizeof *g);

	memset(&g->z, 0, sizeof g->z);
	g->out = out;
	/* It can't but for memory. */
	if (deflateInit2(&g->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WITH_HEADER,
		    MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
	return g;
}

static void
pack(struct gzip *g, int flush)
{
	do {
		g->z.next_out = g->packed;
		g->z.avail_out = sizeof g->packed;
		deflate(&g->z, flush);
		fwrite(g->packed, 1, sizeof g->packed - g->z.avail_out, g->out);
	} while (g->z.avail_out == 0);
}

void
gzip_write(struct gzip *g, const void *bytes, size_t length)
{
	g->z.next_in = (unsigned char *)(uintptr_t)bytes;
	while (length > 0) {
		unsigned n = length < UINT_MAX ? (unsigned)length : UINT_MAX;

		g->z.avail_in = n;
		pack(g, Z_NO_FLUSH);
		length -= n;
	}
}

void
gzip_end(struct gzip *g)
{
	g->z.avail_in = 0;
	pack(g, Z_FINISH);
	deflateEnd(&g->z);
	free(g);
}
