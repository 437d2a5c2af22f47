/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks come sorted, so that each shares a prefix with the one before it
 * and only what follows that prefix is new: one path of open nodes is enough,
 * and nodes are made in preorder. So they are counted first, and their array
 * is what it will be at once. Nodes get what ends in them; totals are added up
 * from the last node to the first.
 */
#include "tree.h"

#include <stdlib.h>

#include "err.h"
#include "tree_turns.h"

struct building {
	struct tree *t;
	struct turn *turns;
	uint32_t turn_count;
	size_t own_capacity;
	uint32_t *const *leaves; /* by column and stack; or NULL */
	bool wrappers;
};

/* The open path: node ids from the root on, and the last child of each. */
struct path {
	uint32_t *nodes, *last_child;
	uint32_t length; /* at least 1: the root */
	uint32_t plain; /* so many of them, from the root, are no wrappers */
};

static void
add_node(struct tree *t, struct path *path, uint32_t frame)
{
	uint32_t id = t->count++;
	uint32_t depth = path->length;
	uint32_t parent = depth > 0 ? path->nodes[depth - 1] : NONE;

	t->nodes[id] = (struct tree_node){
		.frame = frame,
		.parent = parent,
		.next_sibling = NONE,
		.depth = depth,
		.wrapper = parent != NONE,
	};
	if (parent != NONE && path->last_child[depth - 1] != NONE)
		t->nodes[path->last_child[depth - 1]].next_sibling = id;
	if (depth > 0)
		path->last_child[depth - 1] = id;
	path->nodes[depth] = id;
	path->last_child[depth] = NONE;
	path->length++;
	if (depth > t->depth)
		t->depth = depth;
}

/* Is it the same function? Strings are interned: equal ones are one. */
static bool
is_same(const struct profile *p, uint32_t x, uint32_t y)
{
	const struct function *a, *b;

	if (x == y || p->frames[x].function == p->frames[y].function)
		return true;
	a = &p->functions[p->frames[x].function];
	b = &p->functions[p->frames[y].function];
	if (a->name != b->name || a->file != b->file)
		return false;
	return a->module == b->module ||
	       (a->module != NONE && b->module != NONE &&
		       p->modules[a->module].path ==
			       p->modules[b->module].path);
}

static const struct shown *
column_of(const struct building *b, uint32_t turn)
{
	return &b->t->columns[b->turns[turn].column];
}

static const struct shown_stack *
stack_of(const struct building *b, uint32_t turn)
{
	return &column_of(b, turn)->stacks[b->turns[turn].stack];
}

static uint32_t
depth_of(const struct building *b, uint32_t turn)
{
	const struct shown_stack *stack = stack_of(b, turn);

	return b->wrappers ? stack->depth : stack->charge;
}

/* How many frames a stack has in common with the one before it. */
static uint32_t
shared(const struct building *b, uint32_t i)
{
	const uint32_t *here, *before;
	uint32_t most, n = 0;

	if (i == 0)
		return 0;
	here = column_of(b, i)->frames + stack_of(b, i)->first;
	before = column_of(b, i - 1)->frames + stack_of(b, i - 1)->first;
	most = depth_of(b, i);
	if (depth_of(b, i - 1) < most)
		most = depth_of(b, i - 1);
	while (n < most && is_same(b->t->shown->profile, here[n], before[n]))
		n++;
	return n;
}

/* Equal stacks come one after the other, so a node's come by column. */
static void
add_own(struct building *b, uint32_t node, uint32_t column,
	const struct shown_stack *s)
{
	struct tree *t = b->t;
	struct tree_own *last = t->own ? &t->own[t->own_count - 1] : NULL;
	bool life = column == t->life;

	/* Without wrappers several stacks end in one node. */
	if (!last || last->node != node || last->column != column) {
		GROW(t->own, t->own_count, b->own_capacity);
		last = &t->own[t->own_count++];
		*last = (struct tree_own){ .node = node, .column = column };
	}
	last->value += s->value;
	last->var += s->var;
	last->freed_objects += life ? s->freed_objects : 0;
	last->lifetime_ns += life ? s->lifetime_ns : 0;
	t->nodes[node].own = true;
}

