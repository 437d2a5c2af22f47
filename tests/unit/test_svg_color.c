/* SPDX-License-Identifier: Apache-2.0 */
/* Colours: the same for a name, readable, and told apart by everybody. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "svg_color.h"

static void
colours_depend_on_the_name_alone(void **state)
{
	bool used[SVG_COLORS] = { false };
	char name[16];

	assert_int_equal(svg_color_of("parse"), svg_color_of("parse"));
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "f%u", i);
		assert_true(svg_color_of(name) < SVG_COLORS);
		used[svg_color_of(name)] = true;
	}
	for (unsigned i = 0; i < SVG_COLORS; i++)
		assert_true(used[i]);
}

/* Relative luminance of "#rrggbb", as WCAG has it. */
static double
luminance(const char *hex)
{
	static const double weight[] = { 0.2126, 0.7152, 0.0722 };
	unsigned rgb[3];
	double sum = 0;

	assert_int_equal(
		sscanf(hex, "#%2x%2x%2x", &rgb[0], &rgb[1], &rgb[2]), 3);
	for (int i = 0; i < 3; i++) {
		double c = rgb[i] / 255.0;

		sum += weight[i] *
		       (c <= 0.03928 ? c / 12.92
				     : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static void
names_can_be_read_on_every_colour(void **state)
{
	static const char *const text[] = { "#2b1d14", "#1c120b" };
	static const char words[] = "hot mem io wakeup chain red green blue "
				    "aqua yellow purple orange";
	char word[16], hex[SVG_HEX_MAX];
	int length;

	for (const char *w = words; sscanf(w, "%15s%n", word, &length) == 1;
		w += length)
		for (unsigned i = 0; i < 2 * SVG_COLORS; i++) {
			int dark = i >= SVG_COLORS;

			svg_color_hex(
				hex, svg_palette(word), i % SVG_COLORS, dark);
			assert_true(luminance(hex) + 0.05 >
				    4.5 * (luminance(text[dark]) + 0.05));
		}
	for (unsigned i = 0; i < 2 * SVG_HUES; i++)
		assert_true(
			luminance(svg_hue_hex(i % SVG_HUES, i >= SVG_HUES)) +
				0.05 >
			4.5 * (luminance(text[i >= SVG_HUES]) + 0.05));
}

static double
distance(const char *a, const char *b, const double sight[3][3])
{
	unsigned x[3], y[3];
	double sum = 0;

	sscanf(a, "#%2x%2x%2x", x, x + 1, x + 2);
	sscanf(b, "#%2x%2x%2x", y, y + 1, y + 2);
	for (int i = 0; i < 3; i++) {
		double d = 0;

		for (int k = 0; k < 3; k++)
			d += sight[i][k] * ((double)x[k] - y[k]);
		sum += d * d;
	}
	return sqrt(sum);
}

/*
 * As one sees them who lacks a kind of cones (Machado, Oliveira and Fernandes,
 * 2009, full severity): no two hues are as one, by more than a shade.
 */
static void
hues_differ_for_every_kind_of_sight(void **state)
{
	static const double sights[][3][3] = {
		{ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
		{ { 0.152286, 1.052583, -0.204868 },
			{ 0.114503, 0.786281, 0.099216 },
			{ -0.003882, -0.048116, 1.051998 } },
		{ { 0.367322, 0.860646, -0.227968 },
			{ 0.280085, 0.672501, 0.047413 },
			{ -0.011820, 0.042940, 0.968881 } },
	};

	for (unsigned i = 0; i < 2 * 3 * SVG_HUES * SVG_HUES; i++) {
		unsigned a = i % SVG_HUES, b = i / SVG_HUES % SVG_HUES;
		unsigned sight = i / SVG_HUES / SVG_HUES % 3;
		int dark = i >= 3 * SVG_HUES * SVG_HUES;

		if (a != b)
			assert_true(distance(svg_hue_hex(a, dark),
					    svg_hue_hex(b, dark),
					    sights[sight]) > 20);
	}
}

static void
a_palette_has_a_name(void **state)
{
	char words[256];

	svg_palette_words(words, sizeof words);
	assert_true(strncmp(words, "hot, mem, ", 10) == 0);
	assert_ptr_equal(svg_palette(NULL), svg_palette("hot"));
	assert_null(svg_palette("lava"));
	assert_int_equal(svg_palette("module")->by, SVG_BY_MODULE);
	assert_int_equal(svg_palette("java")->by, SVG_BY_KIND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_depend_on_the_name_alone),
		cmocka_unit_test(names_can_be_read_on_every_colour),
		cmocka_unit_test(hues_differ_for_every_kind_of_sight),
		cmocka_unit_test(a_palette_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
