/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules that are remembered before there is a region to have rows in, or for
 * a process that sees no /proc. Private memory, so that a forked child has them
 * too; used by nobody but who has claimed the modules (modules.c).
 */
#ifndef HF_KEPT_H
#define HF_KEPT_H

#include "modules.h"

/* Forgets what is kept, for a walk without a region. False: no memory. */
bool hf_kept_begin(void) HF_CHECKED;
/* One that finds no room is left out. */
void hf_kept_add(struct hf_modules_walk *w, const struct hf_found_module *m);
void hf_kept_end(const struct hf_modules_walk *w);

/*
 * What is kept was loaded in that epoch, and was read in the maps. *all: there
 * was nothing else.
 */
bool hf_kept_maps(uint32_t epoch, bool *all);

/* All that is kept, into a walk with a region, if it is of the same epoch. */
void hf_kept_recall(struct hf_modules_walk *w);

#endif
