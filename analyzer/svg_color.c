/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two tables are computed, not picked: six hues from 36 to 94 degrees of
 * OKLCH, from ember to flame, each in four steps of lightness; lightness rises
 * with hue as it does in a fire. On light ground it runs from 0.72 to 0.905 at
 * chroma 0.135, on dark ground from 0.62 to 0.81 at 0.125.
 */
#include "svg_color.h"

#include <stdint.h>

static const char light[SVG_COLORS][8] = { "#ec8e7b", "#f19583", "#f69d8b",
	"#fba493", "#f09872", "#f59f7b", "#faa683", "#ffae8c", "#f1a26b",
	"#f7aa74", "#fcb17e", "#ffb887", "#f1ae67", "#f6b571", "#fbbc7b",
	"#ffc384", "#eeba66", "#f3c171", "#f9c87b", "#fecf85", "#e9c76b",
	"#eecd75", "#f4d480", "#fadb8a" };
static const char dark[SVG_COLORS][8] = { "#c5684f", "#cc6e55", "#d4755b",
	"#db7c62", "#ca7445", "#d27a4c", "#d98153", "#e08859", "#cd813e",
	"#d48745", "#db8e4c", "#e39553", "#cd8e39", "#d49541", "#dc9c48",
	"#e3a250", "#cb9c3b", "#d2a343", "#d9aa4a", "#e0b152", "#c6ab44",
	"#cdb24b", "#d4b853", "#dbbf5a" };

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

const char *
svg_color_hex(unsigned color)
{
	return light[color];
}

static void
put_table(FILE *out, const char table[SVG_COLORS][8])
{
	for (unsigned i = 0; i < SVG_COLORS; i++)
		fprintf(out, ".c%u{fill:%s}", i, table[i]);
	putc('\n', out);
}

void
svg_color_put_css(FILE *out)
{
	put_table(out, light);
	fputs("@media (prefers-color-scheme:dark){", out);
	put_table(out, dark);
	fputs("}\n", out);
}
