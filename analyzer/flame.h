/* SPDX-License-Identifier: Apache-2.0 */
/* From a loaded profile to a flame graph in a file, in one call. */
#ifndef FLAME_H
#define FLAME_H

#include "profile.h"
#include "select.h"
#include "write.h"

/*
 * Writes the flame graph of p, which is symbolized, to `path` ("-": stdout),
 * whole or not at all. selection and options may be NULL: the default metric,
 * wrappers greyed, the default looks. A profile that holds nothing gives a
 * picture that says so. 0, or -1 after error().
 */
int flame_write(struct profile *p, const char *path,
	const struct selection *selection, const struct svg_options *options);

/* The same, into a stream that is open. */
int flame_put(FILE *out, struct profile *p, const struct selection *selection,
	const struct svg_options *options);

/*
 * The same as the last thing that is done with p, which then may only be
 * released: what is not drawn any more makes room for millions of frames.
 */
int flame_write_last(struct profile *p, const char *path,
	const struct selection *selection, const struct svg_options *options);

/*
 * Where it goes when nobody says: "flame.svg" in the folder of a run,
 * "<name>.svg" in the working directory for a single file. `origin` is
 * runs_origin()'s. Caller frees.
 */
char *flame_path(const char *origin);

#endif
