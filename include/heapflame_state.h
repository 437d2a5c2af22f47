/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of the live state (`*.live`): the region that the shim writes
 * while the host runs, which is a file in a tmpfs, so that it outlives the
 * process however that ends. docs/FORMAT.md, "The live state".
 *
 * A reference (hfs_ref) is a place in units of 16 bytes from the file's start,
 * 0 for none. What is published is never moved nor freed; counters change for
 * ever. There are no pointers. Records do not cross a chunk's border. The file
 * is sparse: what was never used reads as 0.
 *
 * Who writes: any thread of the host, without locks. Plain fields are written
 * before their record is published by an atomic store and never change after;
 * atomic fields are updated each on its own, so a reader that wants two that
 * belong together reads what is bounded before what bounds it (live before
 * alloc, freed before alloc, temp before freed).
 *
 * HFS_VERSION rises when an old reader would misread; fields are only added at
 * the end of a struct whose size the header tells.
 */
#ifndef HEAPFLAME_STATE_H
#define HEAPFLAME_STATE_H

#include <stdint.h>

#define HFS_MAGIC   "heapflam"
#define HFS_VERSION 1

#define HFS_CHUNK_SHIFT 20
#define HFS_CHUNK	(1u << HFS_CHUNK_SHIFT)
#define HFS_UNIT_SHIFT	4
#define HFS_CHUNKS	4096 /* 4 GiB: what 28 bits of reference can name */
#define HFS_PAGE	4096

typedef uint32_t hfs_ref;

#define HFS_INTERVALS	 1024 /* what 10 bits of an entry can name */
#define HFS_STACK_TABLES 3
#define HFS_STACK_BITS	 14 /* of the first table; each later one + 2 */
#define HFS_TEXT	 256
#define HFS_PHASES	 1024 /* marks; later ones are one phase */
#define HFS_HISTORY	 512
#define HFS_NAME_MAX	 128 /* of a mark, a label, a thread; with the NUL */

/*
 * A record's `mark` is stored (release) once all its plain fields are there. A
 * reader finds records by it, from the start of the file on: so it reads a
 * file that was cut off, and no list can lead it in circles. Above what a
 * reference can be.
 */
#define HFS_MARK_STACK	0x9b53746bu
#define HFS_MARK_MODULE 0x9b4d6f64u
#define HFS_MARK_NAME	0x9b4e616du

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
	HFS_LOST_MODULE, /* modules that found no room */
	HFS_LOST_STATE, /* records that are not in the file: no room for it */
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

struct hfs_peak {
	struct hfs_at_peak bytes, objects, var;
};

/*
 * Live bytes by the half of the samples that chooses the moment of a peak, and
 * the highest they have been: {now, highest}, always swapped as one.
 */
struct hfs_chooser {
	_Alignas(16) volatile uint64_t now_and_max[2];
	_Atomic uint64_t peak_ns; /* since the process's start */
	uint64_t spare;
};

enum { HFS_TRUNCATED = 1, HFS_TABLE_FULL = 2, HFS_UNWINDER_BUSY = 4 };

/* One distinct stack, in one phase, thread and label, with its counters. */
struct hfs_stack {
	uint64_t hash;
	hfs_ref next; /* in its bucket */
	hfs_ref older; /* the stack published before it: a list of all */
	uint32_t number; /* from 1 */
	uint32_t epoch; /* unloads of modules when it was first seen */
	uint16_t depth, flags;
	uint16_t thread, label; /* numbers of names, 0: none */
	uint32_t phase; /* number of the phase; 0: before the first mark */
	_Atomic uint32_t mark; /* HFS_MARK_STACK */

	struct hfs_sum alloc, live;
	/* The half of the live samples that the peak is read from (doubled). */
	_Atomic int64_t peak_bytes, peak_objects;
	_Atomic uint64_t peak_var; /* a double's bits */
	struct hfs_peak at_peak;
	/* The same, at the maximum of the stack's own phase; unused in 0. */
	struct hfs_peak at_phase;
	/* How `live` has changed since its phase ended. */
	struct hfs_sum after;

