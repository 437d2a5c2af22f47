/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of mapped files at the end of a dump, as /proc/PID/maps showed it:
 *   start-end perms offset device inode   path
 * The path is the rest of the line: it may hold spaces, and a newline in it
 * stands as \012.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "heapv2.h"

static bool
field(struct scan *line, struct scan *word)
{
	if (!scan_word(line, word))
		return false;
	while (scan_char(line, ' '))
		;
	return true;
}

/* The rest of the line; the caller frees it. */
static char *
path_of(struct scan s)
{
	char *path = xmalloc((size_t)(s.end - s.at) + 1), *to = path;

	while (s.at < s.end && *s.at != '\0')
		*to++ = (char)*s.at++;
	*to = '\0';
	heapv2_decode_maps_path(path);
	return path;
}

void
heapv2_decode_maps_path(char *path)
{
	char *to = path;

	while (*path != '\0') {
		bool newline = strncmp(path, "\\012", 4) == 0;

		*to++ = newline ? '\n' : *path;
		path += newline ? 4 : 1;
	}
	*to = '\0';
}

static void
take_mapping(struct heapv2_head *h, struct segment *segment, struct scan line)
{
	char *path = path_of(line);
	bool file = path[0] == '/';

	/* Without a path it is code that the program made itself. */
	if (path[0] != '\0') {
		if (!file)
			segment->offset = 0;
		if (file && h->process.exe == NONE)
			h->process.exe = strtab_add(&h->p->strings, path);
		segment->module = profile_module(h->p, path, NULL);
		addrmap_add(h->map, segment);
	}
	free(path);
}

static void
map_line(struct heapv2_head *h, struct scan line)
{
	struct segment segment = { .last = UINT64_MAX };
	struct scan word;

	if (!field(&line, &word) || !scan_hex(&word, &segment.start) ||
		!scan_char(&word, '-') || !scan_hex(&word, &segment.end) ||
		word.at != word.end)
		return;
	if (!field(&line, &word) || word.end - word.at < 3 || word.at[2] != 'x')
		return;
	if (!field(&line, &word) || !scan_hex(&word, &segment.offset) ||
		word.at != word.end)
		return;
	if (!field(&line, &word) || !field(&line, &word)) /* device, inode */
		return;
	take_mapping(h, &segment, line);
}

void
heapv2_maps(struct heapv2_head *h, struct scan text)
{
	while (text.at < text.end && !h->modules) {
		const unsigned char *end =
			memchr(text.at, '\n', (size_t)(text.end - text.at));
		struct scan line = { text.at, end != NULL ? end : text.end };

		if (end == NULL)
			return; /* cut off in the middle of a line */
		map_line(h, line);
		text.at = end + 1;
	}
}
