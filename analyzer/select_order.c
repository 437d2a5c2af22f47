/* SPDX-License-Identifier: Apache-2.0 */
#include "select_order.h"

static int
compare_places(const struct stack_order *o, struct slice x, struct slice y)
{
	uint32_t n = x.depth < y.depth ? x.depth : y.depth;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t fx = o->frames[x.first + i];
		uint32_t fy = o->frames[y.first + i];
		uint32_t px = o->places[o->p->frames[fx].function];
		uint32_t py = o->places[o->p->frames[fy].function];

		if (px != py)
			return px < py ? -1 : 1;
	}
	return x.depth == y.depth ? 0 : x.depth < y.depth ? -1 : 1;
}

/* For stacks of equal places. */
static int
compare_frames(const struct stack_order *o, struct slice x, struct slice y)
{
	for (uint32_t i = 0; i < x.depth; i++) {
		uint32_t fx = o->frames[x.first + i];
		uint32_t fy = o->frames[y.first + i];
		uint32_t lx = o->p->frames[fx].line;
		uint32_t ly = o->p->frames[fy].line;

		if (lx != ly)
			return lx < ly ? -1 : 1;
		if (fx != fy)
			return fx < fy ? -1 : 1;
	}
	return 0;
}

int
stack_compare(const struct stack_order *o, struct slice x, struct slice y)
{
	int order = compare_places(o, x, y);

	return order != 0 ? order : compare_frames(o, x, y);
}
