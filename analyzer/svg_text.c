/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte of a name passes through svg_text_next, which lets out nothing but
 * code points that XML 1.0 allows; escaping comes after that. Names are never
 * put into CDATA, so "]]>" needs no more care than any other ">".
 */
#include "svg_text.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT 0xfffd

/*
 * Length of the sequence that a first byte announces, 0 for none, and the range
 * of the second byte, which shuts out overlong forms, surrogates and what lies
 * beyond U+10FFFF (Unicode, table 3-7).
 */
static int
sequence(unsigned char c, unsigned char *low, unsigned char *high)
{
	*low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

static bool
may_stand(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	if (c == 0x2028 || c == 0x2029 || c == 0xfeff)
		return false;
	if ((c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
		(c >= 0x2066 && c <= 0x2069))
		return false;
	return (c & 0xfffe) != 0xfffe;
}

uint32_t
svg_text_next(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	unsigned char low, high;
	int length = sequence(*s, &low, &high);
	uint32_t c;
	int i;

	if (!*s)
		return 0;
	if (length == 0) {
		*text += 1;
		return REPLACEMENT;
	}
	c = length == 1 ? *s : *s & (0x7f >> length);
	for (i = 1; i < length; i++) {
		if (s[i] < low || s[i] > high)
			break;
		c = c << 6 | (s[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*text += i;
	return i == length && may_stand(c) ? c : REPLACEMENT;
}

static void
put_utf8(FILE *out, uint32_t c)
{
	if (c < 0x80) {
		putc((int)c, out);
		return;
	}
	if (c < 0x800) {
		putc((int)(0xc0 | c >> 6), out);
	} else {
		if (c < 0x10000) {
			putc((int)(0xe0 | c >> 12), out);
		} else {
			putc((int)(0xf0 | c >> 18), out);
			putc((int)(0x80 | (c >> 12 & 0x3f)), out);
		}
		putc((int)(0x80 | (c >> 6 & 0x3f)), out);
	}
	putc((int)(0x80 | (c & 0x3f)), out);
}

static void
put_character(FILE *out, uint32_t c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		return;
	case '<':
		fputs("&lt;", out);
		return;
	case '>':
		fputs("&gt;", out);
		return;
	case '"':
		fputs("&quot;", out);
		return;
	case '\'':
		fputs("&#39;", out);
		return;
	default:
		put_utf8(out, c);
	}
}

/* How many bytes stand for themselves. */
static size_t
plain_length(const char *text)
{
	size_t n = 0;

	while (text[n] >= ' ' && text[n] < 0x7f && text[n] != '&' &&
		text[n] != '<' && text[n] != '>' && text[n] != '"' &&
		text[n] != '\'')
		n++;
	return n;
}

void
svg_text_put(FILE *out, const char *text)
{
	for (;;) {
		size_t n = plain_length(text);
		uint32_t c;

		fwrite(text, 1, n, out);
		text += n;
		c = svg_text_next(&text);
		if (!c)
			return;
		put_character(out, c);
	}
}

static unsigned
width_of(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
			       (c >= 0xac00 && c <= 0xd7a3) ||
			       (c >= 0xf900 && c <= 0xfaff) ||
			       (c >= 0xff00 && c <= 0xff60) || c >= 0x1f300
		       ? 2
		       : 1;
}

unsigned
svg_text_cells(const char *text)
{
	unsigned cells = 0;
	uint32_t c;

	while ((c = svg_text_next(&text)))
		cells += width_of(c);
	return cells;
}

/*
 * Where the parameter list of a demangled name begins, NULL if it has none:
 * the "(" that closes with the last ")". Of "(anonymous namespace)::f" and of
 * "operator()" nothing is taken.
 */
static const char *
parameters(const char *name)
{
	const char *s = strrchr(name, ')');
	int open = 0;

	if (!s || (s[1] && strcmp(s + 1, " const") != 0))
		return NULL;
	for (; s > name; s--) {
		open += *s == ')' ? 1 : *s == '(' ? -1 : 0;
		if (open == 0)
			break;
	}
	if (s == name || s[-1] == ' ' || s[-1] == ':' ||
		(s - name >= 8 && strncmp(s - 8, "operator", 8) == 0))
		return NULL;
	return s;
}

/* As many characters as fit into `cells`, up to `end`. */
static void
put_head(FILE *out, const char *text, const char *end, unsigned cells)
{
	while (text < end) {
		uint32_t c = svg_text_next(&text);
		unsigned width = width_of(c);

		if (!c || width > cells)
			return;
		cells -= width;
		put_character(out, c);
	}
}

static unsigned
cells_until(const char *text, const char *end)
{
	unsigned cells = 0;

	while (text < end)
		cells += width_of(svg_text_next(&text));
	return cells;
}

/*
 * Where the last component of a qualified name begins: what follows the last
 * "::" that is not inside brackets; `name` itself if there is none.
 */
static const char *
last_component(const char *name, const char *end)
{
	int depth = 0;

	for (const char *s = end - 1; s > name; s--) {
		if (*s == '>' || *s == ')')
			depth++;
		else if (depth > 0 && (*s == '<' || *s == '('))
			depth--;
		else if (depth == 0 && *s == ':' && s[-1] == ':')
			return s + 1;
	}
	return name;
}

void
svg_text_put_fitted(FILE *out, const char *name, unsigned cells)
{
	const char *end = name + strlen(name), *last;
	unsigned whole = cells_until(name, end), head, tail;

	if (whole > cells && parameters(name)) {
		end = parameters(name);
		whole = cells_until(name, end);
	}
	last = last_component(name, end);
	if (whole > cells && cells_until(last, end) >= cells) {
		name = last;
		whole = cells_until(last, end);
	}
	if (whole <= cells) {
		put_head(out, name, end, whole);
		return;
	}
	if (cells < 2)
		return;
	tail = (cells - 1) * 3 / 5;
	if (name != last && tail < cells_until(last, end))
		tail = cells_until(last, end);
	head = cells - 1 - tail;
	put_head(out, name, end, head);
	put_character(out, 0x2026);
	while (whole > tail)
		whole -= width_of(svg_text_next(&name));
	put_head(out, name, end, tail);
}

void
svg_text_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	svg_text_put(out, value);
	putc('"', out);
}
