/* SPDX-License-Identifier: Apache-2.0 */
/* --focus, --ignore, --hide, --show, --show-from and --by module. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "groups.h"
#include "select.h"
#include "write.h"

static void
fill(struct profile *p)
{
	uint32_t x = hand_process(p, 7, PROCESS_RUNNING, 1);

	hand_live(p, x, "main;read;parse;xmalloc", 100, 1);
	hand_live(p, x, "main;read;grow", 20, 2);
	hand_live(p, x, "main;write;parse", 3, 1);
	hand_live(p, x, "init", 1000, 1);
	profile_stack(p, NULL, 0, false);
	hand_row(p, x, "")->v[INUSE_SPACE].sum = 4000;
}

/* "main;a 12\n..." of what is shown; the charged frame in brackets. */
static char *
lines_of(const struct shown *s)
{
	char *text = xstrdup(""), *longer;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];

		for (uint32_t k = 0; k < stack->depth; k++) {
			bool charged = k + 1 == stack->charge;

			longer = xasprintf("%s%s%s%s%s", text, k > 0 ? ";" : "",
				charged ? "<" : "",
				shown_name(s, s->frames[stack->first + k]),
				charged ? ">" : "");
			free(text);
			text = longer;
		}
		longer = xasprintf("%s %lld\n", text, (long long)stack->value);
		free(text);
		text = longer;
	}
	return text;
}

static void
expect(struct selection selection, int64_t selected, const char *want)
{
	struct profile p;
	struct shown s;
	char *got;

	profile_init(&p);
	fill(&p);
	selection.metric = INUSE_SPACE;
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	got = lines_of(&s);
	assert_string_equal(got, want);
	assert_int_equal(s.whole, 5123);
	assert_int_equal(s.selected, selected);
	assert_int_equal(s.total, selected);
	free(got);
	shown_release(&s);
	profile_release(&p);
}

#define RULE(rule, ...)                                                        \
	.rules[rule] = (const char *[])                                        \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}

#define ALL                                                                    \
	"<[no stack]> 4000\n<init> 1000\nmain;read;<grow> 20\n"                \
	"main;read;<parse>;xmalloc 100\nmain;write;<parse> 3\n"

static void
without_rules_all_is_shown(void **state)
{
	expect((struct selection){ 0 }, 5123, ALL);
}

static void
focus_keeps_stacks_with_a_match_anywhere(void **state)
{
	expect((struct selection){ RULE(RULE_FOCUS, "^read$") }, 120,
		"main;read;<grow> 20\nmain;read;<parse>;xmalloc 100\n");
	expect((struct selection){ RULE(RULE_FOCUS, "xmall", "ini") }, 1100,
		"<init> 1000\nmain;read;<parse>;xmalloc 100\n");
	/* By the source file, by the module. */
	expect((struct selection){ RULE(RULE_FOCUS, "prog\\.c$") }, 1123,
		"<init> 1000\nmain;read;<grow> 20\n"
		"main;read;<parse>;xmalloc 100\nmain;write;<parse> 3\n");
	expect((struct selection){ RULE(RULE_FOCUS, "^/bin/") }, 1123,
		"<init> 1000\nmain;read;<grow> 20\n"
		"main;read;<parse>;xmalloc 100\nmain;write;<parse> 3\n");
	expect((struct selection){ RULE(RULE_FOCUS, "no stack") }, 4000,
		"<[no stack]> 4000\n");
	expect((struct selection){ RULE(RULE_FOCUS, "none") }, 0, "");
}

static void
ignore_drops_them(void **state)
{
	expect((struct selection){ RULE(RULE_IGNORE, "parse", "\\[") }, 1020,
		"<init> 1000\nmain;read;<grow> 20\n");
	expect((struct selection){ RULE(RULE_FOCUS, "read"),
		       RULE(RULE_IGNORE, "grow") },
		100, "main;read;<parse>;xmalloc 100\n");
}