	_Atomic uint64_t inherited_samples, inherited_bytes, inherited_objects;
	_Atomic uint64_t freed_samples, freed_objects;
	_Atomic uint64_t lifetime_ns; /* a double: sum over freed objects */
	_Atomic uint64_t temp_bytes, temp_objects;
	_Atomic uint64_t temp_var_bytes, temp_var_objects; /* doubles */
	_Atomic uint64_t reallocs;
	_Atomic uint64_t size_min, size_max;
	_Atomic uint64_t first_ns, last_ns; /* since the process's start */

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
	_Atomic uint32_t mark; /* HFS_MARK_MODULE */
	uint32_t spare;
	/* segments x struct hfs_segment, then build-id bytes, then the path */
	struct hfs_segment segment[];
};

/* A thread's name or a label. */
enum hfs_name_kind { HFS_NAME_THREAD, HFS_NAME_LABEL, HFS_NAME_KINDS };

struct hfs_name {
	hfs_ref older; /* a list of all */
	uint16_t kind, number; /* from 1 in its kind */
	uint32_t length;
	_Atomic uint32_t mark; /* HFS_MARK_NAME */
	uint32_t hash;
	char text[]; /* length bytes and a NUL */
};

/* From a mark to the next, or to a stop. */
struct hfs_phase {
	uint32_t number; /* from 1 */
	uint32_t spare;
	uint64_t start_ns; /* since the process's start */
	_Atomic uint64_t end_ns; /* 0: it is the present one */
	struct hfs_chooser chooser; /* of blocks allocated in it */
	char name[HFS_NAME_MAX];
};

struct hfs_interval {
	uint64_t bytes, since_ns;
};

/*
 * Page 0. The words that other processes may write, and the one that every
 * allocation of the host compares with (preload/control.h).
 *
 * A request from outside: lock the file (flock; `turn` is the pid of who has
 * it), write kind, argument and text, then request = ++: the next allocation
 * that takes the slow path does it, and sets `outcome`, then `handled` to the
 * number of the request. That is a sample's; a dormant program's next one once
 * `threshold` is `awake` again; else every thread's, once both words are
 * lowered by HFS_THRESHOLD_STEP(N). Never one alone, never raised: who has
 * drawn below would not sample any more. One that is dormant still when it has
 * answered: back to HFS_DORMANT.
 */
enum hfs_request {
	HFS_START = 1,
	HFS_STOP,
	HFS_RATE, /* argument: N in bytes */
	HFS_MARK, /* text: the phase's name */
};
enum hfs_outcome { HFS_DONE, HFS_REFUSED };

struct hfs_control {
	char magic[8];
	uint32_t version, header_size;

	_Atomic uint64_t threshold;
	_Atomic uint64_t awake; /* the last threshold that was not dormant */
	_Atomic uint32_t active; /* 0: dormant */
	_Atomic uint32_t turn;
	_Atomic uint32_t request, handled; /* numbers of requests */
	uint32_t kind, outcome;
	uint64_t argument;
	char text[HFS_NAME_MAX];
};

_Static_assert(sizeof(struct hfs_control) <= HFS_PAGE, "a page of its own");

#define HFS_DORMANT ((1ULL << 63) + (1ULL << 62))
/* More than any interval at that N: 53 random bits make at most 37 N. */
#define HFS_THRESHOLD_STEP(n) (64 * (uint64_t)(n) + 2)

/* What /proc said of the process, in bytes; written by the helper. */
struct hfs_rss {
	_Atomic uint64_t ns; /* since the process's start; 0: never */
	_Atomic uint64_t rss, anonymous, file, shared, highest, stacks;
};

/* What the allocator said of itself, in bytes; UINT64_MAX: it does not say. */
struct hfs_allocator {
	_Atomic uint64_t ns; /* since the process's start; 0: never */
	char name[16]; /* "glibc", "jemalloc", ... */
	_Atomic uint64_t allocated; /* handed out, with its rounding up */
	_Atomic uint64_t active; /* pages that hold what is handed out */
	_Atomic uint64_t resident; /* in memory, with its own data */
	_Atomic uint64_t retained; /* address space that it keeps */
	_Atomic uint64_t free_bytes; /* free blocks that it keeps */
	_Atomic uint64_t mapped; /* blocks that have a mapping of their own */
};

