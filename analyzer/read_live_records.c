/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a live state. They are found by their marks, from the header's
 * end on, and need no list: what stands before a cut is all found, and what is
 * read costs no more than one look at each unit of it.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "heapv2.h"
#include "read_live.h"

#define UNIT (1u << HFS_UNIT_SHIFT)

bool
live_is_there(const struct live *l, uint64_t at, uint64_t bytes)
{
	return bytes <= HFS_CHUNK && at <= l->end && l->end - at >= bytes &&
	       at >> HFS_CHUNK_SHIFT == (at + bytes - 1) >> HFS_CHUNK_SHIFT;
}

static uint64_t
rounded_up(uint64_t bytes)
{
	return (bytes + UNIT - 1) & -(uint64_t)UNIT;
}

static void
to_hex(char *to, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*to++ = "0123456789abcdef"[bytes[i] >> 4];
		*to++ = "0123456789abcdef"[bytes[i] & 15];
	}
	*to = '\0';
}

#define BUILD_ID_MOST 64

/* The module with its path and build-id, which stand behind its segments. */
static uint32_t
add_module(struct live *l, const struct hfs_module *m, uint64_t at)
{
	const unsigned char *id = l->in->bytes + at;
	char *path = xmalloc((size_t)m->path_length + 1);
	char hex[2 * BUILD_ID_MOST + 1];
	uint32_t module;

	memcpy(path, id + m->build_id_length, m->path_length);
	path[m->path_length] = '\0';
	heapv2_decode_maps_path(path);
	to_hex(hex, id, m->build_id_length);
	module =
		profile_module(l->p, path, m->build_id_length > 0 ? hex : NULL);
	free(path);
	return module;
}

/* Returns the bytes that the record takes; 0: it is none. */
static uint64_t
read_module(struct live *l, uint64_t at)
{
	struct hfs_module m;
	uint64_t segments, bytes;
	uint32_t last, module;

	if (!live_is_there(l, at, sizeof m))
		return 0;
	memcpy(&m, l->in->bytes + at, sizeof m);
	segments = m.segments * sizeof(struct hfs_segment);
	bytes = sizeof m + segments + m.build_id_length + m.path_length;
	if (m.segments > HFS_CHUNK || m.build_id_length > BUILD_ID_MOST ||
		m.path_length > HFS_CHUNK || !live_is_there(l, at, bytes))
		return 0;
	module = add_module(l, &m, at + sizeof m + segments);
	last = m.last_epoch;
	for (uint32_t i = 0; i < m.segments; i++) {
		struct hfs_segment s;

		memcpy(&s, l->in->bytes + at + sizeof m + i * sizeof s,
			sizeof s);
		addrmap_add(&l->map,
			&(struct segment){ .start = s.start,
				.end = s.end,
				.offset = s.offset,
				.first = m.first_epoch,
				.last = last == UINT32_MAX ? UINT64_MAX : last,
				.module = module });
	}
	return bytes;
}

static uint64_t
read_name(struct live *l, uint64_t at)
{
	struct hfs_name n;

	if (!live_is_there(l, at, sizeof n))
		return 0;
	memcpy(&n, l->in->bytes + at, sizeof n);
	if (n.kind >= HFS_NAME_KINDS || n.length > HFS_NAME_MAX ||
		!live_is_there(l, at, sizeof n + n.length))
		return 0;
	l->names[n.kind][n.number] = live_text(
		l->p, (const char *)l->in->bytes + at + sizeof n, n.length);
	return sizeof n + n.length;
}

void
live_each(struct live *l, uint32_t mark, size_t mark_at,
	uint64_t (*read)(struct live *l, uint64_t at))
{
	uint64_t at = rounded_up(l->header.control.header_size);
	uint32_t word;

	while (at < l->end && l->end - at >= mark_at + sizeof word) {
		uint64_t bytes = 0;

		memcpy(&word, l->in->bytes + at + mark_at, sizeof word);
		if (word == mark)
			bytes = read(l, at);
		at += bytes > 0 ? rounded_up(bytes) : UNIT;
	}
}

void
live_read_names(struct live *l)
{
	for (int kind = 0; kind < HFS_NAME_KINDS; kind++) {
		l->names[kind] = xmalloc(LIVE_NAMES * sizeof *l->names[kind]);
		for (uint32_t i = 0; i < LIVE_NAMES; i++)
			l->names[kind][i] = NONE;
	}
	live_each(l, HFS_MARK_MODULE, offsetof(struct hfs_module, mark),
		read_module);
	live_each(l, HFS_MARK_NAME, offsetof(struct hfs_name, mark), read_name);
}
