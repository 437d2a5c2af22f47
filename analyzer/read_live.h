/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the reader of live states share. Nothing in a state is
 * believed: not a length, not a reference, not that a number is what it was a
 * moment ago. include/heapflame_state.h is the layout.
 */
#ifndef READ_LIVE_H
#define READ_LIVE_H

#include "addrmap.h"
#include "heapflame_state.h"
#include "live_owner.h"
#include "profile.h"
#include "read.h"

#define LIVE_NAMES 65536 /* what 16 bits of a stack can name */

struct live {
	const struct input *in;
	struct profile *p;
	struct hfs_header header; /* a copy; zeros beyond where it ends */
	struct process process;
	struct live_owner owner;
	bool cut; /* there should be more of it */
	uint64_t end; /* bytes that may hold records */
	uint64_t last_ns; /* the latest that it tells of */
	struct addrmap map;
	uint32_t *names[HFS_NAME_KINDS]; /* by number: strings, or NONE */
	uint32_t phases[HFS_PHASES + 1]; /* by number: in p->phases, or NONE */
	uint64_t phase_max[HFS_PHASES + 1]; /* highest of its chooser */

	/* While stacks are read. */
	uint32_t index; /* of the process, in p->processes */
	struct live_seen *seen; /* addresses: most come again and again */
};

/* Doubles are kept as their bits; what is no figure of ours is 0. */
double live_double(uint64_t bits);
double live_bytes(uint64_t fixed);
double live_objects(uint64_t fixed);

/* The header, as far as it is there. 0, or -1 after error(). */
int live_copy_header(struct hfs_header *to, const struct input *in);

/* Text of at most `size` bytes as a string of the profile; none: NONE. */
uint32_t live_text(struct profile *p, const char *text, size_t size);

/* From the header to l->process, and to phases, losses and history. */
void live_read_header(struct live *l);

/* When the process was last heard of, by the header; wall clock, ms. */
int64_t live_end_ms(const struct hfs_header *h, uint64_t last_ns);

/* Modules and names, then stacks, to which those belong, as rows. */
void live_read_names(struct live *l);
void live_read_stacks(struct live *l);

/* So many bytes at `at` are there, and in one chunk. */
bool live_is_there(const struct live *l, uint64_t at, uint64_t bytes);

/*
 * Calls `read` for each place with that mark, in the order of the file; it
 * returns the bytes of the record that is there, or 0: it is none. `mark_at` is
 * the distance of a mark from its record's start.
 */
void live_each(struct live *l, uint32_t mark, size_t mark_at,
	uint64_t (*read)(struct live *l, uint64_t at));

#endif