/* A moment; every second one is dropped when the list is full. */
struct hfs_moment {
	_Atomic uint64_t ns; /* since the process's start */
	_Atomic uint64_t live, allocated; /* bytes, estimated */
	_Atomic uint64_t rss;
};

enum hfs_ended {
	HFS_RUNNING,
	HFS_EXITED, /* end_status: exit status; -1: not known */
	HFS_SIGNALLED, /* end_status: the signal */
	HFS_DUMPED /* by itself: the final dump is there, but it could not
		      remove this file, having given up the rights */
};

/* At reference 0. */
struct hfs_header {
	union {
		struct hfs_control control;
		char page[HFS_PAGE];
	};
	/* Which process. */
	uint64_t start_wall_ms, start_ns; /* CLOCK_REALTIME, CLOCK_MONOTONIC */
	uint32_t pid, generation; /* generation: how many forks deep */
	uint64_t pid_namespace; /* inode of /proc/self/ns/pid; 0: not known */
	uint64_t start_ticks; /* field 22 of /proc/self/stat */
	char id[40], parent[40], boot[40];
	char host[72], exe[HFS_TEXT], cgroup[HFS_TEXT];
	char prefix[1024]; /* where its dumps go */
	uint64_t oom_kills; /* in its cgroup when it started */
	uint32_t unwind, stack_depth; /* UNWIND (0 cfi, 1 libunwind, 2 fp) */
	uint64_t temp_ms;

	_Atomic uint32_t used; /* units handed out */
	uint32_t unit_limit; /* units that MEMORY allows */
	_Atomic uint32_t file_units; /* units that are in the file */
	_Atomic uint32_t dumps_by_others; /* made of this state, of its id */

	_Atomic uint32_t interval_count;
	struct hfs_interval intervals[HFS_INTERVALS];

	/* Hash tables of stacks; a later one is 4 times the one before. */
	_Atomic uint32_t stack_tables;
	_Atomic hfs_ref stack_table[HFS_STACK_TABLES];
	_Atomic uint32_t stack_count;
	_Atomic hfs_ref newest_stack;
	/* Stacks beyond file_units: linked apart, so that the list in the
	   file stays whole. */
	_Atomic hfs_ref newest_stack_outside;

	_Atomic uint32_t module_count;
	_Atomic hfs_ref newest_module, newest_module_outside;

	_Atomic uint32_t name_count[HFS_NAME_KINDS];
	_Atomic hfs_ref newest_name;
	_Atomic uint32_t phase_count;
	_Atomic uint32_t phase_open; /* number of the present one, or 0 */
	_Atomic hfs_ref phases[HFS_PHASES]; /* number n at n - 1 */

	_Atomic uint64_t samples; /* taken so far; the last one's id */
	_Atomic uint64_t thinned;
	_Atomic uint64_t allocated; /* bytes in 2^-8, if DUMP_BYTES is set */
	struct hfs_chooser chooser; /* see hfs_at_peak */
	_Atomic uint64_t lost[HFS_LOSSES];
	_Atomic uint64_t dumps; /* sequence of dumps */
	_Atomic uint64_t own_bytes; /* mapped by the shim for its tables */

	struct hfs_rss rss;
	struct hfs_allocator allocator;
	_Atomic uint32_t history_count;
	_Atomic uint32_t history_step; /* seconds from one to the next */
	struct hfs_moment history[HFS_HISTORY];

	/* How it ended, where whoever started it has said so (`run`). */
	_Atomic uint32_t ended;
	_Atomic int32_t end_status;
	_Atomic uint64_t end_wall_ms;

	/* Programs that are profiled too and led to this one, "make/gcc": comm
	   of each; written by the helper, whole before _known is 1. */
	_Atomic uint32_t ancestors_known;
	char ancestors[HFS_TEXT];
};

_Static_assert(sizeof(struct hfs_header) < HFS_CHUNK / 8, "in the first chunk");

#endif
