/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame of perf's as functions, tidied as stackcollapse-perf.pl does it, so
 * that the names are those which people know.
 */
#ifndef PERF_NAMES_H
#define PERF_NAMES_H

#include "name_cache.h"
#include "perf_line.h"
#include "profile.h"

/* `= {0}` is an empty one. */
struct perf_names {
	struct name_cache known; /* -> location */
	unsigned char *key;
	size_t capacity;
};

/*
 * The location of a frame, of a process called "java" or not. NONE: it is none
 * that counts (NAME_UNKNOWN), or it is new and may not be added.
 */
uint32_t perf_names_location(struct perf_names *n, struct profile *p,
	const struct perf_frame *f, bool java, bool may_add);
void perf_names_release(struct perf_names *n);

/* Is it a frame at all? perf puts "(comm)" where it knows nothing else. */
bool perf_names_counts(const struct perf_frame *f);

#endif
