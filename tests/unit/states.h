/* SPDX-License-Identifier: Apache-2.0 */
/* Live states made by hand, for the tests of what reads them. */
#ifndef STATES_H
#define STATES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heapflame_state.h"

#define STATE_SIZE (256 << 10) /* of the file; sparse behind `used` */

struct state_made {
	union {
		struct hfs_header header;
		unsigned char bytes[STATE_SIZE];
	};
};

/* Room for a record behind what there is; its reference. */
static inline hfs_ref
state_room(struct state_made *s, size_t bytes)
{
	hfs_ref at = s->header.used;

	s->header.used += (uint32_t)(bytes + 15) >> HFS_UNIT_SHIFT;
	if ((uint64_t)s->header.used << HFS_UNIT_SHIFT > STATE_SIZE)
		abort();
	return at;
}

static inline void *
state_at(struct state_made *s, hfs_ref ref)
{
	return s->bytes + ((uint64_t)ref << HFS_UNIT_SHIFT);
}

static inline hfs_ref
state_module(struct state_made *s, const char *path, uint64_t start,
	uint64_t end, uint32_t first, uint32_t last)
{
	size_t n = strlen(path);
	hfs_ref ref = state_room(s,
		sizeof(struct hfs_module) + sizeof(struct hfs_segment) + 2 + n);
	struct hfs_module *m = state_at(s, ref);
	char *behind;

	m->first_epoch = first;
	m->last_epoch = last;
	m->number = ++s->header.module_count;
	m->segments = 1;
	m->segment[0] = (struct hfs_segment){ start, end, 0x400 };
	m->build_id_length = 2;
	m->path_length = (uint32_t)n;
	behind = (char *)&m->segment[1];
	memcpy(behind, "\xab\xcd", 2);
	memcpy(behind + 2, path, n);
	m->mark = HFS_MARK_MODULE;
	m->older = s->header.newest_module;
	s->header.newest_module = ref;
	return ref;
}

static inline void
state_name(
	struct state_made *s, uint16_t kind, uint16_t number, const char *text)
{
	size_t length = strlen(text);
	hfs_ref ref = state_room(s, sizeof(struct hfs_name) + length + 1);
	struct hfs_name *n = state_at(s, ref);

	n->kind = kind;
	n->number = number;
	n->length = (uint32_t)length;
	memcpy(n->text, text, length);
	n->mark = HFS_MARK_NAME;
	n->older = s->header.newest_name;
	s->header.newest_name = ref;
}

static inline struct hfs_phase *
state_phase(
	struct state_made *s, const char *name, uint64_t start, uint64_t end)
{
	hfs_ref ref = state_room(s, sizeof(struct hfs_phase));
	struct hfs_phase *p = state_at(s, ref);

	p->number = ++s->header.phase_count;
	p->start_ns = start;
	p->end_ns = end;
	snprintf(p->name, sizeof p->name, "%s", name);
	s->header.phases[p->number - 1] = ref;
	return p;
}

/* So many objects of so many bytes, exact. */
static inline void
state_sum(struct hfs_sum *to, uint64_t objects, uint64_t bytes)
{
	to->samples = objects;
	to->bytes = bytes * 256;
	to->objects = objects * 65536;
}

/* A stack of one or two frames: 10 objects, 1000 bytes; 4, 400 live. */
static inline struct hfs_stack *
state_stack(struct state_made *s, uint64_t leaf, uint64_t root)
{
	uint16_t depth = root != 0 ? 2 : leaf != 0;
	hfs_ref ref = state_room(
		s, sizeof(struct hfs_stack) + depth * sizeof(uint64_t));
	struct hfs_stack *k = state_at(s, ref);

	k->number = ++s->header.stack_count;
	k->depth = depth;
	if (depth > 0)
		k->pcs[0] = leaf;
	if (depth > 1)
		k->pcs[1] = root;
	state_sum(&k->alloc, 10, 1000);
	state_sum(&k->live, 4, 400);
	k->peak_bytes = 400 * 256;
	k->peak_objects = 4 * 65536;
	k->size_min = k->size_max = 100;
	k->first_ns = 1000;
	k->last_ns = 5000000000;
	k->mark = HFS_MARK_STACK;
	k->older = s->header.newest_stack;
	s->header.newest_stack = ref;
	s->header.samples += 10;
	return k;
}

/* Of process 4711, at N = 1, with nothing in it yet. Caller frees. */
static inline struct state_made *
state_new(void)
{
	struct state_made *s = aligned_alloc(4096, sizeof *s);
	struct hfs_header *h = &s->header;

	if (s == NULL)
		abort();
	memset(s, 0, sizeof *s);
	memcpy(h->control.magic, HFS_MAGIC, 8);
	h->control.version = HFS_VERSION;
	h->control.header_size = sizeof *h;
	h->used = (sizeof *h + 15) >> HFS_UNIT_SHIFT;
	h->file_units = STATE_SIZE >> HFS_UNIT_SHIFT;
	h->start_wall_ms = 1700000000000;
	h->pid = 4711;
	snprintf(h->id, sizeof h->id, "4711-18bcfe56800");
	snprintf(h->boot, sizeof h->boot, "11112222-3333");
	snprintf(h->exe, sizeof h->exe, "/opt/my app/server");
	h->interval_count = 1;
	h->intervals[0].bytes = 1;
	h->temp_ms = 10;
	return s;
}

static inline size_t
state_used(const struct state_made *s)
{
	return (size_t)s->header.used << HFS_UNIT_SHIFT;
}

/* Two modules, two names, two phases, three stacks. Caller frees. */
static inline struct state_made *
state_example(void)
{
	struct state_made *s = state_new();
	struct hfs_stack *k;
	struct hfs_phase *p;

	state_module(s, "/opt/my app/server", 0x1000, 0x2000, 0, UINT32_MAX);
	state_name(s, HFS_NAME_THREAD, 1, "worker");
	state_name(s, HFS_NAME_LABEL, 1, "tenant=a");
	state_stack(s, 0x1010, 0x1100);
	state_module(s, "/usr/lib/old.so", 0x7000, 0x8000, 0, 1);
	p = state_phase(s, "warm up", 1000, 2000);
	p->chooser.now_and_max[1] = 900 * 256;
	k = state_stack(s, 0x7010, 0x1100);
	k->thread = k->label = 1;
	k->phase = 1;
	/* At the peak of its phase 300 more, and since then 2 more went. */
	k->at_phase.bytes.max_and_since[0] = 900 * 256;
	k->at_phase.bytes.max_and_since[1] = (uint64_t)-300 * 256;
	k->at_phase.objects.max_and_since[0] = 900 * 256;
	k->at_phase.objects.max_and_since[1] = (uint64_t)-3 * 65536;
	state_sum(&k->after, (uint64_t)-2, (uint64_t)-200);
	k->freed_samples = 6;
	k->freed_objects = 6 * 65536;
	k->temp_objects = 5 * 65536;
	k->temp_bytes = 500 * 256;
	state_phase(s, "run", 2000, 0);
	k = state_stack(s, 0x7020, 0);
	k->epoch = 1;
	k->inherited_samples = 2;
	k->inherited_bytes = 50 * 256;
	k->inherited_objects = 2 * 65536;
	k->flags = HFS_TRUNCATED;
	s->header.lost[HFS_LOST_BUSY] = 12;
	s->header.rss.ns = 9000000000;
	s->header.rss.rss = 1000000;
	s->header.rss.anonymous = 900000;
	s->header.dumps = 3;
	return s;
}

#endif
