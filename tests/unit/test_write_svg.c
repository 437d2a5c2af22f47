/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph, checked as text: exact sums, names that stay text, the same
 * bytes for the same input. What it does in a browser is tested in
 * tests/browser, which uses this program to make its pictures:
 *
 *	test_write_svg FOLDED INTERVAL EXE [WIDTH] >out.svg
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assets.h"
#include "folded.h"
#include "svg_data.h"
#include "svg_layout.h"
#include "svg_text.h"
#include "write.h"

static const char few[] = "main;init;table_new 3000\n"
			  "main;serve 500\n"
			  "main;serve;parse;xmalloc 40000\n"
			  "main;serve;reply 9000\n"
			  "main;serve;tiny_a 3\n"
			  "main;serve;tiny_b 2\n"
			  "main;serve;tiny_c;below 1\n";

static const char hostile[] =
	"\x01\x02\xff\xfe 100\n"
	"\"><img src=x onerror=\"alert(1)\"> 100\n"
	"'onload='alert(1)' 100\n"
	"<![CDATA[ x ]]><!-- --> 100\n"
	"</style></script><script>alert(1)</script> 100\n"
	"]]></metadata><script>alert(2)</script>&lt;&amp;\t/a<b>&\"c.c 100\n"
	"\xe2\x80\xaeright to left\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80 100\n"
	"\xef\xbf\xbf\xef\xbf\xbe 100\n";

/* Caller frees. */
static char *
svg_of(const char *text, double interval, const struct svg_options *options)
{
	struct folded f;
	struct tree t;
	char *svg = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&svg, &length);

	assert_non_null(out);
	folded_load(&f, text, strlen(text), interval, "/usr/bin/server");
	folded_columns(&f);
	tree_build_columns(&t, f.columns, 2, 0, true);
	assert_int_equal(write_svg(out, &t, options), 0);
	assert_int_equal(fclose(out), 0);
	tree_release(&t);
	folded_release(&f);
	return svg;
}

static const struct svg_options usual = { 0 };

