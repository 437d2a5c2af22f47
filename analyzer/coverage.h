/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a profile can't have seen, as far as the loaded files tell: allocators
 * that bypass malloc, and how much of the memory the figures explain. The files
 * are looked at where they lie, if their build-id is the recorded one.
 */
#ifndef COVERAGE_H
#define COVERAGE_H

#include "allocator.h"
#include "profile.h"

enum coverage_kind {
	COVERAGE_PLAIN, /* nothing to say */
	COVERAGE_MALLOC, /* its malloc is the one below the profiler */
	COVERAGE_PROGRAM_MALLOC, /* the program's own: nothing is seen of it */
	COVERAGE_OTHER_MALLOC, /* one more; who binds to it is not seen */
	COVERAGE_PREFIXED, /* an allocator under a prefix */
	COVERAGE_IDLE /* loaded late, calls malloc, and in no stack */
};

struct coverage_file {
	uint32_t module; /* into profile->modules */
	enum coverage_kind kind;
	struct allocator allocator;
};

struct coverage {
	struct coverage_file *files; /* a module each, in their order */
	uint32_t count;
	uint32_t unknown; /* files that are not here, or not as they were */
	bool foreign; /* there are dumps that an allocator wrote itself */
};

void coverage_find(struct coverage *c, const struct profile *p);
void coverage_release(struct coverage *c);

/*
 * Live bytes of the process by all estimates there are: its own dump's, blocks
 * inherited by fork, and those of its allocator's own dump.
 */
double coverage_live(const struct profile *p, uint32_t process);

#endif
