/* SPDX-License-Identifier: Apache-2.0 */
/* What `heapflame run` says when the program is gone. */
#ifndef RUN_SUMMARY_H
#define RUN_SUMMARY_H

#include <stdbool.h>

#include "folder.h"
#include "leaks.h"
#include "run_files.h"

/* Everything borrowed. */
struct run_end {
	const char *program; /* as the user named it */
	const char *file; /* the file that was executed */
	int status; /* of waitpid */
	bool oom; /* it fell to the OOM killer of its cgroup */
	double seconds; /* from its start to its end */
	const struct run_files *files;
	const struct folder_list *dumps; /* what this run left there */
	const char *each_phase; /* folder for a picture a phase; NULL: none */
	bool alone; /* there are no dumps of other runs there */
	bool active; /* false: it was asked not to sample */
	bool live; /* it was to have a live state */
	struct leaks_view *leaks; /* what run_leaks leaves out, and how much */
	bool quiet; /* only files, and leaks if there are any */
};

/*
 * Writes the flame graph and, to stderr, how the program ended, peak, live at
 * its end, the five top sites and where to look further. 0, or -1 after
 * error(): dumps that can't be read, a picture that can't be written.
 */
int run_summary(const struct run_end *e);

/*
 * `run --leaks`: what lives at the end, by stack, to stderr. loaded() is called
 * as soon as the dumps are not needed any more. Returns how many objects live,
 * or -1 after error(), or where nothing was captured, which was said.
 */
long long run_leaks(const struct run_end *e, void (*loaded)(void *), void *arg);

#endif
