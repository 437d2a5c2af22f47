/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes packed as zstd does it, into memory. The counterpart of unpack.h. */
#ifndef PACK_H
#define PACK_H

#include <stddef.h>

/* `= {0}` before pack_begin. */
struct packed {
	unsigned char *bytes; /* to free() */
	size_t length, capacity;
	void *state; /* private */
};

void pack_begin(struct packed *p);
void pack_add(struct packed *p, const void *bytes, size_t length);
void pack_end(struct packed *p); /* then `bytes` holds all of it */
void pack_release(struct packed *p);

#endif
