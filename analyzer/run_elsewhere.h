/* SPDX-License-Identifier: Apache-2.0 */
/* Final dumps of a run's processes that are not in the run's folder. */
#ifndef RUN_ELSEWHERE_H
#define RUN_ELSEWHERE_H

#include <stdbool.h>

#include "heapflame_state.h"

/*
 * Did a process that gave up its user, as workers of a server do, leave its
 * final dump in that user's /tmp/heapflame-<uid>, since it could not write to
 * the run's folder? Only root can tell; nobody else's process can do so.
 */
bool run_elsewhere_dumped(const struct hfs_header *h);

#endif
