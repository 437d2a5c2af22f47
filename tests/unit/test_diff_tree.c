/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff_tree.c: widths that add up in both panels, figures that count all that
 * stands on a node, what vanished included; svg_change.c: which colour that is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diffs.h"
#include "svg_change.h"

struct pair {
	struct profile now, base;
	struct diff_columns d;
	struct diff_tree t;
	uint32_t x, y;
};

static void
pair_init(struct pair *p, uint64_t interval)
{
	profile_init(&p->now);
	profile_init(&p->base);
	p->x = hand_process(&p->now, 1, PROCESS_ENDED, interval);
	p->y = hand_process(&p->base, 2, PROCESS_ENDED, interval);
}

static const struct diff *
main_of(const struct pair *p)
{
	return &p->d.list[p->d.main];
}

static void
pair_find(struct pair *p)
{
	struct selection s = { .metric = INUSE_SPACE, .base = &p->base };

	assert_int_equal(diff_columns_find(&p->d, &p->now, &s, false), 0);
	diff_tree_build(&p->t, &p->d, &p->now, false);
}

static void
pair_release(struct pair *p)
{
	diff_tree_release(&p->t);
	diff_columns_release(&p->d);
	profile_release(&p->now);
	profile_release(&p->base);
}

/* The node at the end of a path of names from the root; NONE. */
static uint32_t
node_at(const struct pair *p, const char *path)
{
	char copy[128], *rest = copy, *name;
	uint32_t node = 0;

	snprintf(copy, sizeof copy, "%s", path);
	while (node != NONE && (name = strsep(&rest, ";"))) {
		node = tree_first_child(&p->t.tree, node);
		while (node != NONE &&
			strcmp(shown_name(p->t.tree.shown,
				       p->t.tree.nodes[node].frame),
				name) != 0)
			node = p->t.tree.nodes[node].next_sibling;
	}
	return node;
}

static const struct diff_figure *
figure_of(const struct pair *p, uint32_t node)
{
	static struct diff_figure list[8];
	static unsigned at;
	struct diff_figure *f = &list[at++ % 8];

	*f = diff_tree_figure(&p->t, p->d.main, &p->t.sums, node);
	return f;
}

static const struct diff_figure *
figure_at(const struct pair *p, const char *path)
{
	uint32_t node = node_at(p, path);

	assert_int_not_equal(node, NONE);
	return figure_of(p, node);
}

static int64_t
width_at(const struct pair *p, const char *path)
{
	uint32_t node = node_at(p, path);

	return node == NONE ? 0 : p->t.tree.nodes[node].total;
}

static bool
is_below(const struct tree *t, uint32_t node, uint32_t panel)
{
	while (node != NONE && node != panel)
		node = t->nodes[node].parent;
	return node != NONE;
}

/* Of every node of both panels. */
static void
check_tree(const struct pair *p)
{
	const struct tree *t = &p->t.tree;
	uint32_t gone = node_at(p, DIFF_GONE);

	assert_int_equal(
		t->nodes[0].total, main_of(p)->total.after + p->t.gone);
	assert_int_equal(width_at(p, DIFF_NOW), main_of(p)->total.after);
	assert_int_equal(
		figure_at(p, DIFF_NOW)->change, main_of(p)->total.change);
	assert_int_equal(figure_of(p, 0)->change, main_of(p)->total.change);
	for (uint32_t i = 1; i < t->count; i++) {
		const struct diff_figure *f = figure_of(p, i);
		int64_t kids = 0, width = 0;

		check_figure(f);
		for (uint32_t c = tree_first_child(t, i); c != NONE;
			c = t->nodes[c].next_sibling) {
			kids += figure_of(p, c)->change;
			width += t->nodes[c].total;
		}
		assert_int_equal(width + t->nodes[i].self, t->nodes[i].total);
		if (t->nodes[i].self == 0 && tree_first_child(t, i) != NONE)
			assert_int_equal(kids, f->change);
		assert_int_equal(t->nodes[i].total,
			is_below(t, i, gone) ? -f->change : f->after);
	}
}

static void
widths_and_changes_add_up(void **state)
{
	struct pair p;

	pair_init(&p, 1);
	hand_live(&p.now, p.x, "main;f;kept", 100, 1);
	hand_live(&p.base, p.y, "main;f;kept", 100, 1);
	hand_live(&p.now, p.x, "main;f;grown", 90, 1);
	hand_live(&p.base, p.y, "main;f;grown", 30, 1);
	hand_live(&p.now, p.x, "main;g;shrunk", 20, 1);
	hand_live(&p.base, p.y, "main;g;shrunk", 70, 1);
	hand_live(&p.base, p.y, "main;g;vanished", 7, 1);
	hand_live(&p.now, p.x, "main;h;fresh", 5, 1);
	pair_find(&p);
	check_tree(&p);
	assert_int_equal(width_at(&p, "now"), 215);
	assert_int_equal(width_at(&p, "gone and shrunk"), 57);
	assert_int_equal(width_at(&p, "now;main;g"), 20);
	assert_int_equal(width_at(&p, "gone and shrunk;main;g;shrunk"), 50);
	assert_int_equal(width_at(&p, "gone and shrunk;main;g;vanished"), 7);
	assert_int_equal(node_at(&p, "gone and shrunk;main;f"), NONE);
	/* Its own change is none; all that it called and that is gone is. */
	assert_int_equal(figure_at(&p, "now;main;g")->before, 77);
	assert_int_equal(figure_at(&p, "now;main;g")->change, -57);
	assert_int_equal(figure_at(&p, "now;main;f")->change, 60);
	assert_int_equal(figure_at(&p, "now;main")->change, 8);
	assert_int_equal(svg_change_step(figure_at(&p, "now;main;f;kept")), 0);
	assert_int_equal(svg_change_step(figure_at(&p, "now;main;f")), 2);
	assert_int_equal(svg_change_step(figure_at(&p, "now;main;f;grown")), 3);
	assert_int_equal(svg_change_step(figure_at(&p, "now;main;h;fresh")), 4);
	assert_int_equal(svg_change_step(figure_at(&p, "now;main;g")), -3);
	assert_int_equal(svg_change_step(figure_at(
				 &p, "gone and shrunk;main;g;vanished")),
		-4);
	pair_release(&p);
}

