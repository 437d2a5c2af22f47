/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live state of a process that runs or was killed. It is read, not mapped:
 * the process goes on writing, and whoever owns the file may cut it off. Only
 * what is used of it is read; it is sparse and may claim to be 4 GiB.
 *
 * Each number is read once; they change one by one. Live figures are held to
 * what was allocated, short-lived ones to what was freed, nothing is below 0:
 * what is beyond is of events that were under way, at most one in each thread.
 */
#include "read_live.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

static bool
recognises(const struct input *in)
{
	uint32_t version;

	if (in->length < 8 || memcmp(in->bytes, HFS_MAGIC, 8) != 0)
		return false;
	if (in->length < 8 + sizeof version)
		return true; /* cut off */
	/* Text that begins with our own name is none. */
	memcpy(&version, in->bytes + 8, sizeof version);
	return version < 1 << 16;
}

/* What must be there before anything can be said of the process. */
#define LEAST offsetof(struct hfs_header, oom_kills)

int
live_copy_header(struct hfs_header *to, const struct input *in)
{
	size_t size = in->length < sizeof *to ? in->length : sizeof *to;

	*to = (struct hfs_header){ .page = { 0 } };
	if (in->length < sizeof(struct hfs_control))
		return error("'%s' was cut off before it says whose it is",
			in->name);
	memcpy(to, in->bytes, sizeof(struct hfs_control));
	if (to->control.version != HFS_VERSION)
		return error("'%s' is a live state of version %u, and this "
			     "heapflame reads %d",
			in->name, to->control.version, HFS_VERSION);
	if (in->length < LEAST)
		return error("'%s' was cut off before it says whose it is",
			in->name);
	if (to->control.header_size < LEAST ||
		to->control.header_size > HFS_CHUNK)
		return error("'%s': damaged: a header of %u bytes", in->name,
			to->control.header_size);
	if (size > to->control.header_size)
		size = to->control.header_size;
	memcpy(to, in->bytes, size);
	return 0;
}

/* Bytes of the file that records may be in. */
static uint64_t
used_bytes(const struct hfs_header *h)
{
	uint64_t used = h->used, in_file = h->file_units;

	return (used < in_file ? used : in_file) << HFS_UNIT_SHIFT;
}

static size_t
extent(const struct input *in)
{
	struct hfs_header h;
	uint64_t used;

	if (in->length < sizeof(struct hfs_control))
		return sizeof(struct hfs_control);
	memcpy(&h, in->bytes, sizeof(struct hfs_control));
	if (h.control.version != HFS_VERSION ||
		h.control.header_size > HFS_CHUNK)
		return in->length; /* live_copy_header says it */
	if (in->length < h.control.header_size || in->length < LEAST)
		return h.control.header_size > LEAST ? h.control.header_size
						     : LEAST;
	memcpy(&h, in->bytes, in->length < sizeof h ? in->length : sizeof h);
	used = used_bytes(&h);
	return used > in->length ? (size_t)used : in->length;
}

static void
release(struct live *l)
{
	addrmap_release(&l->map);
	for (int i = 0; i < HFS_NAME_KINDS; i++)
		free(l->names[i]);
	free(l);
}

static int
read_live(struct profile *p, const struct input *in)
{
	struct live *l = xcalloc(1, sizeof *l);

	l->p = p;
	l->in = in;
	if (live_copy_header(&l->header, in) < 0) {
		release(l);
		return -1;
	}
	l->end = used_bytes(&l->header);
	l->cut = in->length < l->header.control.header_size ||
		 in->length < l->end;
	if (l->end > in->length)
		l->end = in->length;
	live_owner_find(&l->owner, in->name, &l->header);
	live_read_header(l);
	l->index = profile_process(p, l->process);
	live_read_names(l);
	live_read_stacks(l);
	if (l->process.state != PROCESS_RUNNING)
		l->process.end_ms = live_end_ms(&l->header, l->last_ns);
	l->process.cut = l->cut;
	p->processes[l->index] = l->process;
	if (l->cut)
		warning("'%s' was cut off: only what stands before is shown",
			in->name);
	release(l);
	return 0;
}

/*
 * Dumps are numbered from 0, and the state knows how many there have been: so
 * it goes behind them, but before one that was made since it was copied. While
 * it has no samples it is behind nothing. What is wrong with a state is said
 * when it is read as a whole.
 */
static bool
read_only_head(struct head *to, const struct input *in)
{
	struct hfs_header h = { .page = { 0 } };
	struct profile p;
	bool whole = in->length >= sizeof h;

	to->live = true;
	memcpy(&h, in->bytes, whole ? sizeof h : in->length);
	if (in->length < LEAST || h.control.version != HFS_VERSION) {
		to->process = xstrdup(in->name);
		return in->length >= LEAST;
	}
	profile_init(&p);
	to->process = xasprintf("%s/%s",
		strtab_get(&p.strings, live_text(&p, h.boot, sizeof h.boot)),
		strtab_get(&p.strings, live_text(&p, h.id, sizeof h.id)));
	profile_release(&p);
	to->seq = h.samples > 0 ? h.dumps : 0;
	to->start_ms = (int64_t)(h.start_wall_ms & INT64_MAX);
	to->end_ms = live_end_ms(&h, 0);
	return whole;
}

const struct reader reader_live = {
	.format = "live state",
	.recognises = recognises,
	.read = read_live,
	.head = read_only_head,
	.extent = extent,
};
