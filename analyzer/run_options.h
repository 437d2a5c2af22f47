/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `heapflame run`. */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include <stdbool.h>

#include "shim_options.h"

#define RUN_NO_CODE -1 /* --error-exitcode was not given */

/* Texts are borrowed from argv; run_options_release frees the rest. */
struct run_options {
	struct shim_settings shim;
	const char *output; /* folder; NULL: not given */
	const char *each_phase; /* folder for pictures; NULL: not given */
	const char *allocator; /* to run on; NULL: the program's */
	bool quiet, leaks;
	/* Of --leaks: --min-bytes, and --suppressions, NULL-terminated. */
	long long min_bytes;
	const char **suppressions;
	int leak_code; /* exit code if there are leaks, or RUN_NO_CODE */
	char **argv; /* of the program, NULL-terminated, at least its name */
};

/* 0, or -1 after error(). argv[0] is the command's name. */
int run_options_parse(struct run_options *o, int argc, char **argv);
void run_options_release(struct run_options *o);

/* The option's value, else the environment's, else NULL. */
const char *run_options_value(
	const struct run_options *o, enum shim_option which);

#endif
