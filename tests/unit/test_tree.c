/* SPDX-License-Identifier: Apache-2.0 */
/* The tree adds up, is in preorder, and knows wrappers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "tree.h"

static const struct selection usual = { .metric = -1 };

/* "all 10/0(main 10/2(a 8/8))": total/self; w marks wrappers. */
static void
print_node(FILE *out, const struct tree *t, uint32_t id)
{
	const struct tree_node *n = &t->nodes[id];
	const char *name =
		n->frame == NONE ? "all" : shown_name(t->shown, n->frame);

	fprintf(out, "%s%s %lld/%lld", name, n->wrapper ? "*" : "",
		(long long)n->total, (long long)n->self);
	if (tree_first_child(t, id) == NONE)
		return;
	putc('(', out);
	for (uint32_t c = tree_first_child(t, id); c != NONE;
		c = t->nodes[c].next_sibling) {
		assert_int_equal(t->nodes[c].parent, id);
		assert_int_equal(t->nodes[c].depth, n->depth + 1);
		print_node(out, t, c);
		if (t->nodes[c].next_sibling != NONE)
			putc(' ', out);
	}
	putc(')', out);
}

/* Sums must add up, and each node must follow its parent. */
static void
check_sums(const struct tree *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		int64_t sum = t->nodes[i].self;

		for (uint32_t c = tree_first_child(t, i); c != NONE;
			c = t->nodes[c].next_sibling)
			sum += t->nodes[c].total;
		assert_int_equal(sum, t->nodes[i].total);
		if (i > 0)
			assert_true(t->nodes[i].parent < i);
		assert_true(t->nodes[i].depth <= t->depth);
	}
	assert_int_equal(t->nodes[0].total, t->shown->total);
}

static void
expect(struct profile *p, bool wrappers, const char *want)
{
	struct shown s;
	struct tree t;
	char *text = NULL;

	assert_int_equal(select_stacks(&s, p, &usual), 0);
	tree_build(&t, &s, wrappers);
	check_sums(&t);
	HAND_TEXT(text, out, print_node(out, &t, 0));
	assert_string_equal(text, want);
	free(text);
	tree_release(&t);
	shown_release(&s);
}

static void
prefixes_are_shared(void **state)
{
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;b;c", 1, 1);
	hand_live(&p, x, "main;a", 2, 1);
	hand_live(&p, x, "main;a;b", 4, 1);
	hand_live(&p, x, "main", 8, 1);
	hand_live(&p, x, "other;a", 16, 1);
	expect(&p, true,
		"all 31/0(main 15/8(a 6/2(b 4/4) b 1/0(c 1/1)) "
		"other 16/0(a 16/16))");
	profile_release(&p);
}

static void
lines_of_one_function_are_one_node(void **state)
{
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main:10;a:3", 1, 1);
	hand_live(&p, x, "main:20;a:4", 2, 1);
	hand_live(&p, x, "main:15;b", 4, 1);
	expect(&p, true, "all 7/0(main 7/0(a 3/3 b 4/4))");
	profile_release(&p);
}

static void
wrappers_are_marked_or_folded_away(void **state)
{
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;f;xmalloc", 1, 1);
	hand_live(&p, x, "main;f;xstrdup;xmalloc", 2, 1);
	/* Here it called back into code that decided: no wrapper. */
	hand_live(&p, x, "main;qsort;compare", 4, 1);
	hand_live(&p, x, "main;qsort;malloc", 8, 1);
	expect(&p, true,
		"all 15/0(main 15/0(f 3/0(xmalloc* 1/1 xstrdup* 2/0("
		"xmalloc* 2/2)) qsort 12/0(compare 4/4 malloc* 8/8)))");
	expect(&p, false, "all 15/0(main 15/8(f 3/3 qsort 4/0(compare 4/4)))");
	profile_release(&p);
}

static void
recursion_nests(void **state)
{
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "f;f;f", 1, 1);
	hand_live(&p, x, "f;f", 2, 1);
	expect(&p, true, "all 3/0(f 3/0(f 3/2(f 1/1)))");
	profile_release(&p);
}

static void
nothing_is_a_root_alone(void **state)
{
	struct profile p;

	profile_init(&p);
	hand_process(&p, 1, PROCESS_RUNNING, 1);
	expect(&p, true, "all 0/0");
	profile_release(&p);
}

/* Of each column what ends in a node, by node; totals of the main one. */
static void
columns_share_a_tree(void **state)
{
	struct selection other = usual;
	struct shown columns[2];
	struct profile p;
	struct tree t;
	int64_t sums[2] = { 0 };
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;leaf", 3000, 3);
	hand_live(&p, x, "main;other", 0, 5);
	assert_int_equal(select_stacks(&columns[0], &p, &usual), 0);
	other.metric = INUSE_OBJECTS;
	assert_int_equal(select_stacks(&columns[1], &p, &other), 0);
	tree_build_columns(&t, columns, 2, 0, true);
	check_sums(&t);
	/* all, main, leaf, other: the last one holds no bytes. */
	assert_int_equal(t.count, 4);
	for (size_t i = 0; i < t.own_count; i++) {
		sums[t.own[i].column] += t.own[i].value;
		assert_true(t.nodes[t.own[i].node].own);
		if (i > 0)
			assert_true(t.own[i - 1].node <= t.own[i].node);
	}
	assert_int_equal(sums[0], 3000);
	assert_int_equal(sums[1], 8);
	tree_release(&t);
	shown_release(&columns[0]);
	shown_release(&columns[1]);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_are_shared),
		cmocka_unit_test(columns_share_a_tree),
		cmocka_unit_test(lines_of_one_function_are_one_node),
		cmocka_unit_test(wrappers_are_marked_or_folded_away),
		cmocka_unit_test(recursion_nests),
		cmocka_unit_test(nothing_is_a_root_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
