/* SPDX-License-Identifier: Apache-2.0 */
/* --base: what is equal, what is left, and how each output shows less than 0.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "flame.h"
#include "select.h"
#include "sites.h"
#include "stderr.h"
#include "write.h"

/* "main;a 12 1\n...": stacks, values and objects. */
static char *
lines_of(const struct shown *s)
{
	char *text = xstrdup(""), *longer;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];

		for (uint32_t k = 0; k < stack->depth; k++) {
			uint32_t frame = s->frames[stack->first + k];
			uint32_t line = s->profile->frames[frame].line;

			longer = xasprintf("%s%s%s", text, k > 0 ? ";" : "",
				shown_name(s, frame));
			free(text);
			text = longer;
			if (line == 0)
				continue;
			longer = xasprintf("%s:%u", text, line);
			free(text);
			text = longer;
		}
		longer = xasprintf("%s %lld %lld\n", text,
			(long long)stack->value, (long long)stack->objects);
		free(text);
		text = longer;
	}
	return text;
}

static void
fill(struct profile *p, int pid, int times)
{
	uint32_t x = hand_process(p, pid, PROCESS_RUNNING, 1);

	/* In another order, so that nothing has the same number. */
	if (times > 1)
		hand_live(p, x, "main;new", 5, 1);
	hand_live(p, x, "main;read:7", 100 * times, times);
	hand_live(p, x, "main;read:9", 10, 1);
	if (times == 1)
		hand_live(p, x, "main;old", 8, 2);
	hand_live(p, x, "main;less", 30.0 / times, 1);
}

static void
expect(struct profile *now, struct selection selection, const char *want)
{
	int64_t total = 0, hundred = 0;
	struct shown s;
	char *got;

	selection.metric = INUSE_SPACE;
	assert_int_equal(select_stacks(&s, now, &selection), 0);
	got = lines_of(&s);
	assert_string_equal(got, want);
	for (uint32_t i = 0; i < s.stack_count; i++) {
		total += s.stacks[i].value;
		hundred += llabs(s.stacks[i].value);
	}
	assert_true(s.compared);
	assert_int_equal(s.total, total);
	assert_int_equal(s.hundred, hundred);
	assert_int_equal(s.total + s.shrunk, s.selected - s.base_total);
	free(got);
	shown_release(&s);
}

static void
equal_stacks_are_subtracted(void **state)
{
	struct profile now, base;
	struct selection selection = { .base = &base };

	profile_init(&now);
	profile_init(&base);
	fill(&now, 1, 3);
	fill(&base, 2, 1);
	expect(&now, selection,
		"main;less -20 0\nmain;new 5 1\nmain;old -8 -2\n"
		"main;read:7 200 2\n");
	/* Pids are those of other runs. */
	selection.bys = 1; /* BY_PROCESS */
	expect(&now, selection,
		"prog;main;less -20 0\nprog;main;new 5 1\n"
		"prog;main;old -8 -2\nprog;main;read:7 200 2\n");
	selection.by[0] = BY_MODULE;
	expect(&now, selection,
		"prog;main;less -20 0\nprog;main;new 5 1\n"
		"prog;main;old -8 -2\nprog;main;read:7 200 2\n");
	selection.bys = 0;
	selection.only_grown = true;
	expect(&now, selection, "main;new 5 1\nmain;read:7 200 2\n");
	selection.only_grown = false;
	selection.keep_empty = true;
	expect(&now, selection,
		"main;less -20 0\nmain;new 5 1\nmain;old -8 -2\n"
		"main;read:7 200 2\n");
	profile_release(&now);
	profile_release(&base);
}

static void
what_is_equal_leaves_no_rounding_behind(void **state)
{
	struct profile now, base;
	struct selection selection = { .metric = INUSE_SPACE, .base = &base };
	struct shown s;
	uint32_t x, y;

	profile_init(&now);
	profile_init(&base);
	x = hand_process(&now, 1, PROCESS_RUNNING, 1);
	y = hand_process(&base, 1, PROCESS_RUNNING, 1);
	/* In one side something stands before them that shifts what is owed. */
	hand_live(&now, x, "main;a", 0.6, 1.4);
	for (int i = 0; i < 20; i++) {
		char name[16];

		snprintf(name, sizeof name, "main;f%d", i);
		hand_live(&now, x, name, 10.3 + i, 2.3);
		hand_live(&base, y, name, 10.3 + i, 2.3);
	}
	assert_int_equal(select_stacks(&s, &now, &selection), 0);
	assert_int_equal(s.stack_count, 1);
	assert_string_equal(
		shown_name(&s, s.frames[s.stacks[0].first + 1]), "a");
	assert_int_equal(s.total, 1);
	shown_release(&s);
	profile_release(&now);
	profile_release(&base);
}

