/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packed bytes to plain ones, piece by piece. unpack_gzip.c is the one door to
 * zlib, unpack_zstd.c the one to libzstd; what is in a file is told by its
 * first bytes. Several gzip members or zstd frames on end are one text.
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stdbool.h>
#include <stddef.h>

enum unpack_result {
	UNPACK_MORE, /* all of the input was taken: there may be more */
	UNPACK_FULL, /* no room left in the output */
	UNPACK_DAMAGED /* the bytes make no sense; what came before holds */
};

/* What one call takes and gives; both sides move on. */
struct unpack_step {
	const unsigned char *in, *in_end;
	unsigned char *out, *out_end;
};

struct unpacker {
	enum unpack_result (*step)(struct unpacker *u, struct unpack_step *s);
	void (*release)(struct unpacker *u);
	const char *format; /* "gzip", "zstd" */
	void *state;
	/* Between two members or frames: a file may end here. */
	bool at_end;
};

/* NULL: they are not packed, or not in a way that is known here. */
struct unpacker *unpacker_for(const unsigned char *bytes, size_t length);
void unpacker_free(struct unpacker *u);

/* Of unpacker_for alone: bytes that begin their kind of file, or NULL. */
struct unpacker *unpack_gzip_new(const unsigned char *bytes, size_t length);
struct unpacker *unpack_zstd_new(const unsigned char *bytes, size_t length);

#endif
