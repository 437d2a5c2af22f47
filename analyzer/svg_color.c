/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A palette is computed, not picked: six hues of OKLCH, each in four steps of
 * lightness; lightness rises with hue as it does in a fire. On light ground it
 * runs from 0.72 to 0.905, on dark ground from 0.62 to 0.81, less vivid.
 */
#include "svg_color.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define STEPS 4

static const struct svg_palette palettes[] = {
	{ "hot", SVG_BY_NAME, 36, 94, .135 },
	{ "mem", SVG_BY_NAME, 140, 170, .12 },
	{ "io", SVG_BY_NAME, 258, 282, .085 },
	{ "wakeup", SVG_BY_NAME, 190, 215, .09 },
	{ "chain", SVG_BY_NAME, 215, 250, .085 },
	{ "red", SVG_BY_NAME, 18, 34, .12 },
	{ "green", SVG_BY_NAME, 128, 150, .125 },
	{ "blue", SVG_BY_NAME, 240, 262, .085 },
	{ "aqua", SVG_BY_NAME, 185, 205, .09 },
	{ "yellow", SVG_BY_NAME, 88, 106, .13 },
	{ "purple", SVG_BY_NAME, 300, 330, .09 },
	{ "orange", SVG_BY_NAME, 48, 66, .135 },
	{ "module", SVG_BY_MODULE, 36, 94, .135 },
	{ "kind", SVG_BY_KIND, 36, 94, .135 },
	/* Those that tell kinds of code apart, each by its language's marks. */
	{ "java", SVG_BY_KIND, 36, 94, .135 },
	{ "js", SVG_BY_KIND, 36, 94, .135 },
	{ "perl", SVG_BY_KIND, 36, 94, .135 },
	{ "python", SVG_BY_KIND, 36, 94, .135 },
	{ "rust", SVG_BY_KIND, 36, 94, .135 },
};
#define PALETTES (sizeof palettes / sizeof *palettes)

static const char hues[2][SVG_HUES][SVG_HEX_MAX] = {
	{ "#f0ad4e", "#8fd0fb", "#5fc79f", "#f7ea8c", "#93a8f5", "#e8836a",
		"#e6b3dc", "#cfc9c2" },
	{ "#d19744", "#7cb5da", "#53ad8a", "#d7cc7a", "#8092d5", "#ca725c",
		"#c89cbf", "#b4afa9" },
};

const struct svg_palette *
svg_palette(const char *word)
{
	for (size_t i = 0; word && i < PALETTES; i++)
		if (!strcmp(palettes[i].word, word))
			return &palettes[i];
	return word ? NULL : &palettes[0];
}

void
svg_palette_words(char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < PALETTES; i++) {
		size_t used = strlen(out);

		snprintf(out + used, size - used, "%s%s", i ? ", " : "",
			palettes[i].word);
	}
}

/* FNV-1a, 32 bits; its high bits mix better than the low ones. */
unsigned
svg_color_of(const char *function_name)
{
	uint32_t hash = 2166136261u;

	for (; *function_name; function_name++)
		hash = (hash ^ (unsigned char)*function_name) * 16777619u;
	hash ^= hash >> 15;
	hash *= 0x2c1b3c6du;
	hash ^= hash >> 12;
	return (unsigned)((uint64_t)hash * SVG_COLORS >> 32);
}

/* A linear part of light as a byte of sRGB; what can't be shown is cut off. */
static unsigned
channel(double light)
{
	double c = light <= 0.0031308 ? 12.92 * light
				      : 1.055 * pow(light, 1 / 2.4) - 0.055;

	return c <= 0 ? 0 : c >= 1 ? 255 : (unsigned)lround(255 * c);
}

static void
oklch(char buf[SVG_HEX_MAX], double lightness, double chroma, double hue)
{
	double a = chroma * cos(hue * M_PI / 180);
	double b = chroma * sin(hue * M_PI / 180);
	double l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
	double m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
	double s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);

	snprintf(buf, SVG_HEX_MAX, "#%02x%02x%02x",
		channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
		channel(-1.2684380046 * l + 2.6097574011 * m -
			0.3413193965 * s),
		channel(-0.0041960863 * l - 0.7034186147 * m +
			1.7076147010 * s));
}

const char *
svg_color_hex(char buf[SVG_HEX_MAX], const struct svg_palette *p,
	unsigned color, int dark)
{
	unsigned hue = color / STEPS, last = SVG_COLORS / STEPS - 1;

	oklch(buf,
		(dark ? 0.62 : 0.72) + (dark ? 0.0252 : 0.0244) * hue +
			0.0215 * (color % STEPS),
		p->chroma - (dark ? 0.01 : 0),
		p->hue_low + (p->hue_high - p->hue_low) * hue / last);
	return buf;
}

const char *
svg_hue_hex(unsigned hue, int dark)
{
	return hues[dark][hue];
}

static void
put_rules(FILE *out, const struct svg_palette *p, int dark)
{
	const struct svg_palette *memory = svg_palette("mem");
	char hex[SVG_HEX_MAX];

	for (unsigned i = 0; i < SVG_COLORS; i++)
		fprintf(out, ".c%u{fill:%s}", i,
			svg_color_hex(hex, p, i, dark));
	for (unsigned i = 0; i < SVG_COLORS; i++)
		fprintf(out, ".m%u{fill:%s}", i,
			svg_color_hex(hex, memory, i, dark));
	for (unsigned i = 0; i < SVG_HUES; i++)
		fprintf(out, ".k%u{fill:%s}", i, svg_hue_hex(i, dark));
	putc('\n', out);
}

void
svg_color_put_css(FILE *out, const struct svg_palette *p)
{
	put_rules(out, p, 0);
	fputs("@media (prefers-color-scheme: dark){", out);
	put_rules(out, p, 1);
	fputs("}\n", out);
}
