/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of mapped files at the end of a dump, as /proc/PID/maps showed it:
 *   start-end perms offset device inode   path
 * The path is the rest of the line: it may hold spaces, and a newline in it
 * stands as \012. Or in the short form, in which a path holds no spaces unless
 * it is the rest of the line.
 */
#define _GNU_SOURCE /* memrchr */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "heapv2.h"

#define NAMES_MOST 64 /* that stand for parts of paths */
#define GROWN_MOST 8192 /* bytes of a path with them put in */

/* "name=value": $name in paths stands for value. */
struct maps_name {
	struct scan name, value;
};

struct maps {
	struct heapv2_head *h;
	struct maps_name names[NAMES_MOST];
	size_t count;
};

bool
heapv2_maps_find(struct scan *text, struct scan *list)
{
	const unsigned char *begin = text->at, *end = text->end;

	while (end > begin) {
		const unsigned char *newline =
			memrchr(begin, '\n', (size_t)(end - begin));
		const unsigned char *at = newline != NULL ? newline + 1 : begin;
		struct scan line = { at, text->end };

		if (scan_text(&line, "MAPPED_LIBRARIES:") ||
			scan_text(&line, "--- Memory map: ---")) {
			scan_char(&line, '\r');
			if (scan_char(&line, '\n')) {
				*list = line;
				text->end = at;
				return true;
			}
		}
		if (newline == NULL)
			break;
		end = newline;
	}
	return false;
}

static bool
field(struct scan *line, struct scan *word)
{
	if (!scan_word(line, word))
		return false;
	while (scan_char(line, ' '))
		;
	return true;
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

/* The name that stands at the front of what follows a '$', or NULL. */
static const struct maps_name *
name_at(const struct maps *m, struct scan s)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct scan *name = &m->names[i].name;
		size_t n = (size_t)(name->end - name->at);

		if ((size_t)(s.end - s.at) >= n &&
			memcmp(s.at, name->at, n) == 0)
			return &m->names[i];
	}
	return NULL;
}

/* What stands there, names put in; the caller frees it. */
static char *
path_of(const struct maps *m, struct scan s)
{
	size_t size = (size_t)(s.end - s.at) + GROWN_MOST, used = 0;
	char *path = xmalloc(size + 1);

	while (s.at < s.end && *s.at != '\0') {
		const struct maps_name *name =
			*s.at == '$'
				? name_at(m, (struct scan){ s.at + 1, s.end })
				: NULL;
		size_t n = name != NULL
				   ? (size_t)(name->value.end - name->value.at)
				   : 0;

		if (name == NULL || n > size - used - (size_t)(s.end - s.at)) {
			path[used++] = (char)*s.at++;
			continue;
		}
		memcpy(path + used, name->value.at, n);
		used += n;
		s.at += 1 + (name->name.end - name->name.at);
	}
	path[used] = '\0';
	heapv2_decode_maps_path(path);
	return path;
}

static void
take_mapping(struct maps *m, struct segment *segment, struct scan where,
	const char *build_id)
{
	struct heapv2_head *h = m->h;
	char *path = path_of(m, where);
	bool file = path[0] == '/';

	/* Without a path it is code that the program made itself. */
	if (path[0] != '\0') {
		if (!file)
			segment->offset = 0;
		if (file && h->process.exe == NONE)
			h->process.exe = strtab_add(&h->p->strings, path);
		segment->module = profile_module(h->p, path, build_id);
		addrmap_add(h->map, segment);
	}
	free(path);
}

/* "start-end", "0xstart 0xend", perhaps with a ':' behind it */
static bool
range(struct scan *line, struct segment *segment)
{
	while (scan_char(line, ' ') || scan_char(line, '\t'))
		;
	scan_text(line, "0x");
	if (!scan_hex(line, &segment->start) ||
		!(scan_char(line, '-') || scan_char(line, ' ')))
		return false;
	scan_text(line, "0x");
	if (!scan_hex(line, &segment->end))
		return false;
	scan_char(line, ':');
	if (!scan_char(line, ' '))
		return false;
	while (scan_char(line, ' '))
		;
	return true;
}

/* Letters and dashes as in "r-xp". */
static bool
is_permissions(struct scan word)
{
	if (word.end - word.at < 3)
		return false;
	for (; word.at < word.end; word.at++)
		if (memchr("rwxps-", *word.at, 6) == NULL)
			return false;
	return true;
}

/* Behind the permissions "offset device inode": a line of /proc/PID/maps. */
static bool
long_form(struct scan *line, struct segment *segment)
{
	struct scan word, rest = *line;

	if (!field(&rest, &word) || !scan_hex(&word, &segment->offset) ||
		word.at != word.end)
		return false;
	if (!field(&rest, &word) ||
		memchr(word.at, ':', (size_t)(word.end - word.at)) == NULL)
		return false;
	if (!field(&rest, &word) || !scan_is_digit(*word.at))
		return false;
	*line = rest;
	return true;
}

/* "path (@offset) build-id"; the latter two may be missing. */
static void
short_form(struct maps *m, struct segment *segment, struct scan line)
{
	struct scan all = line, path, word;
	char build_id[65] = "";
	size_t n;

	if (!field(&line, &path))
		return;
	word = line;
	if (scan_text(&word, "(@")) {
		if (!scan_hex(&word, &segment->offset) ||
			!scan_char(&word, ')'))
			return;
		while (scan_char(&word, ' '))
			;
		n = (size_t)(word.end - word.at);
		if (n < sizeof build_id)
			memcpy(build_id, word.at, n);
	} else if (line.at < line.end) {
		path = all; /* its spaces are its own */
	}
	take_mapping(m, segment, path,
		heapv2_is_build_id(build_id) ? build_id : NULL);
}

/* "name=value" */
static void
name_line(struct maps *m, struct scan line)
{
	const unsigned char *equals =
		memchr(line.at, '=', (size_t)(line.end - line.at));

	if (equals == NULL || equals == line.at || m->count == NAMES_MOST)
		return;
	m->names[m->count++] = (struct maps_name){ { line.at, equals },
		{ equals + 1, line.end } };
}

static void
map_line(struct maps *m, struct scan line)
{
	struct segment segment = { .last = UINT64_MAX };
	struct scan rest = line, word;

	if (!range(&rest, &segment)) {
		name_line(m, line);
		return;
	}
	line = rest;
	if (field(&rest, &word) && is_permissions(word)) {
		if (memchr(word.at, 'x', (size_t)(word.end - word.at)) == NULL)
			return;
		line = rest;
		if (long_form(&line, &segment)) {
			take_mapping(m, &segment, line, NULL);
			return;
		}
	}
	short_form(m, &segment, line);
}

void
heapv2_maps(struct heapv2_head *h, struct scan list)
{
	struct maps m = { .h = h };

	while (list.at < list.end && !h->modules) {
		const unsigned char *end =
			memchr(list.at, '\n', (size_t)(list.end - list.at));
		struct scan line = { list.at, end };

		if (end == NULL)
			return; /* cut off in the middle of a line */
		if (end > list.at && end[-1] == '\r')
			line.end--;
		map_line(&m, line);
		list.at = end + 1;
	}
}
