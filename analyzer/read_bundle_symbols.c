/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names in a bundle, by module and address. The file is sorted, so that a
 * search needs nothing beside its own tables.
 */
#include "read_bundle_symbols.h"
#include "err.h"
#include "read_bundle.h"
#include "scan.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

/* What the tables may take: times of the file's size, and slack besides. */
#define TIMES 10
#define SLACK ((uint64_t)24 << 20)

static const char *
text_of(const struct bundle_symbols *b, uint32_t id)
{
	return id == NONE ? "" : strtab_get(&b->strings, id);
}

/* By path, then by build-id. What is in no file has neither. */
static int
compare_modules(const struct bundle_symbols *b, const struct named_module *m,
	const char *path, const char *build_id)
{
	int order = strcmp(text_of(b, m->path), path);

	return order != 0 ? order : strcmp(text_of(b, m->build_id), build_id);
}

/* " word"; "-" is NONE. */
static bool
take_string(struct bundle_symbols *b, struct scan *line, uint32_t *id)
{
	struct scan word;
	size_t n;
	char *text;

	if (!scan_char(line, ' ') || !scan_word(line, &word))
		return false;
	n = (size_t)(word.end - word.at);
	if (n == 1 && *word.at == '-') {
		*id = NONE;
		return true;
	}
	text = xmalloc(n + 1);
	text[scan_decode(text, word.at, n)] = '\0';
	*id = strtab_add(&b->strings, text);
	free(text);
	return true;
}

static bool
module_line(struct bundle_symbols *b, struct scan line)
{
	struct named_module m = { .first = (uint32_t)b->location_count };

	if (!take_string(b, &line, &m.path) ||
		!take_string(b, &line, &m.build_id) ||
		!take_string(b, &line, &m.why) ||
		!take_string(b, &line, &m.facts))
		return false;
	if (b->module_count > 0 &&
		compare_modules(b, &b->modules[b->module_count - 1],
			text_of(b, m.path), text_of(b, m.build_id)) >= 0)
		return false;
	GROW(b->modules, b->module_count, b->module_capacity);
	b->modules[b->module_count++] = m;
	return true;
}

static bool
function_line(struct bundle_symbols *b, struct scan line)
{
	struct named_function f = { 0 };

	if (!take_string(b, &line, &f.name) ||
		!take_string(b, &line, &f.file) || f.name == NONE ||
		!scan_char(&line, ' '))
		return false;
	f.named = scan_char(&line, 'n');
	f.inlined = scan_char(&line, 'i');
	GROW(b->functions, b->function_count, b->function_capacity);
	b->functions[b->function_count++] = f;
	return true;
}

/* "offset function line[ function line]..." */
static bool
location_line(struct bundle_symbols *b, struct scan line)
{
	struct named_location l = { .first = (uint32_t)b->frame_count };
	struct named_module *m;
	uint64_t function, number;

	if (b->module_count == 0 || !scan_char(&line, ' ') ||
		!scan_hex(&line, &l.offset))
		return false;
	m = &b->modules[b->module_count - 1];
	if (m->count > 0 &&
		b->locations[b->location_count - 1].offset >= l.offset)
		return false;
	while (scan_char(&line, ' ')) {
		if (!scan_u64(&line, &function) || !scan_char(&line, ' ') ||
			!scan_u64(&line, &number) ||
			function >= b->function_count || number > UINT32_MAX ||
			l.depth == BUNDLE_DEPTH_MAX)
			return false;
		GROW(b->frames, b->frame_count, b->frame_capacity);
		b->frames[b->frame_count++] =
			(struct named_frame){ (uint32_t)function,
				(uint32_t)number };
		l.depth++;
	}
	GROW(b->locations, b->location_count, b->location_capacity);
	b->locations[b->location_count++] = l;
	m->count++;
	return l.depth > 0 && line.at == line.end;
}

static bool
any_line(struct bundle_symbols *b, struct scan line)
{
	if (scan_char(&line, 'm'))
		return module_line(b, line);
	if (scan_char(&line, 'f'))
		return function_line(b, line);
	if (scan_char(&line, 'l'))
		return location_line(b, line);
	return true; /* of a later version */
}

static uint64_t
size_of_tables(const struct bundle_symbols *b)
{
	return b->module_count * sizeof *b->modules +
	       b->function_count * sizeof *b->functions +
	       b->location_count * sizeof *b->locations +
	       b->frame_count * sizeof *b->frames + b->strings.length +
	       b->strings.count * 24ul;
}

/* All whole lines of the window. */
static int
take_lines(struct bundle_symbols *b, struct source *s)
{
	const unsigned char *end;

	while ((end = memchr(s->at, '\n', (size_t)(s->end - s->at))) != NULL) {
		if (!any_line(b, (struct scan){ s->at, end }))
			return error("'%s': bad line in its symbols", s->name);
		if (size_of_tables(b) > TIMES * s->taken + SLACK)
			return error("'%s': its symbols would take more than "
				     "%d times their size of memory",
				s->name, TIMES);
		s->at = end + 1;
	}
	return 0;
}

struct bundle_symbols *
bundle_symbols_read(const struct part *part)
{
	struct bundle_symbols *b = xcalloc(1, sizeof *b);
	struct source s;
	int status = source_open_part(&s, part);

	if (status < 0) {
		bundle_symbols_free(b);
		return NULL;
	}
	do
		status = take_lines(b, &s);
	while (status == 0 && (status = source_more(&s)) > 0);
	if (status == 0 && (s.at < s.end || s.cut))
		warning("'%s': its symbols were cut off", s.name);
	source_close(&s);
	if (status == 0)
		return b;
	bundle_symbols_free(b);
	return NULL;
}

void
bundle_symbols_free(struct bundle_symbols *b)
{
	if (b == NULL)
		return;
	strtab_release(&b->strings);
	free(b->modules);
	free(b->functions);
	free(b->locations);
	free(b->frames);
	free(b);
}

const struct named_module *
bundle_symbols_module(
	const struct bundle_symbols *b, const char *path, const char *build_id)
{
	size_t low = 0, high = b->module_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order =
			compare_modules(b, &b->modules[middle], path, build_id);

		if (order == 0)
			return &b->modules[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct named_location *
bundle_symbols_location(const struct bundle_symbols *b,
	const struct named_module *m, uint64_t offset)
{
	size_t low = m->first, high = m->first + m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct named_location *l = &b->locations[middle];

		if (l->offset == offset)
			return l;
		if (l->offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