static void
add_stack(struct building *b, struct path *path, uint32_t turn)
{
	struct tree *t = b->t;
	const struct shown_stack *s = stack_of(b, turn);
	const uint32_t *frames = column_of(b, turn)->frames + s->first;
	uint32_t leaf, depth = depth_of(b, turn);

	if (path->plain > path->length)
		path->plain = path->length;
	while (path->length <= depth)
		add_node(t, path, frames[path->length - 1]);
	/* Charged in one stack: no wrapper, whatever it is in others. */
	for (; path->plain <= s->charge && path->plain <= depth; path->plain++)
		t->nodes[path->nodes[path->plain]].wrapper = false;
	leaf = path->nodes[depth];
	if (b->leaves)
		b->leaves[b->turns[turn].column][b->turns[turn].stack] = leaf;
	add_own(b, leaf, b->turns[turn].column, s);
	if (column_of(b, turn) != t->shown)
		return;
	t->nodes[leaf].self += s->value;
	if (t->more) {
		t->more[leaf].objects += s->objects;
		t->more[leaf].bytes += s->bytes;
		t->more[leaf].var += s->var;
	}
}

static void
add_up(struct tree *t)
{
	for (uint32_t i = t->count; i-- > 0;) {
		struct tree_node *node = &t->nodes[i];

		node->total += node->self;
		if (i == 0)
			return;
		t->nodes[node->parent].total += node->total;
		if (t->more) {
			struct tree_more *above = &t->more[node->parent];

			above->objects += t->more[i].objects;
			above->bytes += t->more[i].bytes;
			above->var += t->more[i].var;
		}
	}
}

static bool
any_more(const struct shown *s)
{
	for (uint32_t i = 0; i < s->stack_count; i++)
		if (s->stacks[i].objects != 0 || s->stacks[i].bytes != 0 ||
			s->stacks[i].var != 0)
			return true;
	return false;
}

/* Of each stack what it shares; the rest of it is new nodes, made room for. */
static uint32_t *
count_nodes(struct building *b)
{
	uint32_t *common = xmalloc((b->turn_count + 1) * sizeof *common);
	struct tree *t = b->t;
	size_t nodes = 1;

	for (uint32_t i = 0; i < b->turn_count; i++) {
		common[i] = shared(b, i);
		nodes += depth_of(b, i) - common[i];
	}
	t->nodes = xmalloc_large(nodes * sizeof *t->nodes);
	if (any_more(t->shown))
		t->more = xcalloc(nodes, sizeof *t->more);
	return common;
}

static uint32_t
deepest(const struct building *b)
{
	uint32_t depth = 0;

	for (uint32_t i = 0; i < b->turn_count; i++)
		if (stack_of(b, i)->depth > depth)
			depth = stack_of(b, i)->depth;
	return depth;
}

/* Lifetimes are the same in all metrics, but not all hold every stack. */
static uint32_t
life_column(const struct shown *columns, uint32_t count)
{
	uint32_t life = NONE;

	for (uint32_t c = 0; c < count; c++)
		for (uint32_t i = 0; i < columns[c].stack_count; i++)
			if (columns[c].stacks[i].freed_objects > 0) {
				if (life == NONE ||
					columns[c].metric == ALLOC_SPACE)
					life = c;
				break;
			}
	return life;
}

static void
build(struct building b, const struct shown *columns, uint32_t count,
	uint32_t main)
{
	struct tree *t = b.t;
	struct path path = { 0 };
	uint32_t *common;
	size_t room;

	*t = (struct tree){ .shown = &columns[main],
		.columns = columns,
		.column_count = count,
		.life = life_column(columns, count) };
	b.turns = turns_of(columns, count, &b.turn_count);
	room = deepest(&b) + 1;
	path.nodes = xmalloc(room * sizeof *path.nodes);
	path.last_child = xmalloc(room * sizeof *path.last_child);
	common = count_nodes(&b);
	add_node(t, &path, NONE);
	for (uint32_t i = 0; i < b.turn_count; i++) {
		path.length = 1 + common[i];
		add_stack(&b, &path, i);
	}
	add_up(t);
	free(common);
	free(path.nodes);
	free(path.last_child);
	free(b.turns);
}

void
tree_build_columns(struct tree *t, const struct shown *columns, uint32_t count,
	uint32_t main, bool wrappers)
{
	struct building b = { .t = t, .wrappers = wrappers };

	build(b, columns, count, main);
}

void
tree_build_leaves(struct tree *t, const struct shown *columns, uint32_t count,
	uint32_t main, uint32_t *const *leaves)
{
	struct building b = { .t = t, .wrappers = true, .leaves = leaves };

	build(b, columns, count, main);
}

void
tree_release(struct tree *t)
{
	free(t->nodes);
	free(t->more);
	free(t->own);
	*t = (struct tree){ 0 };
}
