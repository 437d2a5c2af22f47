/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the heap_v2 reader share: the head block, the list of
 * mapped files, and the figures of a stack. docs/FORMAT.md is the authority.
 */
#ifndef HEAPV2_H
#define HEAPV2_H

#include "addrmap.h"
#include "heapv2_names.h"
#include "profile.h"
#include "read.h"
#include "scan.h"

struct heapv2_head {
	struct profile *p; /* borrowed; strings and losses go there */
	struct addrmap *map; /* borrowed; NULL: modules are not wanted */
	struct process process;
	uint64_t version; /* of our own lines; 0: there are none */
	uint64_t seq;
	/* Length of the path's part that all dumps of a process share, or all.
	 */
	size_t series;
	bool modules; /* there are module rows */
	uint64_t *intervals; /* N in bytes, by index */
	size_t interval_count, interval_capacity;
	/* Ids are strings of p; of a phase its index there. */
	struct heapv2_names names;
	/* Of a file of merged processes, section 10 of FORMAT; or none. */
	struct process *parts;
	uint32_t part_count;
	char **was; /* keys of processes that are in it, as struct head's */
	size_t was_count, was_capacity;
};

/*
 * Begins a head with what the file's name says (section 8 of FORMAT, and
 * jemalloc's names, which are the same but for the start): pid, sequence
 * number, whether it is the final one. A name of another kind says nothing.
 */
void heapv2_head_init(struct heapv2_head *h, struct profile *p,
	struct addrmap *map, const char *file_name);

/* What the head itself holds; the process stays. */
void heapv2_head_release(struct heapv2_head *h);

/* One line of our own, without "# ". False: a known key, misspelt values. */
bool heapv2_head_line(struct heapv2_head *h, struct scan line);

/* "in-the-table written", of live samples: are they all listed? */
void heapv2_head_live(struct heapv2_head *h, struct scan line);

/*
 * Takes the list of mapped files off the end of *text: all behind the last line
 * "MAPPED_LIBRARIES:" or "--- Memory map: ---". False: there is none.
 */
bool heapv2_maps_find(struct scan *text, struct scan *list);

/*
 * That list: lines of /proc/PID/maps, and the short ones that jemalloc writes
 * on macOS and pprof's tools elsewhere,
 *   start-end: path [(@offset)] [build-id]
 * with $names that lines `name=value` before them explain. What is neither is
 * skipped. Where there were module rows nothing is taken: those know when a
 * file was mapped, the list only what is mapped now.
 */
void heapv2_maps(struct heapv2_head *h, struct scan list);

/* In a path as the kernel shows it a newline stands as \012: put right. */
void heapv2_decode_maps_path(char *path);

/*
 * Reads the text, which is all or the end of in. symbols: NULL, or names that
 * came with it. -1 after error(): p has no more processes and rows than before.
 */
struct heapv2_symbols;
int heapv2_read(struct profile *p, const struct input *in, struct scan text,
	const struct heapv2_symbols *symbols);

/* Hex digits, lower case: a build-id as the profile has it. */
bool heapv2_is_build_id(const char *s);

/* The `key=value,...` part of a stack's `# s` line. */
struct heapv2_stack {
	struct row row; /* without its indices; live at a phase's end as if the
			   phase had ended */
	uint64_t part; /* number of the process in a merged file; 0: none */
	uint64_t numbers[HEAPV2_KINDS]; /* of thread, label, phase; 0: none */
	uint64_t number;
	uint64_t epoch;
	bool truncated; /* key x, t */
	bool temp_guessed; /* key m had no variances */
	char lost; /* key x, f or b: why there is no stack; 0: there is one */
};
bool heapv2_stack_line(struct heapv2_stack *s, struct scan line, bool exact);

#endif