static void
hide_takes_frames_out_and_leaves_what_they_hold(void **state)
{
	expect((struct selection){ RULE(RULE_HIDE, "^read$", "^write$") }, 5123,
		"<[no stack]> 4000\n<init> 1000\nmain;<grow> 20\n"
		"main;<parse> 3\nmain;<parse>;xmalloc 100\n");
	/* Who is charged is found out among those that are left. */
	expect((struct selection){ RULE(RULE_HIDE, "parse") }, 5123,
		"<[no stack]> 4000\n<init> 1000\nmain;read;<grow> 20\n"
		"main;<read>;xmalloc 100\nmain;<write> 3\n");
	/* Equal stacks become one, and none is lost. */
	expect((struct selection){ RULE(
		       RULE_HIDE, "read|write|grow|parse|xmalloc|init") },
		5123, "<[hidden]> 1000\n<[no stack]> 4000\n<main> 123\n");
	/* Focus sees what is hidden. */
	expect((struct selection){ RULE(RULE_FOCUS, "parse"),
		       RULE(RULE_HIDE, "parse") },
		103, "main;<read>;xmalloc 100\nmain;<write> 3\n");
}

static void
show_keeps_such_frames_only(void **state)
{
	expect((struct selection){ RULE(RULE_SHOW, "main", "parse") }, 123,
		"<main> 20\nmain;<parse> 103\n");
}

static void
show_from_cuts_the_callers(void **state)
{
	expect((struct selection){ RULE(RULE_SHOW_FROM, "read", "parse") }, 123,
		"<parse> 3\nread;<grow> 20\nread;<parse>;xmalloc 100\n");
	/* After hide: what is hidden is not there to begin with. */
	expect((struct selection){ RULE(RULE_HIDE, "read"),
		       RULE(RULE_SHOW_FROM, "read") },
		0, "");
}

static void
what_by_puts_there_is_no_frame(void **state)
{
	expect((struct selection){ .by = { BY_PROCESS },
		       .bys = 1,
		       RULE(RULE_IGNORE, "7") },
		5123,
		"prog 7;<[no stack]> 4000\nprog 7;<init> 1000\n"
		"prog 7;main;read;<grow> 20\n"
		"prog 7;main;read;<parse>;xmalloc 100\n"
		"prog 7;main;write;<parse> 3\n");
	expect((struct selection){ .by = { BY_PROCESS },
		       .bys = 1,
		       RULE(RULE_SHOW, "grow") },
		20, "prog 7;<grow> 20\n");
}

/* A frame in another module. */
static uint32_t
in_library(struct profile *p, const char *name)
{
	struct function f = {
		.name = strtab_add(&p->strings, name),
		.file = NONE,
		.module = profile_module(p, "/usr/lib/libz.so.1", "ef"),
		.named = true,
	};

	return profile_frame(
		p, (struct frame){ .function = profile_function(p, f) });
}

static void
by_module_is_that_of_the_charged_frame(void **state)
{
	struct selection selection = {
		.metric = INUSE_SPACE, .by = { BY_MODULE }, .bys = 1
	};
	struct profile p;
	struct shown s;
	struct groups g;
	uint32_t leaf_first[2], stack, x;
	char *got;

	profile_init(&p);
	fill(&p);
	x = 0;
	/* The library's own, and its malloc for the program. */
	leaf_first[0] = hand_location(&p, in_library(&p, "inflate"));
	leaf_first[1] = hand_location(&p, hand_frame(&p, "main"));
	stack = profile_stack(&p, leaf_first, 2, true);
	profile_row(&p, stack, x, NONE, NONE, NONE)->v[INUSE_SPACE].sum = 50;
	leaf_first[0] = hand_location(&p, in_library(&p, "xmalloc"));
	stack = profile_stack(&p, leaf_first, 2, false);
	profile_row(&p, stack, x, NONE, NONE, NONE)->v[INUSE_SPACE].sum = 7;
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	got = lines_of(&s);
	assert_string_equal(got, "[no module];<[no stack]> 4000\n"
				 "libz.so.1;[truncated];main;<inflate> 50\n"
				 "prog;<init> 1000\nprog;main;read;<grow> 20\n"
				 "prog;main;read;<parse>;xmalloc "
				 "100\nprog;main;write;<parse> 3\n"
				 "prog;<main>;xmalloc 7\n");
	free(got);
	groups_build(&g, &s);
	assert_int_equal(g.count, 3);
	assert_int_equal(g.list[1].value, 1130);
	groups_release(&g);
	shown_release(&s);
	/* Without wrappers the leaf is who is charged. */
	selection.show_wrappers = true;
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	got = lines_of(&s);
	assert_non_null(strstr(got, "libz.so.1;main;<xmalloc> 7\n"));
	free(got);
	shown_release(&s);
	profile_release(&p);
}

