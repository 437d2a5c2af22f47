/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the page that know no profile: which moments are chosen, texts
 * that share their lines, names within scripts, the SVG taken apart.
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

#include "html.h"
#include "html_choose.h"
#include "html_lines.h"
#include "html_picture.h"
#include "html_put.h"

#define MANY 1000

/* Even in time, the highest at `peak`. */
static void
fill(struct html_moment *list, uint32_t count, uint32_t peak)
{
	for (uint32_t i = 0; i < count; i++)
		list[i] = (struct html_moment){ 1000 + 10 * (uint64_t)i,
			i == peak ? 500 : i % 7 };
}

static bool
holds(const uint32_t *list, uint32_t count, uint32_t what)
{
	for (uint32_t i = 0; i < count; i++)
		if (list[i] == what)
			return true;
	return false;
}

static void
expect_rising(const uint32_t *list, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		assert_true(list[i - 1] < list[i]);
}

static void
ends_and_the_highest_are_chosen(void **state)
{
	static const uint32_t peaks[] = { 0, 1, 123, 500, 998, 999 };
	struct html_moment list[MANY];
	uint32_t chosen[MANY], n;

	for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
		fill(list, MANY, peaks[i]);
		for (uint32_t most = 3; most < 30; most++) {
			n = html_choose(list, MANY, most, chosen);
			assert_in_range(n, most - 1, most);
			expect_rising(chosen, n);
			assert_true(holds(chosen, n, 0));
			assert_true(holds(chosen, n, MANY - 1));
			assert_true(holds(chosen, n, peaks[i]));
		}
	}
}

static void
they_are_even_in_time_not_in_number(void **state)
{
	struct html_moment list[100];
	uint32_t chosen[100], n, late = 0;

	/* 90 in the first second, 10 in the next nine. */
	for (uint32_t i = 0; i < 100; i++)
		list[i] = (struct html_moment){
			i < 90 ? i * 11 : 1000 + (i - 90) * 1000, 1
		};
	n = html_choose(list, 100, 11, chosen);
	for (uint32_t i = 0; i < n; i++)
		late += list[chosen[i]].ns >= 1000;
	assert_in_range(late, 9, 10);
	n = html_choose(list, 5, 11, chosen);
	assert_int_equal(n, 5);
}

static void
a_thinned_line_keeps_its_peaks(void **state)
{
	struct html_moment list[MANY];
	uint32_t chosen[MANY], n;

	for (uint32_t peak = 0; peak < MANY; peak += 37) {
		fill(list, MANY, peak);
		n = html_thin(list, MANY, 50, chosen);
		assert_in_range(n, 3, 50);
		expect_rising(chosen, n);
		assert_true(holds(chosen, n, peak));
		assert_true(holds(chosen, n, 0));
		assert_true(holds(chosen, n, MANY - 1));
	}
	assert_int_equal(html_thin(list, 50, 50, chosen), 50);
}

static void
axes_have_round_marks(void **state)
{
	assert_true(
		html_step_bytes(13.4 * 1024 * 1024, 4) == 5.0 * 1024 * 1024);
	assert_true(html_step_bytes(3, 4) == 1);
	assert_true(html_step_bytes(900.0 * 1024, 4) == 500.0 * 1024);
	assert_true(html_step_bytes(0, 4) > 0);
	assert_true(html_step_bytes(1e300, 4) > 0);
	assert_true(html_step_time(2.02e9, 6) == 5e8);
	assert_true(html_step_time(3600e9, 6) == 600e9);
	assert_true(html_step_time(100 * 86400e9, 6) == 17 * 86400e9);
	assert_true(html_step_time(0, 6) > 0);
}

/* What stands between the quotes of the n-th string of a list. */
static char *
line_at(const char *list, unsigned n)
{
	char *line = calloc(1, strlen(list) + 1);
	size_t length = 0;

	for (; *list; list++) {
		if (*list != '"')
			continue;
		for (list++; *list != '"'; list++) {
			if (*list == '\\')
				list++;
			if (n == 0)
				line[length++] = *list;
		}
		if (n-- == 0)
			break;
	}
	return line;
}

