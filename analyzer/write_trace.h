/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A series of dumps over time, gathered dump by dump for write_trace.c: only
 * figures and names stay of each.
 */
#ifndef WRITE_TRACE_H
#define WRITE_TRACE_H

#include "runs.h"
#include "select.h"

/* Bytes at one time; UINT64_MAX: not known. */
struct trace_point {
	uint64_t ns; /* since the process's start */
	uint64_t live, allocated, peak, rss;
	uint32_t process; /* into processes */
	bool is_dump; /* else of the trend that a dump holds */
	uint64_t seq; /* of the dump */
};

/* What a function or a stack held at a dump. */
struct trace_value {
	uint32_t point, key;
	int64_t bytes;
};

struct trace_process {
	int pid; /* 0: not known */
	int64_t start_ms;
	char *name;
	uint32_t number; /* of runs_dump */
	uint64_t last_ns; /* of its last point */
	/* As its last dump has them; names are strings of `names`. */
	struct phase *phases;
	uint32_t phase_count;
};

struct trace {
	const struct selection *selection; /* of it the rules and wrappers */
	bool any_live; /* some dump tells of live bytes, be they 0 */
	bool whole; /* there are no rules: the trend is of what is shown */
	struct profile all; /* stacks and names of all dumps */
	struct strtab names;
	/* "f" and a function's name, or "s" and a stack's, root;...;leaf. */
	struct strtab keys;
	int64_t *most; /* by key: the most that it held */
	size_t most_capacity;
	struct trace_process *processes;
	struct trace_point *points;
	struct trace_value *values; /* in order of points */
	size_t process_count, process_capacity;
	size_t point_count, point_capacity, value_count, value_capacity;
};

/* For runs_each(); context is the struct trace. */
int trace_gather(void *context, const struct runs_dump *d);
void trace_init(struct trace *t, const struct selection *selection);
void trace_release(struct trace *t);

#endif
