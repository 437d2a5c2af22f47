/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text profiles that gperftools writes, and others in its manner:
 *   heap profile: 3: 1052672 [7: 3149824] @ heap_v2/524288
 *     2: 4096 [4: 8192] @ 0x55d0... 0x7f10...
 *   MAPPED_LIBRARIES:
 * A line is a stack with its figures; one pair of figures or two.
 */
#include "read_legacy.h"

#include <stdlib.h>

#include "err.h"
#include "heapv2.h"
#include "heapv2_file.h"
#include "heapv2_stacks.h"

struct legacy {
	struct profile *p;
	const struct input *in;
	struct scan rest; /* begins at a line's begin */
	struct legacy_head head;
	struct heapv2_head process;
	struct addrmap map;
	struct heapv2_stacks stacks;
};

static bool
recognises(const struct input *in)
{
	struct scan s = { in->bytes, in->bytes + in->length };

	while (scan_char(&s, ' '))
		;
	return scan_text(&s, "heap profile:");
}

static bool
bad_line(const struct legacy *l, const char *what)
{
	size_t number = 1;

	for (const unsigned char *at = l->in->bytes; at < l->rest.at; at++)
		number += *at == '\n';
	error("'%s': line %zu: %s", l->in->name, number, what);
	return false;
}

static void
spaces(struct scan *s)
{
	while (scan_char(s, ' ') || scan_char(s, '\t'))
		;
}

/* "n: s [n: s]" or "n: s", and the '@'. False after error(). */
static bool
figures(struct legacy *l, struct scan *line, uint64_t v[HEAPV2_COUNTS])
{
	struct scan one = *line;

	spaces(line);
	if (!heapv2_counts_scan(line, v)) {
		*line = one;
		if (memchr(line->at, '-', (size_t)(line->end - line->at)))
			return bad_line(l, "a figure below 0: a difference of "
					   "profiles is not supported");
		if (!heapv2_counts_pair(line, v))
			return bad_line(l, "bad figures");
		v[2] = v[3] = 0;
	}
	spaces(line);
	if (!scan_char(line, '@'))
		return bad_line(l, "no stack behind the figures");
	if ((v[0] == 0 && v[1] > 0) || (v[2] == 0 && v[3] > 0))
		return bad_line(l, "bytes without an object");
	if (!l->head.ever)
		v[2] = v[3] = 0;
	return true;
}

static bool
stack_line(struct legacy *l, struct scan line)
{
	uint64_t v[HEAPV2_COUNTS], address;

	if (!figures(l, &line, v))
		return false;
	heapv2_stacks_begin(&l->stacks);
	for (spaces(&line); line.at < line.end; spaces(&line)) {
		if (!scan_text(&line, "0x") || !scan_hex(&line, &address))
			return bad_line(l, "bad address");
		heapv2_stacks_address(&l->stacks, address);
	}
	heapv2_rows_total(&l->stacks.rows, v);
	return true;
}

/* The next whole line of the text. */
static bool
next_line(struct legacy *l, struct scan *line)
{
	const unsigned char *end =
		memchr(l->rest.at, '\n', (size_t)(l->rest.end - l->rest.at));

	if (end == NULL)
		return false;
	*line = (struct scan){ l->rest.at, end };
	if (line->end > line->at && line->end[-1] == '\r')
		line->end--;
	return true;
}

static bool
read_lines(struct legacy *l)
{
	struct scan line;

	while (next_line(l, &line)) {
		const unsigned char *next =
			line.end + (*line.end == '\r' ? 2 : 1);

		spaces(&line);
		if (line.at < line.end && *line.at != '#' && *line.at != '%' &&
			!stack_line(l, line))
			return false;
		l->rest.at = next;
	}
	heapv2_stacks_finish(&l->stacks);
	return true;
}

