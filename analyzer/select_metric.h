/* SPDX-License-Identifier: Apache-2.0 */
/* The part of select.c that knows the metrics. */
#ifndef SELECT_METRIC_H
#define SELECT_METRIC_H

#include "select.h"

/* The one of the pair that counts objects, and the one that counts bytes. */
enum metric metric_objects(enum metric m);
enum metric metric_space(enum metric m);

/*
 * The metric asked for, or with -1 the default: peak_space if the program ended
 * and all files have it, else inuse_space, else the first that there is. -1
 * after error() if no file holds it.
 */
int metric_choose(const struct profile *p, int asked);

/* Sums before rounding. */
struct figures {
	double value, var, objects, bytes;
	uint64_t samples;
};

/* Adds a row's figures of that metric, or those of its inherited blocks. */
void metric_add(struct figures *sum, const struct row *r, enum metric m,
	bool inherited);

/* Fills out->title, exact, var_known and the intervals. out->metric is set. */
void metric_describe(struct shown *out, bool by_process);

#endif
