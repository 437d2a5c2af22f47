/* SPDX-License-Identifier: Apache-2.0 */
/* What the text writers print: figures that add up, names that do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "sites.h"
#include "text.h"
#include "write.h"

static const struct selection usual = { .metric = -1, .keep_empty = true };
static const struct text_options plain = { .exact = true, .prune = 0.01 };

static struct shown
select_all(struct profile *p)
{
	struct shown s;

	assert_int_equal(select_stacks(&s, p, &usual), 0);
	return s;
}

static void
contains(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("'%s' is not in:\n%s", wanted, text);
}

static void
lacks(const char *text, const char *unwanted)
{
	if (strstr(text, unwanted))
		fail_msg("'%s' is in:\n%s", unwanted, text);
}

static void
site_counts_recursion_once(void **state)
{
	struct profile p;
	struct shown s;
	struct sites sites;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main:1;f:2;f:3;xmalloc", 10, 1);
	hand_live(&p, x, "main:1;f:2;g;xstrdup;xmalloc", 30, 2);
	hand_live(&p, x, "main:9;g;xmalloc", 5, 3);
	s = select_all(&p);
	sites_build(&sites, &s, false);
	assert_int_equal(sites.count, 3);
	assert_string_equal(shown_name(&s, sites.list[0].frame), "g");
	assert_int_equal(sites.list[0].flat, 35);
	assert_int_equal(sites.list[0].flat_objects, 5);
	/* Heaviest first: 30 by xstrdup, 5 by xmalloc. */
	assert_int_equal(sites.list[0].vias, 2);
	assert_string_equal(
		shown_name(&s, sites.via[sites.list[0].first_via]), "xstrdup");
	assert_string_equal(shown_name(&s, sites.list[1].frame), "f");
	assert_int_equal(sites.list[1].flat, 10);
	assert_int_equal(sites.list[1].cum, 40);
	assert_int_equal(p.frames[sites.list[1].frame].line, 3);
	assert_string_equal(shown_name(&s, sites.list[2].frame), "main");
	assert_int_equal(sites.list[2].flat, 0);
	assert_int_equal(sites.list[2].cum, 45);
	assert_int_equal(p.frames[sites.list[2].frame].line, 1);
	sites_release(&sites);
	shown_release(&s);
	profile_release(&p);
}

static void
table_shows_exact_figures(void **state)
{
	struct profile p;
	struct shown s;
	struct text_options o = plain;
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 77, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main:5;f:7;xmalloc", 3000, 2);
	hand_live(&p, x, "main:6", 1000, 1);
	s = select_all(&p);
	HAND_TEXT(text, out, {
		write_text_head(out, &s, true);
		write_text_table(out, &s, &o);
	});
	assert_string_equal(text,
		"prog (pid 77): inuse_space 4000, every allocation, "
		"1 process\n"
		"flat flat%  cum   cum% objects function  where         via\n"
		"3000 75.0% 3000  75.0%       2 f         src/prog.c:7  "
		"xmalloc\n"
		"1000 25.0% 4000 100.0%       1 main      src/prog.c:6\n");
	free(text);
	o.top = 1;
	o.by_cum = true;
	HAND_TEXT(text, out, write_text_table(out, &s, &o));
	contains(text, "1000 25.0% 4000 100.0%       1 main");
	contains(text, "... and 1 more function (");
	lacks(text, "xmalloc");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

static void
table_fits_a_terminal(void **state)
{
	struct profile p;
	struct shown s;
	struct text_options o = { .prune = 0.01 };
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x,
		"main;a_function_with_quite_a_long_name_that_goes_on_and_on"
		"_for_longer_than_any_line:123;xmalloc_of_a_long_name",
		123456789, 1234567);
	hand_live(&p, x, "main;std::vector<std::string>::reserve", 5, 1);
	s = select_all(&p);
	for (o.columns = 70; o.columns < 200; o.columns++) {
		char *text = NULL, *line, *rest;

		HAND_TEXT(text, out, {
			write_text_table(out, &s, &o);
			assert_int_equal(ferror(out), 0);
		});
		for (rest = text; (line = strsep(&rest, "\n"));)
			if (text_columns(line) > (size_t)o.columns)
				fail_msg("at %d columns: %s", o.columns, line);
		free(text);
	}
	shown_release(&s);
	profile_release(&p);
}

