/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of select_base.c that finds the frames of one profile in another.
 */
#ifndef SELECT_TRANSLATE_H
#define SELECT_TRANSLATE_H

#include "select.h"

struct translation {
	struct profile *p; /* borrowed; what it lacks is added */
	const struct profile *from; /* borrowed */
	uint32_t *frames; /* by frame of `from`: that of p; NONE: not shown */
	bool *rebuilt; /* by module of p: the base has another build of it */
	uint32_t rebuilt_count;
};

/* Of the frames that `base` shows. */
void translation_init(
	struct translation *t, struct profile *p, const struct shown *base);
void translation_release(struct translation *t);

/*
 * The frame of p that stands for it, and for all that are equal to it: itself,
 * in a module that was built anew one for all of its function's.
 */
uint32_t translation_key(struct translation *t, uint32_t frame);

#endif
