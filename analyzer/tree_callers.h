/* SPDX-License-Identifier: Apache-2.0 */
/* The same stacks read from the leaf: below a function stand its callers. */
#ifndef TREE_CALLERS_H
#define TREE_CALLERS_H

#include "select.h"

/*
 * s with its frames, without its pairs. No wrapper is one here. Release with
 * shown_release().
 */
void shown_reverse(struct shown *out, const struct shown *s);

#endif
