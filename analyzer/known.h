/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known one-time allocations of libc and libstdc++, which a list of leaks need
 * not name. The list is known_once.txt, embedded by the build.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include "select.h"

struct known_hidden {
	int64_t bytes, objects;
};

/*
 * Takes the known stacks out of s, and out of its totals, and says how much
 * that was. Its frames stay. -1 after error(): the list is broken.
 */
int known_hide(struct shown *s, struct known_hidden *hidden);

#endif