static void
few_samples_and_losses_are_said(void **state)
{
	struct profile p;
	struct shown s;
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 524288);
	p.processes[x].samples = 50;
	p.processes[x].first_loss = p.loss_count;
	profile_loss(&p, "live_full", 4);
	profile_loss(&p, "early", 1000000);
	p.processes[x].losses = 2;
	hand_live(&p, x, "main;f", 50 * 524288.0, 50)->v[INUSE_SPACE].var =
		50 * 524288.0 * 524288.0;
	s = select_all(&p);
	HAND_TEXT(text, out, write_text_head(out, &s, false));
	contains(text, "prog (pid 1): inuse_space 25.0 MiB \302\261 7.");
	contains(text, ", 50 samples at 512.0 KiB (few");
	contains(text, "run --sample 16K)");
	contains(text, "7.4% of the samples were lost: live_full 4");
	free(text);
	shown_release(&s);
	/* As many as make the loss less than one percent: nothing is said. */
	p.processes[x].samples = 500;
	s = select_all(&p);
	HAND_TEXT(text, out, write_text_head(out, &s, false));
	lacks(text, "lost");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

static void
hostile_names_do_nothing(void **state)
{
	static const char name[] =
		"\033[2Jx\r\007\"\\;\xff\xc2\x9b\xe2\x80\xae<b>";
	struct profile p;
	struct shown s;
	char *text = NULL, stack[128];
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	p.processes[x].exe = strtab_add(&p.strings, "/tmp/\033]0;owned\a");
	/* `;` ends a name by hand, so that one is put in afterwards. */
	snprintf(stack, sizeof stack, "main;placeholder");
	hand_live(&p, x, stack, 100, 1);
	for (uint32_t i = 0; i < p.function_count; i++)
		if (!strcmp(strtab_get(&p.strings, p.functions[i].name),
			    "placeholder"))
			p.functions[i].name = strtab_add(&p.strings, name);
	s = select_all(&p);
	HAND_TEXT(text, out, {
		write_text_head(out, &s, true);
		write_text_table(out, &s, &plain);
		write_leaks(out, &s, &(struct leaks_view){ .top = 0 });
		write_info(out, &p, true);
	});
	for (char *c = text; *c; c++)
		assert_true((*c >= 0x20 && *c != 0x7f) || *c == '\n' ||
			    (unsigned char)*c == 0xc2 ||
			    (unsigned char)*c == 0xb1);
	contains(text, "\\x1b[2Jx\\x0d\\x07\"\\;\\xff\\xc2\\x9b"
		       "\\xe2\\x80\\xae<b>");
	free(text);
	HAND_TEXT(text, out, write_json(out, &s, NULL, false, 0));
	contains(text, "\"\\u001b[2Jx\\u000d\\u0007\\\"\\\\;\\ufffd\\u009b"
		       "\\u202e<b>\"");
	free(text);
	HAND_TEXT(text, out, write_folded(out, &s));
	assert_string_equal(text, "main;?[2Jx??\"\\:\xef\xbf\xbd?\?<b> 100\n");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

static void
folded_lines_merge_and_sort_as_bytes(void **state)
{
	struct profile p;
	struct shown s;
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "a:1;b", 1, 1);
	hand_live(&p, x, "a:2;b", 2, 1);
	hand_live(&p, x, "a b;c", 4, 1);
	hand_live(&p, x, "a-b", 8, 1);
	hand_live(&p, x, "a", 16, 1);
	s = select_all(&p);
	HAND_TEXT(text, out, assert_int_equal(write_folded(out, &s), 0));
	assert_string_equal(text, "a 16\na b;c 4\na-b 8\na;b 3\n");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

static void
tree_prunes_and_says_how_much(void **state)
{
	struct profile p;
	struct shown s;
	struct tree t;
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_live(&p, x, "main;load;parse", 9000, 9);
	hand_live(&p, x, "main;serve", 985, 5);
	hand_live(&p, x, "main;tiny", 9, 1);
	hand_live(&p, x, "main;load;small", 6, 1);
	s = select_all(&p);
	tree_build(&t, &s, false);
	HAND_TEXT(text, out, write_text_tree(out, &t, &plain));
	contains(text, " 10000 100.0%  all\n");
	contains(text, " 10000 100.0%  main (src/prog.c)\n");
	contains(text, "  9006  90.1%  + load (src/prog.c)\n");
	contains(text, "  9000  90.0%    parse (src/prog.c)\n");
	contains(text, "   985   9.8%  + serve (src/prog.c)\n");
	contains(text, "15 (0.1%) in 2 branches of less than 1% each");
	lacks(text, "tiny");
	assert_true(strstr(text, "+ load") < strstr(text, "+ serve"));
	free(text);
	tree_release(&t);
	shown_release(&s);
	profile_release(&p);
}

static void
leaks_have_the_familiar_shape(void **state)
{
	struct profile p;
	struct shown s;
	const struct selection live = { .metric = INUSE_SPACE,
		.keep_empty = true };
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 5, PROCESS_ENDED, 1);
	hand_live(&p, x, "main:9;f:7;xmalloc:3", 64, 2);
	hand_live(&p, x, "main:9;g:8", 100, 1);
	hand_live(&p, x, "main:9;[prog+0x10]", 0, 1);
	assert_int_equal(select_stacks(&s, &p, &live), 0);
	HAND_TEXT(text, out,
		assert_int_equal(
			write_leaks(out, &s, &(struct leaks_view){ .top = 0 }),
			4));
	contains(text,
		"\nDirect leak of 100 byte(s) in 1 object(s) allocated from:\n"
		"    #0 0x");
	contains(text, " in g src/prog.c:8\n    #1 0x");
	contains(text, "\nDirect leak of 64 byte(s) in 2 object(s)");
	contains(text, " in xmalloc src/prog.c:3\n");
	contains(text, "\nDirect leak of 0 byte(s) in 1 object(s)");
	contains(text, " in [prog+0x10] (/bin/prog+0x");
	contains(text, ") (BuildId: abcd)\n");
	contains(text, "\nSUMMARY: heapflame: 164 byte(s) leaked in 4 "
		       "allocation(s).\n");
	assert_true(strstr(text, "of 100") < strstr(text, "of 64"));
	lacks(text, "may be unseen");
	free(text);
	HAND_TEXT(text, out,
		write_leaks(out, &s, &(struct leaks_view){ .top = 1 }));
	contains(text, "Omitting 2 more leak(s)");
	contains(text, "SUMMARY: heapflame: 164 byte(s)");
	free(text);
	HAND_TEXT(text, out,
		write_leaks_json(out, &s, &(struct leaks_view){ .top = 0 }));
	contains(text, "{\"bytes\":64,\"low\":64,\"high\":64,\"objects\":2,"
		       "\"stack\":[\"xmalloc\",\"f\",\"main\"]");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

static void
live_blocks_are_not_called_leaks(void **state)
{
	struct profile p;
	struct shown s;
	const struct selection live = { .metric = INUSE_SPACE };
	char *text = NULL;

	profile_init(&p);
	hand_live(&p, hand_process(&p, 5, PROCESS_RUNNING, 65536), "main;f", 64,
		2);
	assert_int_equal(select_stacks(&s, &p, &live), 0);
	HAND_TEXT(text, out,
		write_leaks(out, &s, &(struct leaks_view){ .top = 0 }));
	lacks(text, "Direct leak");
	contains(text, "'/usr/bin/prog' (pid 5) had not ended");
	contains(text, "sampled at 64.0 KiB: a site under 192.0 KiB may be "
		       "unseen");
	contains(text, "64 byte(s) live in 2 allocation(s).");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

static void
json_has_the_fixed_keys(void **state)
{
	struct profile p;
	struct shown s;
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 5, PROCESS_ENDED, 4096);
	hand_live(&p, x, "main;f:7;xmalloc", 64, 2);
	s = select_all(&p);
	HAND_TEXT(text, out, write_json(out, &s, NULL, false, 1));
	assert_string_equal(text,
		"{\"schema\":\"heapflame-report/1\",\n"
		"\"metric\":\"peak_space\",\n\"unit\":\"bytes\",\n"
		"\"samples\":2,\n\"interval_min\":4096,\n"
		"\"interval_max\":4096,\n"
		"\"total\":{\"value\":64,\"low\":64,\"high\":64,"
		"\"samples\":2,\"effective_samples\":null,"
		"\"significant\":true},\n"
		"\"phase\":null,\n"
		"\"selection\":null,\n"
		"\"processes\":[\n{\"exe\":\"/usr/bin/prog\",\"pid\":5,"
		"\"start\":1700000000005,\"state\":\"ended\","
		"\"source\":\"prog.5.heap\",\"phases\":[]}],\n"
		"\"lost\":{},\n\"reading\":[],\n\"memory\":null,\n\"by\":[],"
		"\n\"groups\":[],"
		"\n\"rows\":[\n"
		"{\"function\":\"f\",\"file\":\"src/prog.c\",\"line\":7,"
		"\"module\":\"/bin/prog\",\"build_id\":\"abcd\","
		"\"via\":[\"xmalloc\"],"
		"\"flat\":{\"value\":64,\"low\":64,\"high\":64,\"objects\":2,"
		"\"samples\":2,\"effective_samples\":null,"
		"\"significant\":true},"
		"\"cum\":{\"value\":64,\"low\":64,\"high\":64,\"objects\":2,"
		"\"samples\":2,\"effective_samples\":null,"
		"\"significant\":true},"
		"\"lifetime_ns\":null}]}\n");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

/* Ten samples of 100 bytes at N = 4096, and three. */
static void
what_may_be_chance_is_grey_and_marked(void **state)
{
	struct text_options o = plain;
	struct profile p;
	struct shown s;
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_RUNNING, 4096);
	hand_live(&p, x, "main;many", 40960, 10)->v[INUSE_SPACE].var =
		10.0 * 4096 * 4096;
	hand_live(&p, x, "main;few", 12288, 3)->v[INUSE_SPACE].var =
		3.0 * 4096 * 4096;
	s = select_all(&p);
	HAND_TEXT(text, out, write_text_table(out, &s, &o));
	assert_string_equal(text,
		"         flat   flat%           cum     cum% samples objects "
		"function  where\n"
		"40960 \xc2\xb1 27843   76.9% 40960 \xc2\xb1 27843    76.9%    "
		"  "
		"10      10 many      src/prog.c\n"
		"12288 \xc2\xb1 16689 ? 23.1% 12288 \xc2\xb1 16689 ?  23.1%    "
		"   "
		"3       3 few       src/prog.c\n"
		"            0    0.0% 53248 \xc2\xb1 31352   100.0%         "
		"      0 main      src/prog.c\n"
		"?: not to be told from zero, the error is as large as the "
		"figure\n");
	free(text);
	o.color = true;
	HAND_TEXT(text, out, write_text_table(out, &s, &o));
	contains(text, "\x1b[90m12288");
	contains(text, "\x1b[90mfew\x1b[0m");
	lacks(text, "\x1b[90m40960");
	lacks(text, "\x1b[90mmany");
	free(text);
	HAND_TEXT(text, out, write_json(out, &s, NULL, false, 0));
	contains(text, "\"objects\":10,\"samples\":10,"
		       "\"effective_samples\":10,\"significant\":true}");
	contains(text, "\"objects\":3,\"samples\":3,"
		       "\"effective_samples\":3,\"significant\":false}");
	free(text);
	shown_release(&s);
	profile_release(&p);
}

static void
names_are_shortened_between_characters(void **state)
{
	for (size_t columns = 3; columns < 14; columns++) {
		char text[] = "\xc3\xa4\xc3\xb6\xc3\xbc_long_\xe2\x82\xac_end";
		size_t whole = text_columns(text);
		char *visible;

		text_shorten(text, columns, columns % 2);
		assert_int_equal(
			text_columns(text), columns < whole ? columns : whole);
		/* Cut in the middle of one, it would show as an escape. */
		visible = text_visible(text);
		assert_string_equal(visible, text);
		free(visible);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(site_counts_recursion_once),
		cmocka_unit_test(table_shows_exact_figures),
		cmocka_unit_test(table_fits_a_terminal),
		cmocka_unit_test(few_samples_and_losses_are_said),
		cmocka_unit_test(hostile_names_do_nothing),
		cmocka_unit_test(folded_lines_merge_and_sort_as_bytes),
		cmocka_unit_test(tree_prunes_and_says_how_much),
		cmocka_unit_test(leaks_have_the_familiar_shape),
		cmocka_unit_test(live_blocks_are_not_called_leaks),
		cmocka_unit_test(json_has_the_fixed_keys),
		cmocka_unit_test(what_may_be_chance_is_grey_and_marked),
		cmocka_unit_test(names_are_shortened_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
