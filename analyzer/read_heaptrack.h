/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the heaptrack reader share. A file of it is a log: tables
 * of strings, code addresses and traces, each entry before its first use, and
 * between them every allocation and every free.
 */
#ifndef READ_HEAPTRACK_H
#define READ_HEAPTRACK_H

#include "addrmap.h"
#include "profile.h"
#include "read_budget.h"
#include "scan.h"
#include "source.h"

/*
 * What one trace allocated. `peak` holds as of the moment of the highest total
 * only if nothing changed since then: heaptrack_costs_settle brings it up to
 * date, which each change does first.
 */
struct heaptrack_cost {
	uint64_t alloc, alloc_objects, live, live_objects;
	uint64_t temp, temp_objects, peak, peak_objects;
	uint64_t epoch; /* of the highest total that `peak` is of */
	uint32_t trace;
};

/* `= {0}` is an empty one. */
struct heaptrack_costs {
	struct heaptrack_cost *list;
	size_t count, capacity;
	uint64_t total, allocated, highest; /* bytes */
	uint64_t epoch; /* how often there was a new highest total */
};

uint32_t heaptrack_costs_add(struct heaptrack_costs *c, uint32_t trace);
void heaptrack_costs_alloc(
	struct heaptrack_costs *c, uint32_t cost, uint64_t size);
/* temporary: nothing was allocated or freed since it was allocated. */
void heaptrack_costs_free(struct heaptrack_costs *c, uint32_t cost,
	uint64_t size, bool temporary);
void heaptrack_costs_settle(
	const struct heaptrack_costs *c, struct heaptrack_cost *cost);

/* Functions of one address: innermost inlined one first. */
struct heaptrack_place {
	uint32_t function, file; /* strings of p, or NONE */
	uint32_t line;
};

struct heaptrack_ip {
	uint64_t address;
	uint32_t module; /* string of p, or NONE */
	uint32_t first, depth; /* into places */
	uint32_t location; /* plus 1; 0: not made yet */
};

struct heaptrack_trace {
	uint32_t ip; /* into ips; of a raw file: a location of p */
	uint32_t parent; /* index plus 1, lower than its own; 0: none */
	uint32_t cost; /* plus 1; 0: it allocated nothing */
};

/* Blocks of a raw file that live, by address. `= {0}` is an empty table. */
struct heaptrack_block {
	uint64_t address; /* 0: free */
	uint64_t size;
	uint32_t cost;
};
struct heaptrack_blocks {
	struct heaptrack_block *slots;
	size_t slot_count, used;
};
void heaptrack_blocks_put(
	struct heaptrack_blocks *b, struct heaptrack_block block);
/* Taken out of it. False: it is not there. */
bool heaptrack_blocks_take(struct heaptrack_blocks *b, uint64_t address,
	struct heaptrack_block *block);

struct heaptrack_info {
	uint64_t size;
	uint32_t cost;
};

struct heaptrack {
	struct profile *p; /* borrowed */
	struct source *s; /* borrowed */
	struct process process;
	uint32_t index; /* of the process */
	uint64_t version, line; /* of the file; being read */
	uint64_t page_size, now_ms;
	uint64_t suppressions;
	bool raw; /* addresses and pointers, not yet interpreted */
	bool in_command; /* the command line goes on */
	uint32_t command; /* first word of the command line, or NONE */

	uint32_t *strings; /* ids of p */
	struct heaptrack_place *places;
	struct heaptrack_ip *ips;
	struct heaptrack_trace *traces;
	struct heaptrack_info *infos;
	size_t string_count, string_capacity, place_count, place_capacity;
	size_t ip_count, ip_capacity, trace_count, trace_capacity;
	size_t info_count, info_capacity;
	struct heaptrack_costs costs;
	uint32_t no_trace; /* cost plus 1 of what has no trace */
	uint64_t last; /* info or address that was just allocated, */
	bool has_last; /* if nothing else happened since */

	/* Of a raw file. */
	struct addrmap map;
	bool map_used; /* since it was last emptied */
	struct heaptrack_blocks blocks;

	/* The trend, thinned: one moment stands for `stride` time stamps. */
	struct moment *moments;
	size_t moment_count;
	uint64_t stride, stamps;
};

/*
 * The next line lies at the window's begin; *length is without its newline. 1,
 * 0 at the file's end, also where its last line is cut off, -1 after error().
 */
int heaptrack_next_line(struct heaptrack *h, size_t *length);

/*
 * The string that `line` begins with, taken off it; before version 3 the whole
 * rest, or with `whole` false the next word. It may reach into lines further
 * on: *length is then that of all of them. The window may move. As above.
 */
int heaptrack_take_text(struct heaptrack *h, size_t *length, struct scan *line,
	struct scan *text, bool whole);

/* error(), with the line's number; false. */
bool heaptrack_bad_line(const struct heaptrack *h, const char *what);

/*
 * Lines of the tables, behind their letter and blank; false: they make no
 * sense.
 */
bool heaptrack_string(struct heaptrack *h, struct scan text);
bool heaptrack_ip_line(struct heaptrack *h, struct scan line);
bool heaptrack_trace_line(struct heaptrack *h, struct scan line);
/* "<name> ..." of an `m` line, the name taken off; "-" empties the list. */
bool heaptrack_module_line(
	struct heaptrack *h, const char *name, struct scan line);

/* What the tables take, in bytes; so many times the file's size at most. */
#define HEAPTRACK_TIMES 10
uint64_t heaptrack_tables_size(const struct heaptrack *h);

/* Events: lines behind their letter and blank. */
bool heaptrack_info_line(struct heaptrack *h, struct scan line);
bool heaptrack_alloc_line(struct heaptrack *h, struct scan line);
bool heaptrack_free_line(struct heaptrack *h, struct scan line);

/* A point of the trend, at now_ms. */
void heaptrack_moment(struct heaptrack *h);

/* When all was read: the rows of the process, and its trend. */
void heaptrack_rows(struct heaptrack *h);

#endif
