/* SPDX-License-Identifier: Apache-2.0 */
#include "annotation.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	char letter;
	const char *module;
} kinds[] = {
	{ 'k', "[kernel]" },
	{ 'j', "[jit]" },
	{ 'w', "[waker]" },
	{ '0', "[interpreted]" },
	{ '1', "[jit, C1]" },
};

#define KINDS (sizeof kinds / sizeof *kinds)

char
annotation_of_name(const char *name, size_t length)
{
	const char *end = name + length;

	if (length <= ANNOTATION_LENGTH || end[-1] != ']' || end[-4] != '_' ||
		end[-3] != '[')
		return 0;
	return memchr(ANNOTATIONS, end[-2], strlen(ANNOTATIONS)) ? end[-2] : 0;
}

const char *
annotation_module(char letter)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].letter == letter)
			return kinds[i].module;
	return NULL;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && memcmp(s + n - m, end, m) == 0;
}

/* "/tmp/perf-123.map" */
static bool
is_perf_map(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return strncmp(base, "perf-", 5) == 0 && ends_with(base, ".map");
}

char
annotation_of_module(const char *path)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(path, kinds[i].module) == 0)
			return kinds[i].letter;
	if (is_perf_map(path))
		return 'j';
	if (path[0] == '[')
		return strstr(path, "unknown") ? 0 : 'k';
	return ends_with(path, "vmlinux") ? 'k' : 0;
}
