/* SPDX-License-Identifier: Apache-2.0 */
/* The part of select.c that knows the metrics. */
#ifndef SELECT_METRIC_H
#define SELECT_METRIC_H

#include "select.h"
#include "select_span.h"

/* The one of the pair that counts objects, and the one that counts bytes. */
enum metric metric_objects(enum metric m);
enum metric metric_space(enum metric m);
/* Is it one of the pair that is in use, or at the peak? */
bool metric_is_live(enum metric m);
bool metric_is_peak(enum metric m);

/*
 * The metric asked for, or the default: peak_space if the program ended and all
 * files have it, else what a foreign file puts first, else inuse_space, else
 * the first that there is. -1 after error() if no file holds it.
 */
int metric_choose(const struct profile *p, const struct selection *s);

/* Sums before rounding. */
struct figures {
	double value, var, objects, bytes;
	double freed_objects, lifetime_ns;
	uint64_t samples;
	/* Of all that was allocated: bytes, and their sizes; 0: not known. */
	double bytes_all;
	uint64_t size_min, size_max;
};

/* Of all of the time; of blocks inherited by fork; of the row's own phase. */
enum metric_side { OF_ALL, OF_INHERITED, OF_PHASE };

/* Adds a row's figures of that metric. */
void metric_add(struct figures *sum, const struct row *r, enum metric m,
	enum metric_side side);

void figures_add(struct figures *sum, const struct figures *f);

/* Fills all of `out` that tells what is shown. out->metric is set. */
void metric_describe(
	struct shown *out, const struct selection *s, const struct span *span);

#endif
