/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbols, paths and the names of programs come out of files that anybody may
 * have written. What could move a cursor, change a colour, turn the direction
 * of writing or end a JSON string is written out; all else stands as it is.
 */
#include "text.h"

#include <stdint.h>
#include <string.h>

#include "err.h"

#define ELLIPSIS "\xe2\x80\xa6" /* U+2026; one column */

/* Length of the UTF-8 character at s, which is NUL-terminated; 0: none. */
static size_t
utf8_read(const unsigned char *s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	*code = s[0] & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[length] || *code > 0x10ffff)
		return 0;
	return *code >= 0xd800 && *code < 0xe000 ? 0 : length;
}

/* C0, C1, line and paragraph ends, marks of direction, byte order marks. */
static bool
acts(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

char *
text_visible(const char *s)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *in = (const unsigned char *)s;
	char *copy = xmalloc(4 * strlen(s) + 1), *out = copy;

	while (*in) {
		uint32_t code = 0;
		size_t length = utf8_read(in, &code);
		bool plain = length > 0 && !acts(code);

		for (size_t i = length ? length : 1; i > 0; i--, in++) {
			if (plain) {
				*out++ = (char)*in;
				continue;
			}
			*out++ = '\\';
			*out++ = 'x';
			*out++ = hex[*in >> 4];
			*out++ = hex[*in & 15];
		}
	}
	*out = '\0';
	return copy;
}

char *
text_harmless(const char *s)
{
	static const char unreadable[] = "\xef\xbf\xbd"; /* U+FFFD */
	const unsigned char *in = (const unsigned char *)s;
	char *copy = xmalloc(3 * strlen(s) + 1), *out = copy;

	while (*in) {
		uint32_t code = 0;
		size_t length = utf8_read(in, &code);

		if (length == 0) {
			memcpy(out, unreadable, strlen(unreadable));
			out += strlen(unreadable);
		} else if (acts(code)) {
			*out++ = '?';
		} else {
			memcpy(out, in, length);
			out += length;
		}
		in += length ? length : 1;
	}
	*out = '\0';
	return copy;
}

static bool
is_start(char c)
{
	return (c & 0xc0) != 0x80;
}

size_t
text_columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += is_start(*s);
	return n;
}

/* Where the column'th character begins. */
static char *
column(char *s, size_t n)
{
	for (; *s; s++)
		if (is_start(*s) && n-- == 0)
			break;
	return s;
}

char *
text_shorten(char *s, size_t columns, bool tail)
{
	size_t have = text_columns(s), front, back;
	char *cut, *rest;

	if (have <= columns || have < 3)
		return s;
	if (columns < 3)
		columns = 3;
	front = tail ? (columns - 1) / 4 : (columns - 1) * 2 / 3;
	back = columns - 1 - front;
	cut = column(s, front);
	rest = column(s, have - back);
	/* What is taken out may be shorter than the ellipsis in bytes. */
	if ((size_t)(rest - cut) < strlen(ELLIPSIS)) {
		memset(cut, '.', 1);
		memmove(cut + 1, rest, strlen(rest) + 1);
		return s;
	}
	memcpy(cut, ELLIPSIS, strlen(ELLIPSIS));
	memmove(cut + strlen(ELLIPSIS), rest, strlen(rest) + 1);
	return s;
}

static void
json_character(FILE *out, const unsigned char *s, size_t length, uint32_t code)
{
	if (length == 0)
		fputs("\\ufffd", out);
	else if (code == '"' || code == '\\')
		fprintf(out, "\\%c", (int)code);
	else if (code < 0x10000 && acts(code))
		fprintf(out, "\\u%04x", (unsigned)code);
	else
		fwrite(s, 1, length, out);
}

void
text_json(FILE *out, const char *s)
{
	const unsigned char *in = (const unsigned char *)s;

	putc('"', out);
	while (*in) {
		uint32_t code = 0;
		size_t length = utf8_read(in, &code);

		json_character(out, in, length, code);
		in += length ? length : 1;
	}
	putc('"', out);
}

char *
text_trim(char *line)
{
	size_t n;

	line += strspn(line, " \t");
	n = strlen(line);
	while (n > 0 && strchr(" \t\r\n", line[n - 1]))
		n--;
	line[n] = '\0';
	return line;
}

void
text_word(FILE *out, const char *s)
{
	bool dash = strcmp(s, "-") == 0;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= 0x20 || c == 0x7f || c == '%' || dash)
			fprintf(out, "%%%02X", c);
		else
			putc(c, out);
	}
}