static void
the_base_is_selected_too(void **state)
{
	struct profile now, base;
	struct selection selection = { .base = &base,
		.rules[RULE_HIDE] = (const char *[]){ "main", NULL },
		.rules[RULE_IGNORE] = (const char *[]){ "new", "old", NULL } };

	profile_init(&now);
	profile_init(&base);
	fill(&now, 1, 3);
	fill(&base, 2, 1);
	expect(&now, selection, "less -20 0\nread:7 200 2\n");
	profile_release(&now);
	profile_release(&base);
}

static void
of_itself_nothing_is_left(void **state)
{
	struct profile now, base;
	struct shown s;
	char *text = NULL;

	profile_init(&now);
	profile_init(&base);
	fill(&now, 1, 3);
	fill(&base, 1, 3);
	expect(&now, (struct selection){ .base = &base }, "");
	assert_int_equal(select_stacks(&s, &now,
				 &(struct selection){ .metric = INUSE_SPACE,
					 .base = &base }),
		0);
	HAND_TEXT(text, out, write_text_head(out, &s, true));
	assert_non_null(strstr(text, "inuse_space, less the base 0,"));
	assert_non_null(strstr(text, "nothing has changed\n"));
	free(text);
	shown_release(&s);
	profile_release(&now);
	profile_release(&base);
}

/* Another file of that name: its build-id and lines are others. */
static void
build_anew(struct profile *p)
{
	uint32_t id = strtab_add(&p->strings, "ffff");
	uint32_t path = strtab_add(&p->strings, "/opt/old/bin/prog");

	for (uint32_t i = 0; i < p->module_count; i++) {
		p->modules[i].build_id = id;
		p->modules[i].path = path;
	}
}

static void
in_a_module_built_anew_lines_do_not_count(void **state)
{
	struct profile now, base;
	uint32_t x;

	profile_init(&now);
	profile_init(&base);
	fill(&now, 1, 3);
	x = hand_process(&base, 2, PROCESS_RUNNING, 1);
	hand_live(&base, x, "main;read:17", 60, 1);
	hand_live(&base, x, "main;read:3", 1, 1);
	hand_live(&base, x, "main:5;new", 1, 1);
	build_anew(&base);
	expect(&now, (struct selection){ .base = &base },
		"main;less 10 1\nmain;new 4 0\nmain;read:7 249 2\n");
	profile_release(&now);
	profile_release(&base);
}

static void
variances_add_and_intervals_have_two_sides(void **state)
{
	struct selection selection = { .metric = INUSE_SPACE };
	struct profile now, base;
	struct shown s;
	char *text = NULL, *json = NULL;

	profile_init(&now);
	profile_init(&base);
	hand_live(&now, hand_process(&now, 1, PROCESS_RUNNING, 4096), "main",
		1000, 9)
		->v[INUSE_SPACE]
		.var = 30 * 30;
	hand_live(&base, hand_process(&base, 1, PROCESS_RUNNING, 8192), "main",
		3000, 9)
		->v[INUSE_SPACE]
		.var = 40 * 40;
	selection.base = &base;
	assert_int_equal(select_stacks(&s, &now, &selection), 0);
	assert_int_equal(s.stacks[0].value, -2000);
	assert_true(s.var == 2500 && s.stacks[0].var == 2500);
	assert_int_equal(s.interval_min, 4096);
	assert_int_equal(s.interval_max, 8192);
	HAND_TEXT(text, out, write_text_head(out, &s, true));
	assert_non_null(strstr(text, "less the base -2000 \xc2\xb1 98,"));
	HAND_TEXT(json, out, write_json(out, &s, NULL, false, 0));
	assert_non_null(strstr(json,
		"\"total\":{\"value\":-2000,\"low\":-2098,\"high\":-1902,"));
	assert_non_null(strstr(
		json, "\"effective_samples\":null,\"significant\":true}"));
	free(text);
	free(json);
	shown_release(&s);
	profile_release(&now);
	profile_release(&base);
}

