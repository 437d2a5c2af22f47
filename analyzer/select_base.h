/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of select.c that subtracts a base. Addresses differ between runs, so
 * stacks are equal if their frames are: function, source file, line and module.
 * Of a module that was built anew (its build-id is another one) files and lines
 * may have moved: there functions are equal by name.
 */
#ifndef SELECT_BASE_H
#define SELECT_BASE_H

#include "select.h"

/*
 * Takes what s->base holds out of `out`, which is of p and not charged yet. The
 * base is selected by s, too, of the metric of `out`. Errors add up. 0, or -1
 * after error(): the base has no such metric or phase.
 */
int base_subtract(
	struct shown *out, struct profile *p, const struct selection *s);

#endif
