/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heaviest chains as an indented tree. A line goes further in only where
 * ways part, and a "+" begins each of them: real stacks are 30 deep and mostly
 * a single chain, which would walk off the screen. What is too small is left
 * out and counted.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "amount.h"
#include "color.h"
#include "err.h"
#include "text.h"
#include "write.h"

#define FIGURES 32 /* columns before the names, at least */

/* A node to be printed; `branches`: it has siblings that are shown. */
struct line {
	uint32_t node, indent;
	bool branches;
};

struct printing {
	FILE *out;
	const struct tree *t;
	const struct text_options *o;
	int64_t least; /* smaller totals are pruned */
	struct line *waiting; /* a stack: the next one is the last */
	size_t waiting_count, waiting_capacity;
	int64_t pruned;
	uint64_t pruned_count;
	bool any_noise;
};

/* "parse_value (parse.c:120)"; caller frees. */
static char *
label(const struct tree *t, const struct tree_node *node)
{
	const struct profile *p = t->shown->profile;
	const struct frame *f;
	const char *path;
	char *name, *file, *text;

	if (node->frame == NONE)
		return xstrdup("all");
	f = &p->frames[node->frame];
	name = text_visible(shown_name(t->shown, node->frame));
	path = strtab_get(&p->strings, p->functions[f->function].file);
	if (!*path)
		return name;
	file = text_visible(path);
	if (f->line > 0)
		text = xasprintf("%s (%s:%u)", name, file, f->line);
	else
		text = xasprintf("%s (%s)", name, file);
	free(name);
	free(file);
	return text;
}

static void
print_line(struct printing *w, const struct line *line)
{
	const struct tree_node *node = &w->t->nodes[line->node];
	const struct shown *s = w->t->shown;
	char value[AMOUNT_MAX], share[AMOUNT_MAX];
	char *text = label(w->t, node);
	double var = tree_var(w->t, line->node);
	bool noise = amount_is_noise(s, node->total, var);
	size_t figures = FIGURES;
	size_t used = text_columns(
		amount_with_error(value, s, node->total, var, w->o->exact));

	if (used + 8 > FIGURES)
		figures = used + 8;
	if (w->o->columns > 0) {
		size_t columns = (size_t)w->o->columns;
		size_t before = figures + 4 + line->indent;

		text_shorten(text,
			columns > before + 20 ? columns - before : 20, false);
	}
	fprintf(w->out, "%s%*s%s%s%6s  %*s%s%s%s\n",
		noise && w->o->color ? COLOR_GREY : "",
		used + 7 < figures ? (int)(figures - 7 - used) : 0, "", value,
		noise ? AMOUNT_NOISE : " ",
		amount_share(share, node->total, s->hundred), (int)line->indent,
		"", line->branches ? "+ " : "", text,
		noise && w->o->color ? COLOR_END : "");
	w->any_noise |= noise;
	free(text);
}

static int
compare_lines(const void *x, const void *y, const struct tree *t)
{
	const struct line *a = x, *b = y;
	int64_t ta = llabs(t->nodes[a->node].total);
	int64_t tb = llabs(t->nodes[b->node].total);

	if (ta != tb)
		return ta < tb ? -1 : 1;
	/* Earlier ones, first by name, come off the stack first. */
	return a->node > b->node ? -1 : a->node < b->node;
}

/* Few children are heavy enough to be kept: insertion keeps them sorted. */
static void
wait_sorted(struct printing *w, size_t from, struct line line)
{
	size_t i;

	GROW(w->waiting, w->waiting_count, w->waiting_capacity);
	for (i = w->waiting_count++; i > from; i--) {
		if (compare_lines(&w->waiting[i - 1], &line, w->t) <= 0)
			break;
		w->waiting[i] = w->waiting[i - 1];
	}
	w->waiting[i] = line;
}

static void
wait_for_children(struct printing *w, struct line parent)
{
	const struct tree_node *nodes = w->t->nodes;
	size_t from = w->waiting_count, kept;
	uint32_t indent;

	for (uint32_t c = tree_first_child(w->t, parent.node); c != NONE;
		c = nodes[c].next_sibling) {
		if (llabs(nodes[c].total) < w->least) {
			w->pruned += nodes[c].total;
			w->pruned_count++;
			continue;
		}
		wait_sorted(w, from, (struct line){ .node = c });
	}
	kept = w->waiting_count - from;
	indent = parent.indent + (parent.branches ? 2 : 0);
	for (size_t i = from; i < w->waiting_count; i++) {
		w->waiting[i].indent = indent;
		w->waiting[i].branches = kept > 1;
	}
}

static void
print_pruned(const struct printing *w)
{
	const struct shown *s = w->t->shown;
	char value[AMOUNT_MAX], share[AMOUNT_MAX];

	if (w->pruned_count == 0)
		return;
	fprintf(w->out,
		"%s (%s) in %" PRIu64
		" branches of less than %.3g%% each is not shown\n",
		amount(value, s, w->pruned, w->o->exact),
		amount_share(share, w->pruned, s->hundred), w->pruned_count,
		100 * w->o->prune);
}

void
write_text_tree(FILE *out, const struct tree *t, const struct text_options *o)
{
	struct printing w = { .out = out, .t = t, .o = o };

	if (t->shown->stack_count == 0)
		return;
	w.least = (int64_t)(o->prune * (double)t->shown->hundred);
	wait_sorted(&w, 0, (struct line){ 0 });
	while (w.waiting_count > 0) {
		struct line line = w.waiting[--w.waiting_count];

		print_line(&w, &line);
		wait_for_children(&w, line);
	}
	print_pruned(&w);
	if (w.any_noise)
		fputs(AMOUNT_NOISE_LEGEND, out);
	free(w.waiting);
}