static unsigned
occurrences(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void
expect_text(const char *name, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	svg_text_put(out, name);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void
markup_in_names_is_escaped(void **state)
{
	expect_text("a<b>&\"'c", "a&lt;b&gt;&amp;&quot;&#39;c");
	expect_text("]]>", "]]&gt;");
	expect_text("&lt;", "&amp;lt;");
}

#define BAD "\xef\xbf\xbd"

static void
what_xml_cannot_hold_is_replaced(void **state)
{
	expect_text("a\nb\x1b[31m\x7f", "a" BAD "b" BAD "[31m" BAD);
	expect_text("\xff", BAD);
	expect_text("\xc3", BAD);
	expect_text("\xc3(", BAD "(");
	expect_text("\xe2\x82", BAD);
	expect_text("\xe2\x82\xac", "\xe2\x82\xac");
	expect_text("\xc0\xaf", BAD BAD);
	expect_text("\xed\xa0\x80", BAD BAD BAD);
	expect_text("\xf0\x9f\x94\xa5", "\xf0\x9f\x94\xa5");
	expect_text("\xf4\x90\x80\x80", BAD BAD BAD BAD);
	expect_text("\xef\xbf\xbf", BAD);
	expect_text("\xe2\x80\xae", BAD);
	expect_text("\xc2\x85", BAD);
}

static void
expect_fitted(const char *name, unsigned cells, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	svg_text_put_fitted(out, name, cells);
	fclose(out);
	assert_string_equal(text, expected);
	assert_true(svg_text_cells(expected) <= cells);
	free(text);
}

static void
names_are_shortened_in_the_middle(void **state)
{
	expect_fitted("parse", 5, "parse");
	expect_fitted("parse_value", 8,
		"par\xe2\x80\xa6"
		"alue");
	expect_fitted("A::f(int, char)", 6, "A::f");
	expect_fitted("A::f(int) const", 10, "A::f");
	expect_fitted("operator()(int)", 10, "operator()");
	expect_fitted("\xe7\x81\xab\xe7\x81\xab", 3, "\xe2\x80\xa6");
	expect_fitted(
		"\xe7\x81\xab\xe7\x81\xab", 4, "\xe7\x81\xab\xe7\x81\xab");
	expect_fitted("ns::Class<a::b>::method", 10, "ns:\xe2\x80\xa6method");
	expect_fitted("ns::Class<a::b>::method", 7, "\xe2\x80\xa6method");
	expect_fitted("ns::Class<a::b>::method", 6, "method");
	expect_fitted("ns::Class<a::b>::method", 5, "me\xe2\x80\xa6od");
	expect_fitted("ns::operator+", 10, "\xe2\x80\xa6operator+");
	expect_fitted(
		"ns::f(a::b)::{lambda()#1}", 13, "\xe2\x80\xa6{lambda()#1}");
	expect_fitted("abc", 1, "");
	expect_fitted("", 0, "");
}

static void
children_fill_their_parents_exactly(void **state)
{
	struct folded f;
	struct tree t;
	struct svg_layout l;
	int64_t *free_at;

	folded_load(&f, few, strlen(few), 0, NULL);
	tree_build(&t, &f.shown, true);
	svg_layout_build(&l, &t);
	assert_int_equal(l.count, t.count);
	free_at = calloc(l.count, sizeof *free_at);
	for (uint32_t i = 1; i < l.count; i++) {
		const struct svg_frame *c = &l.frames[i];
		const struct svg_frame *p = &l.frames[c->parent];

		assert_true(c->parent < i && c->end <= p->end && c->end > i);
		assert_int_equal(c->depth, p->depth + 1);
		assert_int_equal(c->start, p->start + free_at[c->parent]);
		free_at[c->parent] += t.nodes[c->node].total;
	}
	for (uint32_t i = 0; i < l.count; i++) {
		const struct tree_node *n = &t.nodes[l.frames[i].node];

		assert_int_equal(free_at[i] + n->self, n->total);
	}
	free(free_at);
	svg_layout_release(&l);
	tree_release(&t);
	folded_release(&f);
}

static void
siblings_stand_heaviest_first(void **state)
{
	struct folded f;
	struct tree t;
	struct svg_layout l;

	folded_load(&f, few, strlen(few), 0, NULL);
	tree_build(&t, &f.shown, true);
	svg_layout_build(&l, &t);
	for (uint32_t i = 0; i < l.count; i++)
		for (uint32_t j = i + 1; j < l.frames[i].end; j++) {
			uint32_t k = l.frames[j].end;

			if (k < l.frames[l.frames[j].parent].end)
				assert_true(t.nodes[l.frames[j].node].total >=
					    t.nodes[l.frames[k].node].total);
		}
	svg_layout_release(&l);
	tree_release(&t);
	folded_release(&f);
}

/* The next rectangle's exact place; false at the end. */
static bool
next_rect(const char **svg, long long *x, long long *w)
{
	const char *at = strstr(*svg, " data-x=\"");

	if (!at)
		return false;
	assert_int_equal(
		sscanf(at, " data-x=\"%lld\" data-w=\"%lld\"", x, w), 2);
	*svg = at + 1;
	return true;
}

static void
rectangles_say_their_exact_place(void **state)
{
	char *svg = svg_of(few, 0, &usual);
	const char *at = svg;
	long long x, w, total = 3000 + 500 + 40000 + 9000 + 6;
	unsigned count = 1;

	assert_true(next_rect(&at, &x, &w));
	assert_int_equal(x, 0);
	assert_int_equal(w, total);
	for (; next_rect(&at, &x, &w); count++)
		assert_true(x >= 0 && w > 0 && x + w <= total);
	/* all main serve parse xmalloc reply init table_new */
	assert_int_equal(count, 8);
	assert_non_null(strstr(svg, "8 of 12 frames"));
	free(svg);
}

static void
small_frames_are_pooled(void **state)
{
	static const char text[] = "m;a 5000\nm;b 40\nm;c 30\nm;d;e 30\n";
	struct svg_options o = { .min_width = 15 };
	char *svg = svg_of(text, 0, &o);

	assert_non_null(strstr(svg, "<title>(3 small, 100 B) "));
	assert_non_null(strstr(svg, "data-x=\"5000\" data-w=\"100\""));
	assert_non_null(strstr(svg, "3 of 7 frames"));
	free(svg);
	/* The pool is 23 px wide: less than this. */
	o.min_width = 60;
	svg = svg_of(text, 0, &o);
	assert_null(strstr(svg, "<title>("));
	assert_non_null(strstr(svg, "3 of 7 frames"));
	free(svg);
}

static void
hostile_names_stay_text(void **state)
{
	struct svg_options o = { .title = "</title><script>x</script>",
		.subtitle = "\"]]>&" };
	char *svg = svg_of(hostile, 0, &o);

	assert_int_equal(occurrences(svg, "<script"), 1);
	assert_int_equal(occurrences(svg, "]]>"), 2);
	assert_int_equal(occurrences(svg, "<!["), 2);
	assert_null(strstr(svg, "<img"));
	assert_null(strstr(svg, "<!--"));
	assert_null(strstr(svg, "\"onerror"));
	assert_non_null(strstr(svg, "&lt;/style&gt;&lt;/script&gt;"));
	for (const unsigned char *s = (unsigned char *)svg; *s; s++)
		assert_true(*s >= 0x20 || *s == '\n' || *s == '\t');
	free(svg);
}

static uint64_t
number(const char **at)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	uint64_t n = 0;
	ptrdiff_t digit;
	unsigned shift = 0;

	do {
		assert_non_null(strchr(digits, **at));
		digit = strchr(digits, *(*at)++) - digits;
		n |= (uint64_t)(digit & 31) << shift;
		shift += 5;
	} while (digit & 32);
	return n;
}

static void
the_data_hold_every_byte_and_object(void **state)
{
	char *svg = svg_of(few, 1000, &usual);
	const char *at = strstr(svg, "<metadata class=\"hf-tree\">");
	uint64_t frames, bytes = 0, objects = 0;

	assert_non_null(at);
	at = strchr(at, '>') + 1;
	frames = number(&at);
	assert_int_equal(frames, 12);
	for (uint64_t i = 0; i < frames; i++) {
		uint64_t bits;

		number(&at);
		number(&at);
		bits = number(&at);
		assert_true(bits == 0 || bits == 3);
		if (bits) {
			bytes += number(&at);
			/* 16 log2(1 + 1000) */
			assert_int_equal(number(&at), 159);
			objects += number(&at);
			number(&at);
		}
	}
	assert_int_equal(*at, '<');
	assert_int_equal(bytes, 52506);
	assert_int_equal(objects, 30 + 5 + 400 + 90 + 1 + 1 + 1);
	free(svg);
}

static void
the_head_says_metric_total_error_and_program(void **state)
{
	char *svg = svg_of(few, 0, &usual);

	assert_non_null(strstr(svg, "peak_space: 51.3 KiB, exact"));
	assert_non_null(strstr(svg, "server"));
	free(svg);
	svg = svg_of(few, 10, &usual);
	assert_non_null(strstr(svg, "51.3 KiB \xc2\xb1 1.4 (95 %)"));
	assert_non_null(strstr(svg, "5,251 samples"));
	free(svg);
	svg = svg_of(few, 5000, &usual);
	assert_non_null(strstr(svg, "only 11 samples"));
	free(svg);
}

static void
an_empty_profile_says_so(void **state)
{
	char *svg = svg_of("", 0, &usual);

	assert_non_null(strstr(svg, "holds no sample at all"));
	assert_non_null(strstr(svg, "heapflame run --sample 1"));
	assert_null(strstr(svg, "<script"));
	free(svg);
}

static void
nothing_live_names_the_metric_that_helps(void **state)
{
	struct folded f;
	struct tree t;
	char *svg = NULL;
	size_t length;
	FILE *out = open_memstream(&svg, &length);

	folded_load(&f, few, strlen(few), 0, NULL);
	f.shown.metric = INUSE_SPACE;
	f.shown.stack_count = 0;
	f.shown.total = 0;
	tree_build(&t, &f.shown, true);
	write_svg(out, &t, &usual);
	fclose(out);
	assert_non_null(strstr(svg, "Nothing is live"));
	assert_non_null(strstr(svg, "--metric peak_space"));
	free(svg);
	tree_release(&t);
	folded_release(&f);
}

static void
the_same_input_gives_the_same_bytes(void **state)
{
	char *a = svg_of(few, 4096, &usual), *b = svg_of(few, 4096, &usual);

	assert_string_equal(a, b);
	free(a);
	free(b);
}

static int
convert(int argc, char **argv)
{
	struct svg_options o = { .width = argc > 4 ? atoi(argv[4]) : 0 };
	FILE *in = fopen(argv[1], "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t length;
	struct folded f;
	struct tree t;

	if (!in || argc < 4)
		return 1;
	length = getdelim(&text, &size, '\0', in);
	fclose(in);
	folded_load(&f, text, length > 0 ? (size_t)length : 0, atof(argv[2]),
		argv[3]);
	free(text);
	folded_columns(&f);
	tree_build_columns(&t, f.columns, 2, 0, true);
	write_svg(stdout, &t, &o);
	tree_release(&t);
	folded_release(&f);
	return fflush(stdout) != 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_in_names_is_escaped),
		cmocka_unit_test(what_xml_cannot_hold_is_replaced),
		cmocka_unit_test(names_are_shortened_in_the_middle),
		cmocka_unit_test(children_fill_their_parents_exactly),
		cmocka_unit_test(siblings_stand_heaviest_first),
		cmocka_unit_test(rectangles_say_their_exact_place),
		cmocka_unit_test(small_frames_are_pooled),
		cmocka_unit_test(hostile_names_stay_text),
		cmocka_unit_test(the_data_hold_every_byte_and_object),
		cmocka_unit_test(the_head_says_metric_total_error_and_program),
		cmocka_unit_test(an_empty_profile_says_so),
		cmocka_unit_test(nothing_live_names_the_metric_that_helps),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
	};

	if (argc > 1)
		return convert(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
