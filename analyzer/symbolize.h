/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses to names; symbolize_*.c are the only files that include elfutils. A
 * file is used only if its build-id is the recorded one. A name is used only
 * inside [st_value, st_value + st_size): a neighbour's name is a lie. What has
 * no name is "[module+0x1234]", where its function begins (if that can't be
 * told: the return address), as objdump shows it; struct module.why says why.
 */
#ifndef SYMBOLIZE_H
#define SYMBOLIZE_H

#include "profile.h"

/*
 * Fills locations[].first/depth, location_frames, frames, functions,
 * modules[].why and no_module_why for everything in p that has no frames yet.
 * Never fails: what can't be named is marked. Progress on stderr if it takes
 * over 2 s and stderr is a terminal.
 */
void profile_symbolize(struct profile *p);

/* Where else to look. All borrowed, and none needed: zeros are a default. */
struct symbolize_options {
	/* Colon-separated lists of folders as /usr/lib/debug; NULL-terminated.
	 */
	const char *const *debug_dirs;
	const char *sysroot; /* files are looked for below it first */
	const char *perf_map; /* a file, or a folder of perf-PID.map */
	bool short_names; /* without template arguments and parameters */
	bool debuginfod; /* servers in $DEBUGINFOD_URLS are asked */
};

/* For all profiles from now on. */
void profile_symbolize_options(const struct symbolize_options *options);

/*
 * A process whose files are meant: its pid as we see it, and where they lie,
 * seen from here ("/proc/42/root"): they are looked for there first. 0 and
 * NULL: nowhere else. Not copied.
 */
void profile_symbolize_of(int pid, const char *root);

#endif
