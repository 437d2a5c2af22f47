/* SPDX-License-Identifier: Apache-2.0 */
#include "flame_options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "err.h"
#include "svg_color.h"

#define FONT_MOST    200 /* px */
#define PALETTE_FILE "palette.map" /* flamegraph.pl's, for --cp */

void
flame_options_own(
	struct args_own own[FLAME_OPTIONS + 1], struct flame_options *o)
{
	const struct args_own all[] = {
		{ "title", 0, ARGS_TEXT, &o->svg.title, 0 },
		{ "subtitle", 0, ARGS_TEXT, &o->svg.subtitle, 0 },
		{ "width", 0, ARGS_COUNT, &o->svg.width, 0 },
		{ "height", 0, ARGS_COUNT, &o->svg.row, 0 },
		{ "minwidth", 0, ARGS_TEXT, &o->min_width, 0 },
		{ "colors", 0, ARGS_TEXT, &o->colors, 0 },
		{ "bgcolors", 0, ARGS_TEXT, &o->ground, 0 },
		{ "fonttype", 0, ARGS_TEXT, &o->svg.font, 0 },
		{ "fontsize", 0, ARGS_REAL, &o->svg.font_size, 0 },
		{ "fontwidth", 0, ARGS_REAL, &o->svg.font_width, 0 },
		{ "hash", 0, ARGS_FLAG, &o->by_hash, 0 },
		{ "deterministic", 0, ARGS_FLAG, &o->deterministic, 0 },
		{ "cp", 0, ARGS_FLAG, &o->consistent, 0 },
		{ "random", 0, ARGS_FLAG, &o->chance, 0 },
		{ "colordiffusion", 0, ARGS_FLAG, &o->diffusion, 0 },
		{ "reverse", 0, ARGS_FLAG, &o->svg.reverse, 0 },
		{ "inverted", 0, ARGS_FLAG, &o->svg.icicle, 0 },
		{ "negate", 0, ARGS_FLAG, &o->svg.negate, 0 },
		{ "flamechart", 0, ARGS_FLAG, &o->chart, 0 },
		{ "factor", 0, ARGS_REAL, &o->factor, 0 },
		{ "total", 0, ARGS_REAL, &o->svg.whole, 0 },
		{ "encoding", 0, ARGS_TEXT, &o->encoding, 0 },
		{ "nameattr", 0, ARGS_TEXT, &o->attributes, 0 },
		{ "nametype", 0, ARGS_TEXT, &o->svg.name_type, 0 },
		{ "notes", 0, ARGS_TEXT, &o->svg.notes, 0 },
		{ 0 },
	};

	_Static_assert(sizeof all / sizeof *all == FLAME_OPTIONS + 1,
		"flame_options.h says how many");
	memcpy(own, all, sizeof all);
	o->factor = 1;
}

static int
check_colors(struct flame_options *o)
{
	char all[256];

	o->svg.palette = svg_palette(o->colors);
	if (o->svg.palette)
		return 0;
	svg_palette_words(all, sizeof all);
	return error("no colors are called '%s'; there are %s", o->colors, all);
}

/* The lower ends of flamegraph.pl's gradients: ours is of one colour. */
static int
check_ground(struct flame_options *o)
{
	static const char *const words[][2] = {
		{ "yellow", "#eeeeb0" },
		{ "blue", "#e0e0ff" },
		{ "green", "#e0ffe0" },
		{ "grey", "#e8e8e8" },
		{ "gray", "#e8e8e8" },
	};
	const char *word = o->ground;

	if (!word)
		return 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i][0]) == 0)
			o->svg.ground = words[i][1];
	if (word[0] == '#' && strlen(word) == 7 &&
		strspn(word + 1, "0123456789abcdefABCDEF") == 6)
		o->svg.ground = word;
	if (o->svg.ground)
		return 0;
	return error("no ground is called '%s'; there are yellow, blue, "
		     "green, grey and #rrggbb",
		word);
}

/* It becomes a part of a style sheet. */
static int
check_font(const struct flame_options *o)
{
	const char *font = o->svg.font;

	for (const char *c = font; c && *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(" ,-_.'\"", *c))
			return error("'%s' is no font's name", font);
	if (font && !font[strspn(font, " ")])
		return error("--fonttype wants a font's name");
	if (o->svg.font_size > FONT_MOST || o->svg.font_width > FONT_MOST)
		return error("no font is that large");
	return 0;
}

static void
say_unheeded(const struct flame_options *o)
{
	const char *code = o->encoding;

	if (o->chart)
		warning("--flamechart: equal stacks are one here, whenever "
			"they were; drawn as a flame graph");
	if (o->chance)
		warning("--random: colours are by name, always");
	if (o->diffusion)
		warning("--colordiffusion: colours are by name");
	if (o->attributes)
		warning("--nameattr: '%s' is not read", o->attributes);
	/* Without that file a name has the same colour everywhere, too. */
	if (o->consistent && access(PALETTE_FILE, F_OK) == 0)
		warning("--cp: '" PALETTE_FILE "' is not read; a name has "
			"the same colour in every picture");
	if (code && strcasecmp(code, "utf-8") != 0 &&
		strcasecmp(code, "utf8") != 0)
		warning("--encoding: the picture is in UTF-8, as is what is "
			"read");
}

int
flame_options_check(struct flame_options *o)
{
	if (svg_options_min_width(&o->svg, o->min_width) < 0 ||
		check_colors(o) < 0 || check_ground(o) < 0 || check_font(o) < 0)
		return -1;
	if (!(o->factor > 0))
		return error("--factor wants more than 0");
	o->svg.whole *= o->factor;
	say_unheeded(o);
	return 0;
}
