/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What jemalloc and gperftools say of their stacks, kept until all of a file
 * was read: only then it goes into the profile, so that a file that turns out
 * to be damaged leaves nothing there.
 */
#ifndef HEAPV2_ROWS_H
#define HEAPV2_ROWS_H

#include "heapv2_counts.h"
#include "read.h"
#include "read_budget.h"

struct heapv2_rows {
	struct profile *p; /* borrowed */
	uint64_t interval; /* what figures are scaled with */
	/* Where objects in use and the like count; of gperftools' others. */
	int metric[HEAPV2_COUNTS];
	bool accumulated; /* some figure of what was ever allocated */

	/* The stack that is being read. */
	uint64_t counts[HEAPV2_COUNTS];
	struct heapv2_estimate total;
	struct heapv2_share *shares;
	size_t share_count, share_capacity;

	/* Names of threads, by their number. */
	struct heapv2_thread *threads;
	size_t thread_count, thread_capacity;
	bool threads_sorted;

	struct read_budget budget;
	uint32_t locations_before; /* of the profile */
	struct heapv2_estimate others; /* of stacks that found no room */
	const struct input *of; /* borrowed */
	bool crowded; /* no room for some of the threads of this stack */

	struct heapv2_row *list;
	size_t count, capacity;
};

/* of: the file, for its name and size. `interval` is 0. */
void heapv2_rows_init(
	struct heapv2_rows *r, struct profile *p, const struct input *of);
void heapv2_rows_release(struct heapv2_rows *r);

/* A thread's name; of a number that has one already it is not looked at. */
void heapv2_rows_name(
	struct heapv2_rows *r, uint64_t number, const char *name, size_t n);

/* Begins a stack; its figures, and those of its threads. */
void heapv2_rows_begin(struct heapv2_rows *r);
void heapv2_rows_total(struct heapv2_rows *r, const uint64_t v[HEAPV2_COUNTS]);
void heapv2_rows_thread(struct heapv2_rows *r, uint64_t number,
	const uint64_t v[HEAPV2_COUNTS]);

/* Was there any figure? */
bool heapv2_rows_any(const struct heapv2_rows *r);

/* The stack to be used instead of a new one if there is no room; or NONE. */
uint32_t heapv2_rows_other(struct heapv2_rows *r);

/* Ends it: it was that stack of the profile. */
void heapv2_rows_end(struct heapv2_rows *r, uint32_t stack);

/* All of them become rows of that process. */
void heapv2_rows_commit(struct heapv2_rows *r, uint32_t process);

#endif
