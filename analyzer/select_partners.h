/* SPDX-License-Identifier: Apache-2.0 */
/* Which processes are on both sides of a comparison. */
#ifndef SELECT_PARTNERS_H
#define SELECT_PARTNERS_H

#include "profile.h"

/*
 * Fills `to` by process of `now`: the same one in base, or NONE. Returns how
 * many have one. Of two with one name in base only one is found, once.
 */
uint32_t partners_find(
	uint32_t *to, const struct profile *now, const struct profile *base);

#endif
