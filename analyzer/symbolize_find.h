/* SPDX-License-Identifier: Apache-2.0 */
/* Where a module's file and its debug file are looked for. */
#ifndef SYMBOLIZE_FIND_H
#define SYMBOLIZE_FIND_H

#include "symbolize.h"
#include "symbolize_elf.h"

struct symbolize_places {
	const struct symbolize_options *options;
	int pid; /* of the process that is meant; 0: none */
	const char *root; /* of its files; NULL: ours */
};

/* For symbolize_wanted.debug_path; the caller frees. */
char *symbolize_debug_path(const struct symbolize_places *places);

/*
 * Opens the module with that path in the process: below the sysroot, below the
 * root, at its path, and if the file is gone there by what the kernel still
 * has of it while its process runs. wanted.path is not looked at. NULL and *why
 * as of symbolize_open().
 */
struct symbolize_file *symbolize_find(const struct symbolize_places *places,
	struct symbolize_wanted wanted, const char *path, const char **why);

#endif
