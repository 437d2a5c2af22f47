/* SPDX-License-Identifier: Apache-2.0 */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

static int
compare(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (llabs(a->value) != llabs(b->value))
		return llabs(a->value) > llabs(b->value) ? -1 : 1;
	return a->frames < b->frames ? -1 : a->frames > b->frames;
}

void
groups_build(struct groups *out, const struct shown *s)
{
	size_t bytes = (size_t)s->bys * sizeof(uint32_t);
	struct group *g = NULL;

	*out = (struct groups){ 0 };
	if (s->bys == 0)
		return;
	out->list = xcalloc((size_t)s->stack_count + 1, sizeof *out->list);
	/* Stacks are sorted from the root: equal roots stand together. */
	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];
		/* After the programs that led to a process. */
		const uint32_t *frames =
			s->frames + stack->first + stack->roots - s->bys;

		if (!g || memcmp(g->frames, frames, bytes) != 0) {
			g = &out->list[out->count++];
			g->frames = frames;
		}
		g->value += stack->value;
		g->objects += stack->objects;
		g->samples += stack->samples;
		g->var += stack->var;
	}
	if (out->count > 0)
		qsort(out->list, out->count, sizeof *out->list, compare);
}

void
groups_release(struct groups *g)
{
	free(g->list);
	*g = (struct groups){ 0 };
}