/* The text of those runs. Caller frees. */
static char *
text_of(const char *json, const char *runs)
{
	char *text = calloc(1, 10000);
	const char *between = "";
	unsigned first, count;
	int used;

	while (sscanf(runs, "%u,%u%n", &first, &count, &used) == 2) {
		for (unsigned i = 0; i < count; i++) {
			char *line = line_at(strchr(json, '['), first + i);

			strcat(text, between);
			strcat(text, line);
			between = "\n";
			free(line);
		}
		runs += used;
		if (*runs == ',')
			runs++;
	}
	return text;
}

static void
put_lines(const struct html_lines *l, char **json)
{
	size_t length;
	FILE *out = open_memstream(json, &length);

	html_lines_put(out, l);
	fclose(out);
}

static void
equal_lines_stand_once(void **state)
{
	static const char *const texts[] = { "head\none\ntwo\nthree\nend",
		"head\ntwo\nthree\none\nfour\nend", "head\n\nend\n", "x" };
	struct html_lines l = { .count = 0 };
	char *json = NULL;
	const char *runs;

	for (int i = 0; i < 4; i++) {
		size_t added = html_lines_add(&l, texts[i]);

		assert_true(added > 0);
	}
	assert_true(html_lines_add(&l, texts[0]) < strlen(texts[0]));
	put_lines(&l, &json);
	runs = strstr(json, "\"texts\":[");
	assert_non_null(runs);
	runs += strlen("\"texts\":[");
	for (int i = 0; i < 5; i++) {
		char *text;

		runs = strchr(runs, '[') + 1;
		text = text_of(json, runs);
		assert_string_equal(text, texts[i % 4]);
		free(text);
	}
	assert_null(strstr(strstr(json, "three") + 1, "three"));
	free(json);
	html_lines_release(&l);
}

static void
no_text_ends_a_script(void **state)
{
	static const char text[] = "</script><!--\n\"\\\t\x7f";
	char *json = NULL;
	size_t length;
	FILE *out = open_memstream(&json, &length);

	html_put_json(out, text, strlen(text));
	fclose(out);
	assert_string_equal(json,
		"\"\\u003c/script>\\u003c!--\\u000a\\\"\\\\\\u0009\\u007f\"");
	free(json);
}

static void
an_svg_is_taken_apart(void **state)
{
	static const char svg[] =
		"<?xml version=\"1.0\"?>\n"
		"<svg width=\"1200\" height=\"222\">\n"
		"<title>T</title>\n<desc>D</desc>\n"
		"<style>S</style>\n<text>head</text>\n"
		"<g class=\"hf-frames hf-static\"><rect><title>f</title>\n"
		"</rect></g>\n<text>note</text>\n"
		"<metadata class=\"a\">1</metadata>\n"
		"<metadata class=\"b\">2</metadata>\n"
		"<script>J</script>\n</svg>\n";
	struct html_picture h;

	html_picture_split(&h, svg);
	assert_int_equal(h.height, 222);
	assert_string_equal(h.drawn,
		"<svg width=\"1200\" height=\"222\">\n<text>head</text>\n"
		"<g class=\"hf-frames hf-static\"><rect><title>f</title>\n"
		"</rect></g>\n<text>note</text>\n</svg>\n");
	assert_null(strstr(h.document, "hf-frames"));
	assert_non_null(strstr(h.document, "<metadata class=\"b\">2"));
	assert_non_null(strstr(h.document, "<script>J</script>"));
	html_picture_release(&h);
	/* Of another make, and one that says that it is empty. */
	html_picture_split(&h, "<svg>x</svg>");
	assert_string_equal(h.drawn, "");
	assert_string_equal(h.document, "<svg>x</svg>");
	html_picture_release(&h);
}

static void
the_page_is_named_after_the_run(void **state)
{
	static const struct {
		const char *origin, *path;
	} cases[] = {
		{ "/usr", "/usr/report.html" },
		{ "/usr/", "/usr/report.html" },
		{ "no/such/server.heap", "server.html" },
		{ "flame.heap", "flame.html" },
		{ "x.folded", "x.html" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *path = html_path(cases[i].origin);

		assert_string_equal(path, cases[i].path);
		free(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_and_the_highest_are_chosen),
		cmocka_unit_test(they_are_even_in_time_not_in_number),
		cmocka_unit_test(a_thinned_line_keeps_its_peaks),
		cmocka_unit_test(axes_have_round_marks),
		cmocka_unit_test(equal_lines_stand_once),
		cmocka_unit_test(no_text_ends_a_script),
		cmocka_unit_test(an_svg_is_taken_apart),
		cmocka_unit_test(the_page_is_named_after_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
