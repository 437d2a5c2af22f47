/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of select.c that turns rows into stacks of frames: --by puts roots
 * there, the rules take frames out.
 */
#ifndef SELECT_COLLECT_H
#define SELECT_COLLECT_H

#include "charge.h"
#include "select.h"
#include "select_metric.h"
#include "select_roots.h"
#include "select_rules.h"
#include "select_span.h"

/* A row as frames, not yet merged. */
struct entry {
	uint32_t row, first, depth;
	bool inherited; /* what counts are its inherited figures */
	struct figures figures; /* at hand: rows are large, and far apart */
};

struct collector {
	struct profile *p;
	enum metric metric;
	const struct selection *s;
	struct span span;
	struct rules rules;
	struct roots roots;
	struct charger charger; /* for --by module */
	uint32_t *frames; /* root first */
	size_t frame_count, frame_capacity;
	struct entry *entries;
	size_t count, capacity;
	struct figures kept; /* sum of the entries' */
	double whole; /* sum of the figures, those that rules dropped, too */
};

/* Every row with a figure that the rules leave. span and rules are found. */
void collect(struct collector *c, const struct wrappers *w);
void collect_release(struct collector *c); /* of one with zeros, too */

/* How many frames --by puts at the root of a process's stacks. */
uint32_t collect_roots(const struct collector *c, uint32_t process);

#endif
