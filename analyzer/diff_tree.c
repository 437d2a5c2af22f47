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

/* Those of `from` come sorted, and so they do within each panel. */
static void
add_panels(struct diff_tree *t, const struct shown *from, struct profile *p)
{
	uint32_t gone = roots_marker(p, t->negated ? DIFF_CAME : DIFF_GONE);

	t->first = roots_marker(p, t->negated ? DIFF_BEFORE : DIFF_NOW);
	for (uint32_t i = 0; i < from->stack_count; i++) {
		int64_t after = from->pairs[from->stacks[i].pair].after;

		add_stack(&t->shown, from, i, t->first, after > 0 ? after : 0);
	}
	for (uint32_t i = 0; i < from->stack_count; i++) {
		int64_t less = gone_of(&from->pairs[from->stacks[i].pair]);

		if (less > 0)
			add_stack(&t->shown, from, i, gone, less);
		t->gone += less;
	}
}

/* Of a picture, in which no error, no object and no base is shown by itself. */
static void
make_shown(struct diff_tree *t, const struct diff *d, struct profile *p)
{
	const struct shown *from = &d->shown;
	size_t stacks = 2 * (size_t)from->stack_count + 1;
	size_t frames = 0;

	for (uint32_t i = 0; i < from->stack_count; i++)
		frames += 2 * ((size_t)from->stacks[i].depth + 1);
	t->shown = *from;
	t->shown.frames = xmalloc_large((frames + 1) * sizeof(uint32_t));
	t->shown.stacks = xcalloc(stacks, sizeof *t->shown.stacks);
	t->shown.frame_count = t->shown.stack_count = 0;
	t->shown.stack_of = NULL;
	t->shown.pairs = NULL;
	t->shown.base_names = NULL;
	t->shown.compared = t->shown.var_known = t->shown.exact = false;
	t->shown.total = 0;
	t->shown.var = 0;
	add_panels(t, from, p);
}

static void
add_up(struct diff_figure *to, const struct diff_figure *from)
{
	const struct shown_pair pair = { from->before, from->after,
		from->objects_before, from->objects_after, from->before_var,
		from->after_var, from->came, from->went };

	diff_figure_add(to, &pair);
}

/* The root has both panels on it, and so would count what is gone twice. */
static void
judge(struct diff_tree *t, const struct diff *d)
{
	uint32_t count = t->tree.count, tries = 0;
	struct diff_figure **list = xmalloc((count + 1) * sizeof *list);

	for (uint32_t i = count; i-- > 1;)
		if (t->tree.nodes[i].parent != 0)
			add_up(&t->figures[t->tree.nodes[i].parent],
				&t->figures[i]);
	for (uint32_t i = 1; i < count; i++) {
		struct diff_figure *f = &t->figures[i];

		diff_figure_judge(f, &d->shown);
		if (f->came.sum > 0 || f->went.sum > 0)
			list[tries++] = f;
	}
	diff_figures_certain(list, tries);
	t->figures[0] = d->total;
	free(list);
}

static struct diff_figure
negated(const struct diff_figure *f)
{
	static const enum diff_status other[] = {
		[DIFF_SAME] = DIFF_SAME,
		[DIFF_NEW] = DIFF_VANISHED,
		[DIFF_VANISHED] = DIFF_NEW,
		[DIFF_GROWN] = DIFF_SHRUNK,
		[DIFF_SHRUNK] = DIFF_GROWN,
	};

	return (struct diff_figure){
		.before = f->after,
		.after = f->before,
		.change = -f->change,
		.objects_before = f->objects_after,
		.objects_after = f->objects_before,
		.before_var = f->after_var,
		.after_var = f->before_var,
		.came = f->went,
		.went = f->came,
		.change95 = { -f->change95.high, -f->change95.low },
		.p = f->p,
		.status = other[f->status],
		.significant = f->significant,
		.certain = f->certain,
	};
}

void
diff_tree_build(struct diff_tree *t, const struct diff *d, struct profile *p,
	bool negate)
{
	uint32_t *leaves;

	*t = (struct diff_tree){ .negated = negate };
	make_shown(t, d, p);
	leaves = xmalloc(((size_t)t->shown.stack_count + 1) * sizeof *leaves);
	tree_build_leaves(&t->tree, &t->shown, leaves);
	t->figures = xcalloc(t->tree.count, sizeof *t->figures);
	for (uint32_t i = 0; i < t->shown.stack_count; i++)
		diff_figure_add(&t->figures[leaves[i]],
			&d->shown.pairs[t->shown.stacks[i].pair]);
	judge(t, d);
	for (uint32_t i = 0; negate && i < t->tree.count; i++)
		t->figures[i] = negated(&t->figures[i]);
	free(leaves);
}

void
diff_tree_release(struct diff_tree *t)
{
	tree_release(&t->tree);
	free(t->shown.frames);
	free(t->shown.stacks);
	free(t->figures);
	*t = (struct diff_tree){ 0 };
}
