/* SPDX-License-Identifier: Apache-2.0 */
/* The stacks of a struct shown added up by what --by put at their roots. */
#ifndef GROUPS_H
#define GROUPS_H

#include "select.h"

struct group {
	const uint32_t *frames; /* shown->bys of them; borrowed from shown */
	int64_t value, objects;
	double var;
	uint64_t samples;
};

struct groups {
	struct group *list;
	uint32_t count;
};

/* Largest first, then in the order of the stacks. Empty without --by. */
void groups_build(struct groups *out, const struct shown *s);
void groups_release(struct groups *g);

#endif
