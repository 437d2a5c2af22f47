/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mappings, locations and functions of a profile.proto: numbered from 1 in the
 * order in which stacks ask for them, and written behind the stacks.
 */
#ifndef WRITE_PPROF_PLACES_H
#define WRITE_PPROF_PLACES_H

#include "profile.h"
#include "write_pprof_out.h"

/* A location of the profile, or a frame that has none. */
struct pprof_place {
	bool of_frame;
	uint32_t index;
};

/* What is known of a module, as its mapping says. */
struct pprof_module {
	uint32_t id; /* 0: not used */
	bool used, functions, files, lines, inlined;
	uint64_t low, high; /* of the code in it that is used: file offsets */
};

struct pprof_out_places {
	const struct profile *p; /* borrowed; grows no more */
	struct pprof_place *places; /* of id 1, 2, ... */
	size_t place_count, place_capacity;
	uint32_t *of_location, *of_frame; /* ids; 0: none yet */
	struct pprof_module *modules;
	uint32_t *functions, *of_function; /* of id 1, 2, ...; and ids */
	uint32_t function_count;
	uint32_t *order; /* of modules, see write_modules.h */
	uint64_t *starts;
};

void pprof_out_places_init(struct pprof_out_places *s, const struct profile *p);
void pprof_out_places_release(struct pprof_out_places *s);

/* The id of a location, or of a frame that stands for itself. */
uint64_t pprof_out_location(struct pprof_out_places *s, uint32_t location);
uint64_t pprof_out_frame(struct pprof_out_places *s, uint32_t frame);

void pprof_out_places_write(struct pprof_out_places *s, struct pprof_out *o);

#endif
