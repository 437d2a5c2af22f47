/* SPDX-License-Identifier: Apache-2.0 */
/* Fills in which frame of each stack decided to allocate. */
#ifndef CHARGE_H
#define CHARGE_H

#include "select.h"
#include "wrappers.h"

/*
 * Sets stacks[].charge. w NULL: the leaf is charged. A function without a name
 * gives way to the named one of its module that called it, and in the library
 * of an allocator to whoever called that. If all frames are wrappers the
 * outermost is charged; frames of our own making never are, unless there is no
 * other.
 */
void charge_stacks(struct shown *s, const struct wrappers *w);

#endif
