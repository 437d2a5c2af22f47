/* SPDX-License-Identifier: Apache-2.0 */
/* What is at the root (--by), what a phase is (--phase), a picture a phase. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dumps.h"
#include "err.h"
#include "flame_phases.h"
#include "groups.h"
#include "select.h"
#include "sites.h"
#include "stderr.h"
#include "symbolize.h"

#define STACK "[bench+0x100];[bench+0x10]"

static void
load(struct profile *p)
{
	struct input in = input_of("x", phased_dump, sizeof phased_dump - 1);

	profile_init(p);
	assert_int_equal(reader_heapv2.read(p, &in), 0);
	profile_symbolize(p);
}

/* "root;...;leaf value\n" of all. Caller frees. */
static char *
lines_of(const struct shown *s)
{
	char *text = xstrdup(""), *longer;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];

		for (uint32_t k = 0; k < stack->depth; k++) {
			longer = xasprintf("%s%s%s", text, k ? ";" : "",
				shown_name(s, s->frames[stack->first + k]));
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
expect(const struct selection *selection, const char *title, const char *want)
{
	struct profile p;
	struct shown s;
	char *lines;

	load(&p);
	assert_int_equal(select_stacks(&s, &p, selection), 0);
	lines = lines_of(&s);
	assert_string_equal(lines, want);
	assert_string_equal(s.title, title);
	free(lines);
	shown_release(&s);
	profile_release(&p);
}

static void
roots_stand_in_the_order_asked_for(void **state)
{
	expect(&(struct selection){ .metric = ALLOC_SPACE,
		       .by = { BY_THREAD, BY_LABEL },
		       .bys = 2 },
		"alloc_space",
		"[no thread name];[no label];" STACK " 5100\n"
		"main thread;[no label];" STACK " 1000\n"
		"worker;[no label];" STACK " 3000\n"
		"worker;tenant=a;" STACK " 500\n");
	expect(&(struct selection){ .metric = INUSE_SPACE,
		       .by = { BY_PHASE, BY_PROCESS },
		       .bys = 2 },
		"inuse_space",
		"..//serve\n;bench 4712;" STACK " 3000\n"
		"[no phase];bench 4712;" STACK " 1000\n"
		/* Two of one name; by now only 100 of the first one's live. */
		"load;bench 4712;" STACK " 5100\n");
}

static void
a_phase_has_figures_of_its_own(void **state)
{
	expect(&(struct selection){ .metric = ALLOC_SPACE, .phase = "load" },
		"alloc_space in phase 'load', 2 times", STACK " 5600\n");
	expect(&(struct selection){ .metric = ALLOC_SPACE,
		       .phase = "load",
		       .phase_nth = 1 },
		"alloc_space in phase 'load'", STACK " 500\n");
	expect(&(struct selection){ .metric = INUSE_SPACE,
		       .phase = "load",
		       .phase_nth = 1 },
		"inuse_space of phase 'load' at its end", STACK " 300\n");
	expect(&(struct selection){ .metric = INUSE_OBJECTS,
		       .phase = "load",
		       .phase_nth = 2 },
		"inuse_objects of phase 'load' (2) at its end", STACK " 3\n");
	expect(
		&(struct selection){
			.metric = PEAK_SPACE, .phase = "load", .phase_nth = 1 },
		"peak_space of phase 'load'", STACK " 400\n");
	expect(&(struct selection){ .metric = TEMP_SPACE, .phase = "load" },
		"temp_space in phase 'load', 2 times", STACK " 200\n");
	/* It ended, and nothing of it was left. */
	expect(&(struct selection){ .metric = INUSE_SPACE,
		       .phase = "..//serve\n" },
		"inuse_space of phase '..//serve\\x0a' at its end", "");
}

static void
phases_between_marks_add_up(void **state)
{
	/* To the next one of that name: the second one is left out. */
	expect(
		&(struct selection){
			.metric = ALLOC_SPACE, .from = "load", .to = "load" },
		"alloc_space from mark 'load' to mark 'load'", STACK " 3500\n");
	/* What came before the first mark has no phase. */
	expect(&(struct selection){ .metric = ALLOC_SPACE,
		       .to = "..//serve\n" },
		"alloc_space to mark '..//serve\\x0a'", STACK " 1500\n");
	expect(&(struct selection){ .metric = ALLOC_SPACE, .from = "load" },
		"alloc_space from mark 'load'", STACK " 8600\n");
	/* One phase: what lived when it ended. Several: what lives now. */
	expect(&(struct selection){ .metric = INUSE_SPACE,
		       .from = "load",
		       .to = "..//serve\n" },
		"inuse_space from mark 'load' to mark '..//serve\\x0a' at its "
		"end",
		STACK " 300\n");
	expect(&(struct selection){ .metric = INUSE_SPACE, .from = "load" },
		"inuse_space from mark 'load', still live", STACK " 8100\n");
	/* One phase, and what came before it. */
	expect(&(struct selection){ .metric = INUSE_SPACE,
		       .to = "..//serve\n" },
		"inuse_space to mark '..//serve\\x0a', still live",
		STACK " 1100\n");
	expect(&(struct selection){ .metric = PEAK_SPACE,
		       .from = "..//serve\n",
		       .to = "load" },
		"peak_space from mark '..//serve\\x0a' to mark 'load'",
		STACK " 3000\n");
	expect(&(struct selection){ .metric = PEAK_SPACE, .from = "load" },
		"peak_space from mark 'load', of the whole peak",
		STACK " 8600\n");
	/* Of a phase, too, if one asks for what was never freed. */
	expect(&(struct selection){ .metric = INUSE_SPACE,
		       .phase = "load",
		       .phase_nth = 1,
		       .until_now = true },
		"inuse_space of phase 'load', still live", STACK " 100\n");
}

static void
expect_refusal(const char *from, const char *to, const char *words)
{
	struct selection selection = { .metric = -1, .from = from, .to = to };
	struct profile p;
	struct shown s;
	struct said said;
	int status;

	load(&p);
	said_begin(&said);
	status = select_stacks(&s, &p, &selection);
	said_end(&said);
	assert_int_equal(status, -1);
	assert_non_null(strstr(said.text, words));
	assert_int_equal(said_lines(&said), 1);
	profile_release(&p);
}

static void
a_mark_that_is_not_there_is_an_error(void **state)
{
	expect_refusal("lod", NULL, "there are 'load', '..//serve\\x0a'");
	expect_refusal("load", "end", "no phase is called 'end'");
	expect_refusal(NULL, "end", "no phase is called 'end'");
	expect_refusal("..//serve\n", "..//serve\n", "comes after");
}

static void
a_phase_that_is_not_there_is_an_error_that_names_those_that_are(void **state)
{
	struct selection selection = { .metric = -1, .phase = "lod" };
	struct profile p;
	struct shown s;
	struct said said;
	int status;

	load(&p);
	said_begin(&said);
	status = select_stacks(&s, &p, &selection);
	assert_non_null(strstr(said_end(&said),
		"no phase is called 'lod'; there are 'load', "
		"'..//serve\\x0a'\n"));
	assert_int_equal(status, -1);
	profile_release(&p);
}

static void
groups_are_the_largest_first_and_no_functions(void **state)
{
	struct selection selection = {
		.metric = ALLOC_SPACE, .by = { BY_THREAD }, .bys = 1
	};
	struct profile p;
	struct shown s;
	struct groups g;
	struct sites sites;
	struct row *r;

	load(&p);
	/* One more stack of a thread that has one already. */
	r = profile_row(&p, profile_stack(&p, NULL, 0, false), 0,
		p.rows[1].thread, NONE, NONE);
	r->v[ALLOC_SPACE].sum = 1000;
	r->v[ALLOC_OBJECTS].sum = 1;
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	groups_build(&g, &s);
	assert_int_equal(g.count, 3);
	assert_string_equal(
		shown_name(&s, g.list[0].frames[0]), "[no thread name]");
	assert_int_equal(g.list[1].value, 4500);
	assert_int_equal(g.list[1].objects, 7);
	assert_string_equal(shown_name(&s, g.list[1].frames[0]), "worker");
	groups_release(&g);
	sites_build(&sites, &s, true);
	assert_int_equal(sites.count, 3);
	assert_true(sites.list[0].cum == 9600 && sites.list[1].cum == 9600);
	sites_release(&sites);
	shown_release(&s);
	profile_release(&p);
}

static void
a_site_knows_how_long_its_blocks_lived(void **state)
{
	struct selection selection = { .metric = TEMP_SPACE };
	struct profile p;
	struct shown s;
	struct sites sites;

	load(&p);
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	assert_true(s.var_known);
	sites_build(&sites, &s, false);
	assert_int_equal(sites.list[0].flat, 200);
	assert_true(sites.list[0].freed_objects == 4);
	assert_true(sites.list[0].lifetime_ns == 8e6);
	sites_release(&sites);
	shown_release(&s);
	profile_release(&p);
}

static void
a_phase_can_not_choose_where_its_picture_goes(void **state)
{
	static const char *const names[][2] = {
		{ "1,000 partitions", "1,000 partitions" },
		{ "../../etc/x", "___.._etc_x" },
		{ "/", "_" },
		{ "", "_" },
		{ ".", "_" },
		{ "..", "__" },
		{ ".hidden", "_hidden" },
		{ "-rf", "_rf" },
		{ "a\nb\x1b[2J\x7f", "a_b_[2J_" },
		{ "\xc3\xa4\xff", "\xc3\xa4\xef\xbf\xbd" },
		{ "a\\b", "a_b" },
	};
	char longest[1000], *got;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		got = flame_phase_file(names[i][0]);
		assert_string_equal(got, names[i][1]);
		assert_null(strchr(got, '/'));
		assert_true(got[0] != '.' && got[0] != '-');
		free(got);
	}
	for (size_t i = 0; i + 2 < sizeof longest; i += 2)
		memcpy(longest + i, "\xc3\xa4", 3);
	longest[sizeof longest - 1] = '\0';
	got = flame_phase_file(longest);
	assert_int_equal(strlen(got), 200);
	free(got);
}

