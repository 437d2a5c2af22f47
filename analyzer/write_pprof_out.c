/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only messages inside of the profile go through protobuf-c, one at a time;
 * the profile itself is never in memory as a whole.
 */
#include "write_pprof_out.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

#define VARINT_MAX 10

void
pprof_out_begin(struct pprof_out *o, FILE *out)
{
	*o = (struct pprof_out){ .gzip = gzip_begin(out) };
	strtab_add(&o->strings, "");
}

int64_t
pprof_out_string(struct pprof_out *o, const char *text)
{
	char *clean = text_harmless(text);
	uint32_t id = strtab_add(&o->strings, clean);

	free(clean);
	return id;
}

static size_t
put_varint(unsigned char *to, uint64_t value)
{
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		to[n++] = (unsigned char)(value | 0x80);
	to[n++] = (unsigned char)value;
	return n;
}

static void
write_head(struct pprof_out *o, uint32_t number, uint32_t type, uint64_t value)
{
	unsigned char head[2 * VARINT_MAX];
	size_t n = put_varint(head, (uint64_t)number << 3 | type);

	n += put_varint(head + n, value);
	gzip_write(o->gzip, head, n);
}

void
pprof_out_number(struct pprof_out *o, uint32_t number, uint64_t value)
{
	if (value != 0)
		write_head(o, number, 0, value);
}

void
pprof_out_message(
	struct pprof_out *o, uint32_t number, const ProtobufCMessage *message)
{
	size_t n = protobuf_c_message_get_packed_size(message);

	if (n > o->capacity) {
		o->capacity = 2 * n;
		free(o->buffer);
		o->buffer = xmalloc(o->capacity);
	}
	protobuf_c_message_pack(message, o->buffer);
	write_head(o, number, 2, n);
	gzip_write(o->gzip, o->buffer, n);
}

void
pprof_out_end(struct pprof_out *o)
{
	for (uint32_t i = 0; i < o->strings.count; i++) {
		const char *text = strtab_get(&o->strings, i);

		write_head(o, PPROF_STRING_TABLE, 2, strlen(text));
		gzip_write(o->gzip, text, strlen(text));
	}
	gzip_end(o->gzip);
	strtab_release(&o->strings);
	free(o->buffer);
}