static void
tables_show_less_than_nothing(void **state)
{
	static const char *const names[] = { "old.heap", NULL };
	struct selection selection = { .metric = INUSE_SPACE,
		.base_names = (const char **)names };
	const struct text_options options = { .exact = true, .prune = 0.01 };
	struct profile now, base;
	struct shown s;
	struct tree tree;
	char *text = NULL, *branches = NULL;

	profile_init(&now);
	profile_init(&base);
	fill(&now, 1, 3);
	fill(&base, 2, 1);
	hand_live(&base, 0, "main;huge", 767, 1);
	selection.base = &base;
	assert_int_equal(select_stacks(&s, &now, &selection), 0);
	HAND_TEXT(text, out, {
		write_text_head(out, &s, true);
		write_text_table(out, &s, &options);
	});
	assert_non_null(strstr(text, "\nbase 'old.heap': 325 less 915\n"));
	/* By the size of the change; 1000 bytes changed in all. */
	assert_non_null(strstr(text, "\n-767 -76.7% -767 -76.7%"));
	assert_true(strstr(text, " huge ") < strstr(text, " read "));
	assert_true(strstr(text, " read ") < strstr(text, "\n -20 "));
	assert_non_null(strstr(text, "\n -20  -2.0%  -20  -2.0%"));
	tree_build(&tree, &s, true);
	HAND_TEXT(branches, out, write_text_tree(out, &tree, &options));
	assert_non_null(strstr(branches, "-590 -59.0%  all\n"));
	assert_non_null(strstr(branches, "-767 -76.7%  + huge"));
	tree_release(&tree);
	free(text);
	free(branches);
	shown_release(&s);
	profile_release(&now);
	profile_release(&base);
}

static void
pictures_leave_out_what_shrank_and_say_so(void **state)
{
	char name[] = "/tmp/base-XXXXXX", *svg;
	struct selection selection = { .metric = INUSE_SPACE };
	struct profile now, base;
	struct said said;
	FILE *file;
	size_t n;

	close(mkstemp(name));
	svg = xcalloc(1, 1 << 20);
	profile_init(&now);
	profile_init(&base);
	fill(&now, 1, 3);
	fill(&base, 2, 1);
	selection.base = &base;
	said_begin(&said);
	assert_int_equal(flame_write(&now, name, &selection, NULL), 0);
	assert_string_equal(said_end(&said),
		"heapflame: left out: 2 stacks that shrank, -28 B in all; "
		"'heapflame report --base' shows them\n");
	file = fopen(name, "r");
	n = fread(svg, 1, (1 << 20) - 1, file);
	assert_true(n > 0);
	fclose(file);
	assert_non_null(
		strstr(svg, "325 B less 148 B; left out: -28 B in 2 stacks"));
	assert_non_null(strstr(svg, "less the base: 205 B"));
	unlink(name);
	free(svg);
	profile_release(&now);
	profile_release(&base);
}

static void
what_the_base_lacks_is_an_error(void **state)
{
	struct selection selection = { .metric = PEAK_SPACE };
	struct profile now, base;
	struct shown s;
	struct said said;

	profile_init(&now);
	profile_init(&base);
	fill(&now, 1, 3);
	fill(&base, 2, 1);
	base.processes[0].has[PEAK_SPACE] = false;
	selection.base = &base;
	said_begin(&said);
	assert_int_equal(select_stacks(&s, &now, &selection), -1);
	assert_string_equal(said_end(&said),
		"heapflame: the base does not hold 'peak_space'\n");
	profile_release(&now);
	profile_release(&base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_stacks_are_subtracted),
		cmocka_unit_test(what_is_equal_leaves_no_rounding_behind),
		cmocka_unit_test(the_base_is_selected_too),
		cmocka_unit_test(of_itself_nothing_is_left),
		cmocka_unit_test(in_a_module_built_anew_lines_do_not_count),
		cmocka_unit_test(variances_add_and_intervals_have_two_sides),
		cmocka_unit_test(tables_show_less_than_nothing),
		cmocka_unit_test(pictures_leave_out_what_shrank_and_say_so),
		cmocka_unit_test(what_the_base_lacks_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
