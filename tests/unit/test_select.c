/* SPDX-License-Identifier: Apache-2.0 */
/* From rows to integers: merging, rounding, charging, metrics, order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "by_hand.h"
#include "select.h"

static const struct selection usual = { .metric = -1 };

/* "main;a;b 12 3": names, value, charge. Caller frees. */
static char *
line_of(const struct shown *s, uint32_t index)
{
	const struct shown_stack *stack = &s->stacks[index];
	char *text = xstrdup(""), *longer;

	for (uint32_t i = 0; i < stack->depth; i++) {
		longer = xasprintf("%s%s%s", text, i ? ";" : "",
			shown_name(s, s->frames[stack->first + i]));
		free(text);
		text = longer;
	}
	longer = xasprintf(
		"%s %lld %u", text, (long long)stack->value, stack->charge);
	free(text);
	return longer;
}

static void
expect(struct profile *p, const struct selection *selection,
	const char *const *lines)
{
	struct shown s;
	uint32_t n = 0;

	assert_int_equal(select_stacks(&s, p, selection), 0);
	for (; lines[n]; n++) {
		char *line;

		assert_true(n < s.stack_count);
		line = line_of(&s, n);
		assert_string_equal(line, lines[n]);
		free(line);
	}
	assert_int_equal(s.stack_count, n);
	shown_release(&s);
}

static void
equal_frames_are_added_and_rounded_once(void **state)
{
	static const char *const want[] = { "main;a 1 2", "main;b 3 2", NULL };
	struct profile p;
	uint32_t x, y, thread;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	y = hand_process(&p, 2, PROCESS_RUNNING, 1);
	thread = strtab_add(&p.strings, "worker");
	hand_row(&p, x, "main;b")->v[INUSE_SPACE].sum = 1.4;
	hand_row(&p, y, "main;b")->v[INUSE_SPACE].sum = 0.7;
	profile_row(&p, hand_stack(&p, "main;b", false), x, thread, NONE, NONE)
		->v[INUSE_SPACE]
		.sum = 0.7;
	/* Twice 0.4 is 0.8: one, where rounding each would leave nothing. */
	hand_row(&p, x, "main;a")->v[INUSE_SPACE].sum = 0.4;
	hand_row(&p, y, "main;a")->v[INUSE_SPACE].sum = 0.4;
	/* This one rounds to nothing and is left out. */
	hand_row(&p, x, "main;c")->v[INUSE_SPACE].sum = 0.4;
	expect(&p, &usual, want);
	profile_release(&p);
}

static void
stacks_are_sorted_by_name_not_by_address(void **state)
{
	static const char *const want[] = { "a 5 1", "a;b 4 2", "a;b;z 3 3",
		"a;c 2 2", "b;a 1 2", NULL };
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "b;a", 1, 1);
	hand_live(&p, x, "a;c", 2, 1);
	hand_live(&p, x, "a;b;z", 3, 1);
	hand_live(&p, x, "a;b", 4, 1);
	hand_live(&p, x, "a", 5, 1);
	expect(&p, &usual, want);
	profile_release(&p);
}

static void
first_frame_that_is_no_wrapper_is_charged(void **state)
{
	static const char *const want[] = { "main;load;xstrdup;xmalloc 10 2",
		/* A wrapper further out called back into code that decided. */
		"main;qsort;compare;malloc 20 3",
		/* Of wrappers alone the outermost is charged. */
		"xrealloc;realloc 30 1", NULL };
	static const char *const all[] = { "main;load;xstrdup;xmalloc 10 4",
		"main;qsort;compare;malloc 20 4", "xrealloc;realloc 30 2",
		NULL };
	const char *extra[] = { "comp.*", NULL };
	static const char *const more[] = { "main;load;xstrdup;xmalloc 10 2",
		"main;qsort;compare;malloc 20 1", "xrealloc;realloc 30 1",
		NULL };
	struct selection selection = usual;
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;load;xstrdup;xmalloc", 10, 1);
	hand_live(&p, x, "main;qsort;compare;malloc", 20, 1);
	hand_live(&p, x, "xrealloc;realloc", 30, 1);
	expect(&p, &usual, want);
	selection.show_wrappers = true;
	expect(&p, &selection, all);
	selection.show_wrappers = false;
	selection.wrappers = extra;
	expect(&p, &selection, more);
	profile_release(&p);
}

