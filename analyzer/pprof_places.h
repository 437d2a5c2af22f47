/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's locations as those of a profile: with the names that came along, or
 * else a module and a return address, which are symbolized later. Each is made
 * when a sample first needs it.
 */
#ifndef PPROF_PLACES_H
#define PPROF_PLACES_H

#include "pprof_drop.h"
#include "pprof_file.h"

/* Frames of a stack that are kept, as of any dump; and of one location. */
#define PPROF_DEPTH_MAX	 4096
#define PPROF_INLINE_MAX 63

struct pprof_places {
	struct pprof_file *f; /* borrowed */
	struct pprof_drop drop;
	struct pprof_segment *segments; /* of mappings */
	size_t segment_count, segment_capacity;
	struct pprof_function *functions;
	size_t function_count, function_capacity;
	uint64_t unnamed; /* locations that are to be symbolized */
	unsigned char *flags; /* by location: what drop_frames does to it */

	/* The stack at hand. */
	uint32_t locations[PPROF_DEPTH_MAX]; /* of the profile, leaf first */
	unsigned char found[PPROF_DEPTH_MAX]; /* their flags */
	uint32_t depth;
	uint32_t frames; /* of it, two at least for each location */
	bool truncated;
};

/* 0, or -1 after error(). Either way it is to be released. */
int pprof_places_init(struct pprof_places *s, struct pprof_file *f);
void pprof_places_release(struct pprof_places *s);

/*
 * The stack of a sample that begins at `at`. 0, or -1 after error(), or 1: it
 * would take a new location where there may be none.
 */
int pprof_places_stack(struct pprof_places *s, const uint64_t *ids,
	size_t count, const unsigned char *at, bool may_be_new);

#endif
