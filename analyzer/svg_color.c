/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two tables are computed, not picked: six hues from 36 to 94 degrees of
 * OKLCH, from ember to flame, each in four steps of lightness; lightness rises
 * with hue as it does in a fire. On light ground it runs from 0.72 to 0.905 at
 * chroma 0.135, on dark ground from 0.62 to 0.81 at 0.125.
 */
#include "svg_color.h"

#include <stdint.h>

static const char light[SVG_COLORS][8] = { "#ec8367", "#f38a6e", "#fb9174",
	"#ff977a", "#f1905d", "#f89663", "#ff9d6a", "#ffa470", "#f39d54",
	"#faa45b", "#ffab62", "#ffb169", "#f2ac50", "#f9b257", "#ffb95e",
	"#ffc065", "#eeba51", "#f5c158", "#fcc85f", "#ffcf67", "#e8c959",
	"#efd060", "#f6d767", "#fdde6f" };
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