static void
nameless_code_is_charged_to_its_named_caller(void **state)
{
	static const char *const want[] = {
		/* Nobody in the module has a name: it is charged itself. */
		"[prog+0x1];[prog+0x2] 4 2",
		/* A wrapper among the callers is no end of the search. */
		"main;[prog+0x1];xstrdup;[prog+0x2];xmalloc 1 1",
		"main;api;[prog+0x1];[prog+0x2];xmalloc 2 2", NULL
	};
	static const char *const all[] = { "[prog+0x1];[prog+0x2] 4 2",
		"main;[prog+0x1];xstrdup;[prog+0x2];xmalloc 1 5",
		"main;api;[prog+0x1];[prog+0x2];xmalloc 2 5", NULL };
	struct selection selection = usual;
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;[prog+0x1];xstrdup;[prog+0x2];xmalloc", 1, 1);
	hand_live(&p, x, "main;api;[prog+0x1];[prog+0x2];xmalloc", 2, 1);
	hand_live(&p, x, "[prog+0x1];[prog+0x2]", 4, 1);
	expect(&p, &usual, want);
	selection.show_wrappers = true;
	expect(&p, &selection, all);
	profile_release(&p);
}

static void
nameless_code_is_not_charged_to_another_module(void **state)
{
	static const char *const want[] = { "start;[prog+0x1] 1 2", NULL };
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "start;[prog+0x1]", 1, 1);
	for (uint32_t i = 0; i < p.function_count; i++)
		if (p.functions[i].named)
			p.functions[i].module =
				profile_module(&p, "/lib/libc.so.6", NULL);
	expect(&p, &usual, want);
	profile_release(&p);
}

static void
cut_and_missing_stacks_say_so(void **state)
{
	static const char *const want[] = { "[no stack] 7 1",
		"[truncated];f 5 2", "[truncated];xmalloc 6 2", NULL };
	struct profile p;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	profile_row(&p, hand_stack(&p, "f", true), x, NONE, NONE, NONE)
		->v[INUSE_SPACE]
		.sum = 5;
	profile_row(&p, hand_stack(&p, "xmalloc", true), x, NONE, NONE, NONE)
		->v[INUSE_SPACE]
		.sum = 6;
	profile_row(&p, hand_stack(&p, "", true), x, NONE, NONE, NONE)
		->v[INUSE_SPACE]
		.sum = 7;
	expect(&p, &usual, want);
	profile_release(&p);
}

static void
inlined_frames_are_frames(void **state)
{
	static const char *const want[] = { "main;outer;inner 9 3", NULL };
	struct profile p;
	uint32_t x, location;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;outer", 9, 1);
	location = p.stack_locations[p.stacks[0].first];
	/* Innermost first, as the symbols' reader leaves them. */
	p.locations[location].first = p.location_frame_count;
	p.locations[location].depth = 2;
	GROW32(p.location_frames, p.location_frame_count);
	p.location_frames[p.location_frame_count++] = hand_frame(&p, "inner");
	GROW32(p.location_frames, p.location_frame_count);
	p.location_frames[p.location_frame_count++] = hand_frame(&p, "outer");
	expect(&p, &usual, want);
	profile_release(&p);
}

