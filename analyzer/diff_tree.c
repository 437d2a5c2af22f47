/* SPDX-License-Identifier: Apache-2.0 */
#include "diff_tree.h"

#include <stdlib.h>
#include <string.h>

#include "diff_rows.h"
#include "err.h"
#include "select_roots.h"

static int64_t
gone_of(const struct shown_pair *pair)
{
	return pair->before > pair->after ? pair->before - pair->after : 0;
}

/* The same stack on a panel's frame. */
static void
add_stack(struct shown *to, const struct shown *from, uint32_t i,
	uint32_t panel, int64_t value)
{
	struct shown_stack s = from->stacks[i];
	uint32_t *frames = to->frames + to->frame_count;

	frames[0] = panel;
	memcpy(frames + 1, from->frames + s.first, s.depth * sizeof *frames);
	to->stacks[to->stack_count++] = (struct shown_stack){
		.first = to->frame_count,
		.depth = s.depth + 1,
		.charge = s.charge + 1,
		.roots = s.roots + 1,
		.truncated = s.truncated,
		.value = value,
		.stack = s.stack,
		.pair = s.pair,
	};
	to->frame_count += s.depth + 1;
	to->total += value;
}

/* What of a stack has a width on that panel. */
static int64_t
width_on(const struct shown_pair *pair, bool first)
{
	if (!first)
		return gone_of(pair);
	return pair->after > 0 ? pair->after : 0;
}

/* Those of `from` come sorted, and so they do within each panel. */
static void
add_panel(struct diff_tree *t, struct shown *to, const struct shown *from,
	uint32_t panel)
{
	bool first = panel == t->first;

	for (uint32_t i = 0; i < from->stack_count; i++) {
		int64_t width =
			width_on(&from->pairs[from->stacks[i].pair], first);

		if (first || width > 0)
			add_stack(to, from, i, panel, width);
	}
}

/* Of a picture, in which no error, no object and no base is shown by itself. */
static void
make_shown(struct diff_tree *t, struct shown *to, const struct shown *from)
{
	size_t stacks = 2 * (size_t)from->stack_count + 1;
	size_t frames = 0;
	bool ordered = strcmp(shown_name(from, t->first),
			       shown_name(from, t->second)) < 0;

	for (uint32_t i = 0; i < from->stack_count; i++)
		frames += 2 * ((size_t)from->stacks[i].depth + 1);
	*to = *from;
	to->frames = xmalloc_large((frames + 1) * sizeof(uint32_t));
	to->stacks = xcalloc(stacks, sizeof *to->stacks);
	to->frame_count = to->stack_count = 0;
	to->stack_of = NULL;
	to->pairs = NULL;
	to->base_names = NULL;
	to->compared = to->var_known = to->exact = false;
	to->total = 0;
	to->var = 0;
	add_panel(t, to, from, ordered ? t->first : t->second);
	add_panel(t, to, from, ordered ? t->second : t->first);
}

/* Stacks are sorted as nodes are, so a node's stand together. */
bool
diff_tree_own(const struct diff_tree *t, uint32_t column, uint32_t node,
	struct diff_figure *own)
{
	const struct shown *s = &t->columns[column];
	const struct shown_pair *pairs = t->of->list[column].shown.pairs;
	const uint32_t *leaves = t->leaves[column];
	uint32_t low = 0, high = s->stack_count, i;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (leaves[middle] < node)
			low = middle + 1;
		else
			high = middle;
	}
	*own = (struct diff_figure){ 0 };
	for (i = low; i < s->stack_count && leaves[i] == node; i++)
		diff_figure_add(own, &pairs[s->stacks[i].pair]);
	if (t->negated)
		*own = diff_figure_negated(own);
	return i > low;
}

void
diff_tree_build(struct diff_tree *t, const struct diff_columns *of,
	struct profile *p, bool negate)
{
	*t = (struct diff_tree){ .of = of, .negated = negate };
	t->first = roots_marker(p, negate ? DIFF_BEFORE : DIFF_NOW);
	t->second = roots_marker(p, negate ? DIFF_CAME : DIFF_GONE);
	for (uint32_t i = 0; i < of->count; i++) {
		make_shown(t, &t->columns[i], &of->list[i].shown);
		t->leaves[i] = xmalloc(((size_t)t->columns[i].stack_count + 1) *
				       sizeof *t->leaves[i]);
	}
	tree_build_leaves(&t->tree, t->columns, of->count, of->main, t->leaves);
	diff_tree_sum(t, of->main, &t->sums);
	t->gone = t->tree.nodes[0].total - of->list[of->main].total.after;
}

void
diff_tree_release(struct diff_tree *t)
{
	tree_release(&t->tree);
	for (uint32_t i = 0; t->of && i < t->of->count; i++) {
		free(t->columns[i].frames);
		free(t->columns[i].stacks);
		free(t->leaves[i]);
	}
	diff_sums_release(&t->sums);
	*t = (struct diff_tree){ 0 };
}
