/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of the shared region, as the shim writes it while the host runs.
 *
 * A reference (hfs_ref) is a place in the region in units of 16 bytes, 0 for
 * none. The region is made of chunks of 1 MiB, which need not lie side by side
 * in memory, so there are no pointers in it. What is published is never moved
 * nor freed; counters change for ever.
 *
 * Who writes: any thread of the host, without locks. Plain fields are written
 * before their record is published by an atomic store and never change after;
 * atomic fields are updated each on its own.
 *
 * HFS_VERSION rises when an old reader would misread; fields are only added at
 * the end of a struct whose size the header tells.
 */
#ifndef HEAPFLAME_STATE_H
#define HEAPFLAME_STATE_H

#include <stddef.h>
#include <stdint.h>

#define HFS_MAGIC   "heapflam"
#define HFS_VERSION 1

#define HFS_CHUNK_SHIFT 20
#define HFS_CHUNK	(1u << HFS_CHUNK_SHIFT)
#define HFS_UNIT_SHIFT	4
#define HFS_CHUNKS	4096 /* 4 GiB: what 28 bits of reference can name */

typedef uint32_t hfs_ref;

#define HFS_INTERVALS	 1024 /* what 10 bits of an entry can name */
#define HFS_STACK_TABLES 3
#define HFS_STACK_BITS	 14 /* of the first table; each later one + 2 */
#define HFS_TEXT	 256

/* Causes of loss, in the order of docs/FORMAT.md section 7. */
enum hfs_loss {
	HFS_LOST_EARLY,
	HFS_LOST_BUSY,
	HFS_LOST_LIVE_FULL,
	HFS_LOST_STACK_FULL,
	HFS_LOST_UNWIND_BUSY,
	HFS_LOST_UNWIND_FORK,
	HFS_LOST_DUMP,
	HFS_LOST_MEMORY,
	HFS_LOSSES
};

/* Sums over samples. bytes in 2^-8 byte, objects in 2^-16 object. */
struct hfs_sum {
	_Atomic uint64_t samples, bytes, objects;
	/* Doubles, as their bits; changed by compare-and-swap. */
	_Atomic uint64_t var_bytes, var_objects;
};

/*
 * A value as it was at the latest maximum of the whole: {maximum that was in
 * force at the last change, changes since then}, always swapped as one. The
 * value at the maximum M is `now - since` if the first word is M, else `now`.
 */
struct hfs_at_peak {
	_Alignas(16) volatile uint64_t max_and_since[2];
};

enum { HFS_TRUNCATED = 1, HFS_TABLE_FULL = 2, HFS_UNWINDER_BUSY = 4 };

/* One distinct stack with its counters. */
struct hfs_stack {
	uint64_t hash;
	hfs_ref next; /* in its bucket */
	hfs_ref older; /* the stack published before it: a list of all */
	uint32_t number; /* from 1 */
	uint32_t epoch; /* unloads of modules when it was seen */
	uint16_t depth, flags;
	uint32_t spare;

	struct hfs_sum alloc, live;
	/* The half of the live samples that the peak is read from (doubled). */
	_Atomic int64_t peak_bytes, peak_objects;
	_Atomic uint64_t peak_var; /* a double's bits */
	uint64_t spare2;
	struct hfs_at_peak at_bytes, at_objects, at_var;

	_Atomic uint64_t inherited_samples, inherited_bytes, inherited_objects;
	_Atomic uint64_t freed_samples, freed_objects;
	_Atomic uint64_t lifetime_ns; /* a double: sum over freed objects */
	_Atomic uint64_t temp_bytes, temp_objects;
	_Atomic uint64_t reallocs;
	_Atomic uint64_t size_min, size_max;
	_Atomic uint64_t first_ns, last_ns; /* since the process's start */
	uint64_t spare3;

	uint64_t pcs[]; /* leaf first; return addresses */
};

_Static_assert(sizeof(struct hfs_stack) % 16 == 0, "records are in units");

/* A loaded file; see docs/FORMAT.md, `module`. */
struct hfs_segment {
	uint64_t start, end, offset;
};

struct hfs_module {
	hfs_ref older; /* a list of all */
	uint32_t first_epoch;
	_Atomic uint32_t last_epoch; /* UINT32_MAX while loaded */
	uint32_t number; /* from 1 */
	uint32_t path_length, build_id_length, segments;
	_Atomic uint32_t seen; /* number of the last walk that found it */
	/* segments x struct hfs_segment, then build-id bytes, then the path */
	struct hfs_segment segment[];
};

struct hfs_interval {
	uint64_t bytes, since_ns;
};

/* At reference 0. */
struct hfs_header {
	char magic[8];
	uint32_t version, header_size;
	/* Which process. */
	uint64_t start_wall_ms, start_ns; /* CLOCK_REALTIME, CLOCK_MONOTONIC */
	uint32_t pid, generation; /* generation: how many forks deep */
	char id[40], parent[40], boot[40];
	char host[72], exe[HFS_TEXT];

	_Atomic uint32_t used; /* units handed out */
	uint32_t unit_limit; /* units that MEMORY allows */

	_Atomic uint32_t interval_count;
	struct hfs_interval intervals[HFS_INTERVALS];

	/* Hash tables of stacks; a later one is 4 times the one before. */
	_Atomic uint32_t stack_tables;
	_Atomic hfs_ref stack_table[HFS_STACK_TABLES];
	_Atomic uint32_t stack_count;
	_Atomic hfs_ref newest_stack;

	_Atomic uint32_t module_count;
	_Atomic hfs_ref newest_module;

	_Atomic uint64_t samples; /* taken so far; the last one's id */
	_Atomic uint64_t thinned;
	_Atomic uint64_t allocated; /* bytes in 2^-8, if DUMP_BYTES is set */
	/* The half that chooses the moment of the peak, and its highest: always
	   swapped as one. See hfs_at_peak. */
	_Alignas(16) _Atomic int64_t chooser_bytes;
	_Atomic uint64_t peak_max;
	_Atomic uint64_t peak_ns;
	_Atomic uint64_t lost[HFS_LOSSES];
	_Atomic uint64_t dumps; /* sequence of dumps */
	_Atomic uint64_t own_bytes; /* mapped by the shim for its tables */
};

_Static_assert(offsetof(struct hfs_header, peak_max) ==
		       offsetof(struct hfs_header, chooser_bytes) + 8,
	"one word of 16 bytes");

#endif