static void
by_process_shows_what_was_inherited(void **state)
{
	static const char *const merged[] = { "main;a 15 2", NULL };
	static const char *const apart[] = { "prog 1;main;a 10 3",
		"prog 2;[inherited by fork];main;a 8 4", "prog 2;main;a 5 3",
		NULL };
	struct selection selection = usual;
	struct profile p;
	uint32_t x, y;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	y = hand_process(&p, 2, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;a", 10, 1);
	hand_live(&p, y, "main;a", 5, 1)->inherited_space.sum = 8;
	hand_row(&p, y, "main;a")->inherited_objects.sum = 1;
	expect(&p, &selection, merged);
	selection.bys = 1; /* BY_PROCESS */
	expect(&p, &selection, apart);
	profile_release(&p);
}

/* The metric and title that are chosen for processes of these states. */
static void
expect_title(const enum process_state *states, int count, bool peak,
	const char *title)
{
	struct profile p;
	struct shown s;

	profile_init(&p);
	for (int i = 0; i < count; i++) {
		uint32_t x = hand_process(&p, i + 1, states[i], 1);

		p.processes[x].has[PEAK_SPACE] = peak;
	}
	assert_int_equal(select_stacks(&s, &p, &usual), 0);
	assert_string_equal(s.title, title);
	shown_release(&s);
	profile_release(&p);
}

static void
default_metric_shows_something(void **state)
{
	static const enum process_state ended[] = { PROCESS_ENDED,
		PROCESS_RUNNING };
	static const enum process_state running[] = { PROCESS_RUNNING,
		PROCESS_ENDED };
	static const enum process_state killed[] = { PROCESS_KILLED };

	expect_title(ended, 1, true, "peak_space");
	expect_title(ended, 2, true, "peak_space, sum of per-process peaks");
	expect_title(ended, 1, false, "inuse_space");
	expect_title(running, 2, true, "inuse_space");
	expect_title(killed, 1, true, "inuse_space");
}

static void
metric_that_is_not_there_is_an_error(void **state)
{
	struct selection selection = { .metric = TEMP_SPACE };
	struct profile p;
	struct shown s;
	int kept = dup(STDERR_FILENO);

	profile_init(&p);
	hand_live(&p, hand_process(&p, 1, PROCESS_ENDED, 1), "main", 1, 1);
	close(STDERR_FILENO);
	assert_int_equal(select_stacks(&s, &p, &selection), -1);
	dup2(kept, STDERR_FILENO);
	close(kept);
	profile_release(&p);
}

static void
error_is_that_of_the_metric_and_none_if_exact(void **state)
{
	const struct selection selection = { .metric = INUSE_OBJECTS };
	struct profile p;
	struct shown s;
	struct row *r;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 4096);
	r = hand_live(&p, x, "main;a", 1000, 10);
	r->v[INUSE_SPACE].var = 400;
	r->v[INUSE_OBJECTS].var = 4;
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	assert_true(s.var == 4 && s.stacks[0].var == 4);
	assert_false(s.exact);
	assert_int_equal(s.total, 10);
	assert_int_equal(s.stacks[0].bytes, 1000);
	assert_int_equal(s.samples, 10);
	assert_int_equal(s.interval_max, 4096);
	shown_release(&s);
	p.processes[x].interval_min = p.processes[x].interval_max = 1;
	assert_int_equal(select_stacks(&s, &p, &selection), 0);
	assert_true(s.exact && s.var == 0 && s.stacks[0].var == 0);
	shown_release(&s);
	profile_release(&p);
}

static void
blocks_of_no_bytes_stay_if_wanted(void **state)
{
	static const char *const want[] = { "main;a 0 2", NULL };
	static const char *const none[] = { NULL };
	struct selection selection = usual;
	struct profile p;

	profile_init(&p);
	hand_live(&p, hand_process(&p, 1, PROCESS_RUNNING, 1), "main;a", 0, 3);
	expect(&p, &selection, none);
	selection.keep_empty = true;
	expect(&p, &selection, want);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_frames_are_added_and_rounded_once),
		cmocka_unit_test(stacks_are_sorted_by_name_not_by_address),
		cmocka_unit_test(first_frame_that_is_no_wrapper_is_charged),
		cmocka_unit_test(nameless_code_is_charged_to_its_named_caller),
		cmocka_unit_test(
			nameless_code_is_not_charged_to_another_module),
		cmocka_unit_test(cut_and_missing_stacks_say_so),
		cmocka_unit_test(inlined_frames_are_frames),
		cmocka_unit_test(by_process_shows_what_was_inherited),
		cmocka_unit_test(default_metric_shows_something),
		cmocka_unit_test(metric_that_is_not_there_is_an_error),
		cmocka_unit_test(error_is_that_of_the_metric_and_none_if_exact),
		cmocka_unit_test(blocks_of_no_bytes_stay_if_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
