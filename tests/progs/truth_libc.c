/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks that libc allocates for its caller: the caller decided, so the caller
 * is charged. How getline and asprintf come to the size that they hand out is
 * libc's own business, hence no statement about what passed on the way.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "truth.h"

static const char text[] = "the quick brown fox jumps over the lazy dog";

static void
by_strdup(void)
{
	TOOK(strdup(text), sizeof text);
	free(GAVE(TOOK(strdup(text + 10), sizeof text - 10)));
}

static void
by_strndup(void)
{
	TOOK(strndup(text, 9), 10);
}

static void
by_wcsdup(void)
{
	TOOK(wcsdup(L"wide"), 5 * sizeof(wchar_t));
}

static void
by_asprintf(void)
{
	char *s = NULL;
	int n = asprintf(&s, "%s %s %s %d", text, text, text, 42);

	if (n < 0)
		truth_fail("asprintf failed");
	TRUTH_NO_ALLOC();
	TOOK(s, (size_t)n + 1);
}

/* The stream has a buffer of ours, or the first read would allocate one. */
static void
by_getline(FILE *f)
{
	char *line = NULL;
	size_t capacity = 0;

	if (getline(&line, &capacity, f) != 3000)
		truth_fail("getline: wrong length");
	TRUTH_NO_ALLOC();
	TOOK(line, capacity);
}

static FILE *
open_stream(char *buffer, size_t size)
{
	static char line[3001];
	FILE *f = tmpfile();

	if (!f || setvbuf(f, buffer, _IOFBF, size))
		truth_fail("no stream");
	memset(line, 'y', 2999);
	line[2999] = '\n';
	fwrite(line, 1, 3000, f);
	rewind(f);
	return f;
}

static void
by_realpath(void)
{
	char *path = realpath("/proc/self/../..", NULL);

	if (!path)
		truth_fail("realpath failed");
	TRUTH_NO_ALLOC();
	GAVE(TOOK(path, strlen(path) + 1));
	free(path);
}

int
main(void)
{
	static char buffer[8192];
	FILE *f = open_stream(buffer, sizeof buffer);

	by_strdup();
	by_strndup();
	by_wcsdup();
	by_asprintf();
	by_getline(f);
	by_realpath();
	truth_print(0, 0);
	return 0;
}
