/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shim's options as `run` and `env` take them: --dump-seconds is the
 * environment's HEAPFLAME_DUMP_SECONDS. The shim forgives a wrong value; here
 * it is refused before anything is started.
 */
#ifndef SHIM_OPTIONS_H
#define SHIM_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

enum shim_option {
	SHIM_SAMPLE,
	SHIM_PREFIX,
	SHIM_ACTIVE,
	SHIM_DUMP_BYTES,
	SHIM_DUMP_SECONDS,
	SHIM_DUMP_KEEP,
	SHIM_DUMP_LIMIT,
	SHIM_MEMORY,
	SHIM_UNWIND,
	SHIM_DEPTH,
	SHIM_FOLLOW,
	SHIM_LIVE,
	SHIM_TEMP_MS,
	SHIM_VERBOSE,
	SHIM_OPTIONS
};

/* What getopt_long returns for SHIM_SAMPLE; the others follow. */
#define SHIM_OPTION_VALUE 1000

/* Values as given on the command line, borrowed from argv; NULL: not given. */
struct shim_settings {
	const char *value[SHIM_OPTIONS];
};

/* Fills SHIM_OPTIONS entries of a getopt_long table. */
void shim_options_getopt(struct option *table);

/*
 * Takes an option that getopt_long has just returned. A switch may stand alone
 * (1), or have 0 or 1 as its value or as the next word. 0, or -1 after error().
 */
int shim_options_take(
	struct shim_settings *s, int returned, int argc, char **argv);

/*
 * Says what getopt_long (opterr 0, shorts beginning with ":") did not like when
 * it returned `found`. Returns -1.
 */
int shim_options_complain(const struct option *longs, int found, char **argv);

/* "HEAPFLAME_DUMP_SECONDS"; a constant string. */
const char *shim_options_variable(enum shim_option o);

#endif