static void
every_output_says_how_much_of_all_it_is(void **state)
{
	const struct selection selection = { .metric = INUSE_SPACE,
		RULE(RULE_FOCUS, "r\033ead", "read"),
		RULE(RULE_HIDE, "main") };
	struct profile p;
	struct shown s;
	struct tree tree;
	char *text = NULL, *json = NULL, *svg = NULL;

	profile_init(&p);
	fill(&p);
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	HAND_TEXT(text, out, write_text_head(out, &s, true));
	assert_non_null(strstr(text,
		"\nfocus 'r\\x1bead', 'read', hide 'main': 120 of 5123, "
		"2.3%\n"));
	HAND_TEXT(json, out, write_json(out, &s, NULL, false, 0));
	assert_non_null(strstr(json,
		"\n\"selection\":{\"whole\":5123,\"selected\":120,"
		"\"focus\":[\"r\\u001bead\",\"read\"],\"ignore\":[],"
		"\"hide\":[\"main\"],\"show\":[],\"show_from\":[],"
		"\"from\":null,\"to\":null,\"base\":[],\"base_total\":null,"
		"\"shrunk\":null},\n"));
	tree_build(&tree, &s, true);
	HAND_TEXT(svg, out,
		write_svg(out, &tree, &(struct svg_options){ .width = 2000 }));
	assert_non_null(strstr(svg, ": 120 B of 5.0 KiB, 2.3% "));
	tree_release(&tree);
	free(text);
	free(json);
	free(svg);
	shown_release(&s);
	profile_release(&p);
}

static void
leaks_show_what_is_not_hidden(void **state)
{
	const struct selection selection = { .metric = INUSE_SPACE,
		.keep_empty = true,
		RULE(RULE_FOCUS, "parse"),
		RULE(RULE_HIDE, "^read$", "^write$|^main$|^parse$") };
	struct profile p;
	struct shown s;
	char *text = NULL;

	profile_init(&p);
	fill(&p);
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	HAND_TEXT(text, out,
		write_leaks(out, &s, &(struct leaks_view){ .top = 0 }));
	assert_non_null(strstr(text,
		"Live block of 100 byte(s) in 1 object(s) allocated from:\n"
		"    #0 0x"));
	assert_non_null(strstr(text, " in xmalloc src/prog.c\n\n"));
	assert_null(strstr(text, "in parse"));
	assert_non_null(strstr(text,
		"Live block of 3 byte(s) in 1 object(s) allocated from:\n"
		"    (all of it is hidden)\n"));
	free(text);
	shown_release(&s);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_all_is_shown),
		cmocka_unit_test(focus_keeps_stacks_with_a_match_anywhere),
		cmocka_unit_test(ignore_drops_them),
		cmocka_unit_test(
			hide_takes_frames_out_and_leaves_what_they_hold),
		cmocka_unit_test(show_keeps_such_frames_only),
		cmocka_unit_test(show_from_cuts_the_callers),
		cmocka_unit_test(what_by_puts_there_is_no_frame),
		cmocka_unit_test(by_module_is_that_of_the_charged_frame),
		cmocka_unit_test(every_output_says_how_much_of_all_it_is),
		cmocka_unit_test(leaks_show_what_is_not_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