/* What is no heap counts in metrics of its own. */
static bool
own_metrics(struct legacy *l, struct process *process)
{
	static const char *const names[][2] = {
		[LEGACY_GROWTH] = { "growth_space", "growth_objects" },
		[LEGACY_FRAGMENTATION] = { "fragmentation_space",
			"fragmentation_objects" },
	};
	const char *const *name = names[l->head.kind];
	int space = profile_foreign_metric(l->p, name[0], "bytes");
	int objects = profile_foreign_metric(l->p, name[1], "objects");

	if (space < 0 || objects < 0) {
		error("'%s': there is no room for its metrics", l->in->name);
		return false;
	}
	l->stacks.rows.metric[0] = space;
	l->stacks.rows.metric[1] = objects;
	process->has[space] = process->has[objects] = true;
	process->interval_min = process->interval_max = 0;
	if (l->p->usual_metric < 0)
		l->p->usual_metric = space;
	return true;
}

static bool
begin(struct legacy *l, const struct heapv2_symbols *symbols)
{
	struct process *process = &l->process.process;
	struct scan line, list;
	bool ok;

	if (!next_line(l, &line)) {
		error("'%s': cut off in its first line", l->in->name);
		return false;
	}
	if (!legacy_first_line(&l->head, line))
		return bad_line(l, "not a heap profile of a known kind");
	l->rest.at = line.end + (*line.end == '\r' ? 2 : 1);
	ok = heapv2_maps_find(&l->rest, &list);
	if (ok)
		heapv2_maps(&l->process, list);
	else if (symbols == NULL)
		warning("'%s' has no list of mapped files, so its addresses "
			"have no names: it was cut off, or comes from a system "
			"that has no such list",
			l->in->name);
	if (process->exe == NONE && symbols != NULL)
		process->exe = symbols->binary;
	process->interval_min = process->interval_max =
		l->head.interval > 0 ? l->head.interval : 1;
	process->samples = l->head.ever ? l->head.counts[2] : l->head.counts[0];
	l->stacks.rows.interval = l->head.interval;
	if (l->head.kind != LEGACY_HEAP)
		return own_metrics(l, process);
	process->has[INUSE_SPACE] = process->has[INUSE_OBJECTS] = true;
	process->has[ALLOC_SPACE] = process->has[ALLOC_OBJECTS] = l->head.ever;
	return true;
}

int
legacy_read(struct profile *p, const struct input *in, struct scan text,
	const struct heapv2_symbols *symbols)
{
	struct legacy *l = xcalloc(1, sizeof *l);
	uint32_t before = p->process_count;
	bool ok;

	l->p = p;
	l->in = in;
	l->rest = text;
	heapv2_head_init(&l->process, p, &l->map, in->name);
	heapv2_stacks_init(&l->stacks, p, &l->map, &l->process.names, in);
	l->stacks.symbols = symbols;
	ok = begin(l, symbols);
	if (ok) {
		l->stacks.process = profile_process(p, l->process.process);
		ok = read_lines(l);
	}
	if (ok) {
		profile_join(p, l->stacks.process);
		heapv2_stacks_commit(&l->stacks);
	}
	if (!ok)
		p->process_count = before;
	addrmap_release(&l->map);
	heapv2_stacks_release(&l->stacks);
	heapv2_head_release(&l->process);
	free(l);
	return ok ? 0 : -1;
}

static int
read_profile(struct profile *p, const struct input *in)
{
	return legacy_read(p, in,
		(struct scan){ in->bytes, in->bytes + in->length }, NULL);
}

bool
legacy_head(struct head *to, const struct input *in)
{
	struct heapv2_file f;
	bool final = false;

	if (heapv2_file_name(&f, in->name))
		final = f.kind == 'f';
	else if (!heapv2_file_gperftools(&f, in->name))
		return true;
	to->process = xasprintf("%.*s", (int)f.series, in->name);
	to->seq = f.seq;
	to->final = final;
	return true;
}

const struct reader reader_legacy = {
	.format = "gperftools heap profile",
	.recognises = recognises,
	.read = read_profile,
	.head = legacy_head,
	.atomic = true,
};
