/* SPDX-License-Identifier: Apache-2.0 */
/* What happened between two readings of one process. */
#ifndef WINDOW_H
#define WINDOW_H

#include "profile.h"

/*
 * p holds one process twice, and nothing else: as it was at the start, read
 * first, and at the end. Leaves one process with what was allocated between,
 * and as in use what is left of that: a stack's live bytes at the end less
 * those at the start, at least 0 and at most what it allocated. Rows are not to
 * be added to p any more.
 */
void window_cut(struct profile *p);

#endif