static void
each_phase_gets_a_picture_of_its_name(void **state)
{
	static const char *const want[] = { "____serve_.svg", "load-2.svg",
		"load.svg" };
	char *folder = new_folder(), *into = xasprintf("%s/a/b", folder);
	struct dirent **entries;
	struct profile p;
	int n;

	load(&p);
	assert_int_equal(flame_write_phases(&p, into, NULL, NULL), 3);
	n = scandir(into, &entries, NULL, alphasort);
	assert_int_equal(n, 5); /* and "." and ".." */
	for (int i = 0; i < n; i++) {
		if (i >= 2)
			assert_string_equal(entries[i]->d_name, want[i - 2]);
		free(entries[i]);
	}
	free(entries);
	free(into);
	remove_folder(folder);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_stand_in_the_order_asked_for),
		cmocka_unit_test(a_phase_has_figures_of_its_own),
		cmocka_unit_test(phases_between_marks_add_up),
		cmocka_unit_test(a_mark_that_is_not_there_is_an_error),
		cmocka_unit_test(
			a_phase_that_is_not_there_is_an_error_that_names_those_that_are),
		cmocka_unit_test(groups_are_the_largest_first_and_no_functions),
		cmocka_unit_test(a_site_knows_how_long_its_blocks_lived),
		cmocka_unit_test(a_phase_can_not_choose_where_its_picture_goes),
		cmocka_unit_test(each_phase_gets_a_picture_of_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