static const char *
class_at(const struct pair *p, bool grey, const char *path, int64_t *grown)
{
	struct svg_change c = {
		.diff = main_of(p), .tree = &p->t, .grey = grey
	};
	uint32_t node = node_at(p, path);
	struct svg_box b = { .value = p->t.tree.nodes[node].total };

	assert_int_not_equal(node, NONE);
	svg_change_paint(&c, node, &b);
	*grown = b.grown;
	return b.class;
}

static void
chance_is_grey_if_wanted(void **state)
{
	struct sides s;
	struct pair p;
	int64_t grown;

	sides_init(&s);
	live_range(&s.now, s.x, "main;few", 1000, 1006, 2000);
	live_range(&s.base, s.y, "main;few", 1100, 1102, 2000);
	live_range(&s.now, s.x, "main;many", 3000, 3900, 2000);
	live_range(&s.base, s.y, "main;many", 4000, 4100, 2000);
	p = (struct pair){ .now = s.now, .base = s.base };
	pair_find(&p);
	check_tree(&p);
	assert_true(figure_at(&p, "now;main;many")->certain);
	assert_false(figure_at(&p, "now;main;few")->significant);
	assert_string_equal(
		class_at(&p, false, "now;main;few", &grown), "hf-g3");
	assert_true(grown > 0);
	assert_string_equal(
		class_at(&p, true, "now;main;few", &grown), "hf-chance");
	assert_string_equal(
		class_at(&p, true, "now;main;many", &grown), "hf-g3");
	assert_int_equal(grown, figure_at(&p, "now;main;many")->change);
	pair_release(&p);
}

static void
nothing_changed_is_one_panel(void **state)
{
	struct pair p;

	pair_init(&p, 1);
	hand_live(&p.now, p.x, "main;kept", 100, 1);
	hand_live(&p.base, p.y, "main;kept", 100, 1);
	pair_find(&p);
	check_tree(&p);
	assert_int_equal(p.t.gone, 0);
	assert_int_equal(node_at(&p, DIFF_GONE), NONE);
	assert_int_equal(svg_change_step(figure_of(&p, 0)), 0);
	pair_release(&p);
}

/* The widths of the picture as it was, every change of the other sign. */
static void
negated_is_the_other_way_round(void **state)
{
	struct pair p;
	struct diff_figure plain;
	int64_t grown;

	pair_init(&p, 4096);
	hand_live(&p.now, p.x, "main;f;less", 100, 1);
	hand_live(&p.base, p.y, "main;f;less", 30, 1);
	hand_live(&p.now, p.x, "main;gone", 9, 1);
	hand_live(&p.base, p.y, "main;come", 7, 1);
	pair_find(&p);
	plain = *figure_at(&p, "now;main;f");
	diff_tree_release(&p.t);
	diff_tree_build(&p.t, &p.d, &p.now, true);
	assert_int_equal(width_at(&p, "before;main;f"), 100);
	assert_int_equal(width_at(&p, "new and grown;main;come"), 7);
	assert_int_equal(figure_at(&p, "before;main;f")->change, -70);
	assert_int_equal(figure_at(&p, "before;main;f")->before, 100);
	check_figure(figure_at(&p, "before;main;f"));
	assert_true(figure_at(&p, "before;main;f")->change95.low ==
		    -plain.change95.high);
	assert_true(figure_at(&p, "before;main;f")->came.sum == plain.went.sum);
	assert_int_equal(figure_of(&p, 0)->change, -main_of(&p)->total.change);
	assert_string_equal(
		class_at(&p, false, "before;main;gone", &grown), "hf-s4");
	assert_int_equal(grown, 9);
	assert_string_equal(
		class_at(&p, false, "new and grown;main;come", &grown),
		"hf-g4");
	assert_int_equal(grown, 0);
	pair_release(&p);
}

static void
all_is_gone(void **state)
{
	struct pair p;
	int64_t grown;

	pair_init(&p, 1);
	hand_live(&p.base, p.y, "main;old", 100, 1);
	pair_find(&p);
	check_tree(&p);
	assert_int_equal(p.t.tree.nodes[0].total, 100);
	assert_string_equal(
		class_at(&p, true, "gone and shrunk;main;old", &grown),
		"hf-s4");
	assert_int_equal(grown, 0);
	pair_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_and_changes_add_up),
		cmocka_unit_test(chance_is_grey_if_wanted),
		cmocka_unit_test(nothing_changed_is_one_panel),
		cmocka_unit_test(negated_is_the_other_way_round),
		cmocka_unit_test(all_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
