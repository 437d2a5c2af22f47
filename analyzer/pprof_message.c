/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protobuf-c asks for memory again and again; it gets it from one block, which
 * begins anew with each message, and nothing is ever freed alone.
 */
#include "pprof_message.h"

#include <stdlib.h>

#include "err.h"

#define BLOCK ((size_t)64 << 10)
#define ALIGN ((size_t)16)

void
pprof_memory_init(struct pprof_memory *m)
{
	*m = (struct pprof_memory){ .block = xmalloc(BLOCK) };
}

static void
start_anew(struct pprof_memory *m)
{
	while (m->more_count > 0)
		free(m->more[--m->more_count]);
	m->used = 0;
}

void
pprof_memory_release(struct pprof_memory *m)
{
	start_anew(m);
	free(m->more);
	free(m->block);
	*m = (struct pprof_memory){ 0 };
}

static void *
give(void *memory, size_t size)
{
	struct pprof_memory *m = memory;
	void *at;

	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (size <= BLOCK - m->used) {
		at = m->block + m->used;
		m->used += size;
		return at;
	}
	/* A new block for small ones, so that these are few. */
	if (size < BLOCK / 4) {
		at = m->block;
		m->block = xmalloc(BLOCK);
		m->used = size;
	} else {
		at = xmalloc(size);
	}
	GROW(m->more, m->more_count, m->more_capacity);
	m->more[m->more_count++] = at;
	return size < BLOCK / 4 ? m->block : at;
}

static void
take_back(void *memory, void *at)
{
}

const void *
pprof_unpack(struct pprof_memory *m, const ProtobufCMessageDescriptor *kind,
	struct wire bytes)
{
	ProtobufCAllocator allocator = { give, take_back, m };
	size_t length = (size_t)(bytes.end - bytes.at);

	if (length > PPROF_MESSAGE_MAX)
		return NULL;
	start_anew(m);
	return protobuf_c_message_unpack(kind, &allocator, length, bytes.at);
}
