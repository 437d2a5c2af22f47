/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message of a profile through protobuf-c, in memory that the next message
 * takes over. A file as a whole would grow to forty times its size that way.
 */
#ifndef PPROF_MESSAGE_H
#define PPROF_MESSAGE_H

#include <pprof.pb-c.h>

#include "pprof_wire.h"

/* Longer ones are refused; a stack of 4096 frames with labels has 60 KiB. */
#define PPROF_MESSAGE_MAX ((size_t)512 << 10)

struct pprof_memory {
	unsigned char *block; /* what most messages fit in */
	size_t used;
	void **more; /* of those that do not */
	size_t more_count, more_capacity;
};

void pprof_memory_init(struct pprof_memory *m);
void pprof_memory_release(struct pprof_memory *m);

/*
 * Of that kind, as &perftools__profiles__sample__descriptor; valid until the
 * next call. NULL: the bytes are no such message, or too many.
 */
const void *pprof_unpack(struct pprof_memory *m,
	const ProtobufCMessageDescriptor *kind, struct wire bytes);

#endif
