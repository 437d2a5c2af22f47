/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phases by what they are called. A name may come several times in a process:
 * the n-th of one process and the n-th of another are one.
 */
#ifndef SELECT_PHASES_H
#define SELECT_PHASES_H

#include "profile.h"

struct phase_key {
	uint32_t name; /* into profile->strings */
	uint32_t nth; /* from 1, among those of its name in a process */
};

struct phase_list {
	struct phase_key *keys; /* in the order of their first phases */
	uint32_t count;
	uint32_t *key_of; /* by index into profile->phases */
};

void phases_find(struct phase_list *list, const struct profile *p);
void phases_release(struct phase_list *list);

/*
 * By index into profile->phases: is it of that name, and with nth > 0 the n-th
 * one? NULL after error() if none is, which says what there is. Caller frees.
 */
bool *phases_wanted(const struct profile *p, const char *name, uint32_t nth);

#endif
