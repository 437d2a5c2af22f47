/* SPDX-License-Identifier: Apache-2.0 */
/* Growth for those that were not asked for it, and must not take long. */
#ifndef GROWTH_SMALL_H
#define GROWTH_SMALL_H

#include "growth.h"

/*
 * As growth_find(), where the files hold four dumps or more of a process and
 * no more than 256 and 64 MiB in all. Silent: what is to be said of them was,
 * when they were loaded. False: nothing is known of growth. g is to be released
 * in any case.
 */
bool growth_find_small(struct growth *g, char *const *names, int count,
	bool all, const struct growth_options *o);

#endif
