/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of a flame graph by the names that flamegraph.pl and inferno gave
 * them, so that what calls those needs no change. Some have no meaning here:
 * they are taken, and a line says so where the picture is another one for it.
 */
#ifndef FLAME_OPTIONS_H
#define FLAME_OPTIONS_H

#include "args.h"
#include "write.h"

struct flame_options {
	struct svg_options svg; /* what of them the writer is told */
	double factor; /* what is counted is multiplied by it */

	/* Private: words, until they are looked at. */
	const char *min_width, *colors, *ground, *encoding, *attributes;
	bool by_hash, deterministic, consistent, chart, chance, diffusion;
};

#define FLAME_OPTIONS 25

/* Their table, which ends with name NULL. */
void flame_options_own(
	struct args_own own[FLAME_OPTIONS + 1], struct flame_options *o);

/* After parsing. 0, or -1 after error(): wrong usage. */
int flame_options_check(struct flame_options *o);

#endif
