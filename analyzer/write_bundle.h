/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle (docs/FORMAT.md section 11) into a stream: its list, the names, then
 * the dumps one by one in the order of the list.
 */
#ifndef WRITE_BUNDLE_H
#define WRITE_BUNDLE_H

#include <stdio.h>

#include "profile.h"

/* A dump that goes into it. */
struct bundled {
	char *path; /* of the file to read, its own or that of a bundle */
	uint64_t offset, extent; /* what of it; UINT64_MAX: to its end */
	char *name, *run_folder; /* as runs_file has them */
	bool named, running;
	int64_t changed_ms;
};

/*
 * p: symbolized, with every address of the dumps. 0, or -1 after error(); a
 * write that failed is found, and said, at the file's end.
 */
int write_bundle(FILE *out, const struct profile *p, const struct bundled *list,
	size_t count);

/* The file of names alone, as text. */
void write_bundle_symbols(FILE *out, const struct profile *p);

#endif
