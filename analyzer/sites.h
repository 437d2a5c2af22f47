/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of a struct shown by function: a site is a function with what it
 * allocated itself (flat) and what it and all that it called did (cum).
 */
#ifndef SITES_H
#define SITES_H

#include "select.h"

struct site {
	/* Of the function's lines the one that holds most, as a frame. */
	uint32_t frame;
	int64_t flat, cum; /* of the metric; recursion is counted once */
	double flat_var, cum_var;
	int64_t flat_objects, cum_objects;
	uint64_t flat_samples, cum_samples;
	/* Of what it allocated itself and was freed; sums over objects. */
	double freed_objects, lifetime_ns;
	/* Frames of the wrappers it called, heaviest first, in sites->via. */
	uint32_t first_via, vias;
};

struct sites {
	struct site *list;
	uint32_t count;
	uint32_t *via;
};

/* Sorted by flat, or by cum, largest (without their sign) first, then by
 * select_places. */
void sites_build(struct sites *out, const struct shown *s, bool by_cum);
void sites_release(struct sites *s);

#endif
