/* SPDX-License-Identifier: Apache-2.0 */
/* Processes added up by program, and by whether they were killed. */
#ifndef RUN_MERGE_SUM_H
#define RUN_MERGE_SUM_H

#include <stddef.h>

#include "profile.h"

struct merge_sum {
	struct profile p; /* its processes are the sums */
	/* Losses of each of them, as p has them only at the end. */
	struct merge_loss {
		uint32_t process, cause;
		uint64_t count;
	} * losses;
	size_t loss_count, loss_capacity;
	char **was; /* keys of those added, as struct head's `process` */
	size_t was_count, was_capacity;
};

void merge_sum_init(struct merge_sum *s);
void merge_sum_release(struct merge_sum *s);

/* With what a merged file holds. 0 or -1. */
int merge_sum_begin(struct merge_sum *s, const char *path);

/*
 * Another process's file. -1: it can't be read, or tells what would be lost:
 * it has phases, or not all metrics.
 */
int merge_sum_add(struct merge_sum *s, const char *path);

/* All are in: makes p complete. */
void merge_sum_end(struct merge_sum *s);

#endif
