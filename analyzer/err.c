/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line a message, whatever is in it: file names and symbols come from
 * strangers, so every control character, every byte that is no UTF-8 and every
 * mark that turns the direction of writing is shown as an escape.
 */
#define _GNU_SOURCE /* vasprintf */
#include "err.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE	((size_t)8 << 20)
#define PROGRAM "heapflame: "
#define WARNING PROGRAM "warning: "

/*
 * Length of the UTF-8 character at s, its code in *code; 0 if there is none.
 * Overlong forms, surrogates and what lies beyond U+10FFFF are none.
 */
static size_t
utf8_length(const unsigned char *s, size_t left, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = s[0] < 0x80		      ? 1
			: s[0] >= 0xc2 && s[0] < 0xe0 ? 2
			: s[0] >= 0xe0 && s[0] < 0xf0 ? 3
			: s[0] >= 0xf0 && s[0] < 0xf5 ? 4
						      : 0;

	if (length == 0 || length > left)
		return 0;
	*code = length == 1 ? s[0] : s[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[length] || *code > 0x10ffff ||
		(*code >= 0xd800 && *code < 0xe000))
		return 0;
	return length;
}

/* Can the character do more than stand there? C0, C1, line ends, bidi marks. */
static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	       (code >= 0x200e && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static void
write_visible(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t code = 0;
		size_t length = utf8_length(s, left, &code);

		if (length > 0 && !is_control(code)) {
			fwrite(s, 1, length, out);
		} else {
			length = length > 0 ? length : 1;
			for (size_t i = 0; i < length; i++)
				fprintf(out, "\\x%02x", s[i]);
		}
		s += length;
		left -= length;
	}
}

/* Where this thread's lines are kept; NULL: they go to stderr. */
static _Thread_local FILE *keeper;
static _Thread_local char *kept;
static _Thread_local size_t kept_size;

/* exit() runs in the thread that calls it. */
static void
pass_on_at_exit(void)
{
	char *lines;

	if (keeper == NULL)
		return;
	lines = messages_kept();
	messages_pass_on(lines);
	free(lines);
}

static void
at_exit(void)
{
	atexit(pass_on_at_exit);
}

void
messages_keep(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, at_exit);
	keeper = open_memstream(&kept, &kept_size);
}

char *
messages_kept(void)
{
	char *lines = NULL;

	if (keeper != NULL && fclose(keeper) == 0)
		lines = kept;
	keeper = NULL;
	return lines != NULL ? lines : xstrdup("");
}

static _Thread_local bool muted; /* see messages_mute() */

bool
messages_mute(bool yes)
{
	bool before = muted;

	muted = yes;
	return before;
}

void
messages_pass_on(const char *lines)
{
	if (!muted)
		fputs(lines, stderr);
}

static void __attribute__((format(printf, 2, 0)))
say(const char *prefix, const char *format, va_list args)
{
	char *text = NULL;
	FILE *to = keeper != NULL ? keeper : stderr;

	if (muted)
		return;
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	flockfile(to);
	fputs(prefix, to);
	write_visible(to, text != NULL ? text : format);
	putc('\n', to);
	funlockfile(to);
	free(text);
}

static _Thread_local bool demoted; /* see errors_are_warnings() */

bool
errors_are_warnings(bool yes)
{
	bool before = demoted;

	demoted = yes;
	return before;
}

int
error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(demoted ? WARNING : PROGRAM, format, args);
	va_end(args);
	return -1;
}

static bool wrong_words;

int
wrong_usage(const char *format, ...)
{
	va_list args;

	wrong_words = true;
	va_start(args, format);
	say(PROGRAM, format, args);
	va_end(args);
	return -1;
}

bool
usage_was_wrong(void)
{
	return wrong_words;
}

void
warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(WARNING, format, args);
	va_end(args);
}

void
note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(PROGRAM, format, args);
	va_end(args);
}

void
hint(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

static void __attribute__((noreturn)) out_of_memory(size_t size)
{
	error("cannot get %zu bytes of memory", size);
	exit(EXIT_FAILED);
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		out_of_memory(size);
	return p;
}

/*
 * A tree of millions of nodes otherwise spends more time on the faults of its
 * pages than on anything else. A wish: the kernel may refuse it.
 */
void *
xmalloc_large(size_t size)
{
	uintptr_t page = (uintptr_t)getpagesize();
	char *p = xmalloc(size);
	uintptr_t begin = ((uintptr_t)p + page - 1) & ~(page - 1);

	if (size >= LARGE)
		(void)madvise((void *)begin, size - page, MADV_HUGEPAGE);
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (p == NULL)
		out_of_memory(size > 0 && count > SIZE_MAX / size
				      ? SIZE_MAX
				      : count * size);
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	p = realloc(p, size > 0 ? size : 1);
	if (p == NULL)
		out_of_memory(size);
	return p;
}

char *
xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}

char *
xasprintf(const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		out_of_memory(strlen(format));
	va_end(args);
	return text;
}

static void *
resize(void *array, size_t count, size_t element_size)
{
	if (count > SIZE_MAX / element_size)
		out_of_memory(SIZE_MAX);
	return xrealloc(array, count * element_size);
}

void *
grow(void *array, size_t count, size_t *capacity, size_t element_size)
{
	if (count < *capacity)
		return array;
	*capacity = count < 8 ? 16 : count * 2;
	return resize(array, *capacity, element_size);
}

void *
grow_pow2(void *array, size_t count, size_t element_size)
{
	/* Indices are 32 bits wide, and the last one means "none". */
	if (count >= UINT32_MAX - 1) {
		error("more than 4 billion elements in a profile");
		exit(EXIT_FAILED);
	}
	if ((count & (count - 1)) != 0)
		return array;
	return resize(array, count > 0 ? count * 2 : 1, element_size);
}
