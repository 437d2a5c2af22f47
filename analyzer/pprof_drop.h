/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drop_frames and keep_frames: expressions, in RE2's language, for the names of
 * functions that are to be taken out with all that they called. Both come with
 * the file, so they are matched by an automaton of ours, in time that is linear
 * in the name whatever the expression is.
 */
#ifndef PPROF_DROP_H
#define PPROF_DROP_H

#include "pprof_file.h"
#include "pprof_rx.h"

struct pprof_drop {
	bool active;
	struct pprof_rx *drop, *keep; /* keep may be NULL */
};

/*
 * 0, or -1 after error(). An expression of a kind that is not known here is
 * said, and nothing is dropped.
 */
int pprof_drop_init(struct pprof_drop *d, struct pprof_file *f);
void pprof_drop_release(struct pprof_drop *d);

/*
 * Is a function of that name taken out? None is any more once the names of a
 * file have been work enough.
 */
bool pprof_drop_matches(struct pprof_drop *d, const char *name);

#endif
