/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_v2: our own dumps (docs/FORMAT.md) and jemalloc's. One pass over the
 * lines. A stack is complete when the next one begins: its own `# s` line, if
 * it has one, counts instead of the `t*` line, and tells in which epoch its
 * addresses are to be looked up; one without becomes a row when the file is
 * read. jemalloc lists what was mapped at the very end, so that part is read
 * first.
 *
 * A file may end anywhere. What stands before is right, so the last line is
 * dropped if it has no newline, and a warning says that something is missing.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "heapv2.h"
#include "heapv2_stacks.h"

#define MAGIC	 "heap_v2/"
#define WARNINGS 3 /* of a file, that are passed on */

struct dump {
	struct profile *p;
	const struct input *in;
	struct scan rest; /* begins at a line's begin */
	struct heapv2_head head;
	struct addrmap map;
	uint64_t rate; /* N of the first line */
	bool any_stack, any_live; /* what may still come after them */
	unsigned warned;
	bool ended; /* `# end` was there, or where jemalloc's stacks end */

	struct heapv2_stacks stacks;
};

static bool
recognises(const struct input *in)
{
	struct scan s = { in->bytes, in->bytes + in->length };

	while (s.at < s.end && *s.at == '%') {
		s.at = memchr(s.at, '\n', (size_t)(s.end - s.at));
		if (s.at == NULL)
			return false;
		s.at++;
	}
	return scan_text(&s, MAGIC) && s.at < s.end && scan_is_digit(*s.at);
}

static bool
bad_line(const struct dump *d, const char *what)
{
	size_t number = 1;

	for (const unsigned char *at = d->in->bytes; at < d->rest.at; at++)
		number += *at == '\n';
	error("'%s': line %zu: %s", d->in->name, number, what);
	return false;
}

/* "  t*: n: s [n: s]" */
static bool
totals_line(struct dump *d, struct scan line)
{
	uint64_t v[HEAPV2_COUNTS];
	struct process *process = &d->head.process;

	if (!heapv2_counts_scan(&line, v))
		return bad_line(d, "bad figures");
	if (d->stacks.open)
		heapv2_rows_total(&d->stacks.rows, v);
	else if (process->samples == 0)
		process->samples = v[2] > 0 ? v[2] : v[0];
	return true;
}

/* "  t12: n: s [n: s] name"; the name stands in the head only. */
static bool
thread_line(struct dump *d, struct scan line)
{
	uint64_t v[HEAPV2_COUNTS], number;

	if (!scan_u64(&line, &number) || !scan_char(&line, ':') ||
		!heapv2_counts_scan(&line, v) || d->head.version > 0)
		return true; /* of ours all are of one thread */
	if (d->stacks.open)
		heapv2_rows_thread(&d->stacks.rows, number, v);
	else if (scan_char(&line, ' ') && line.at < line.end)
		heapv2_rows_name(&d->stacks.rows, number, (const char *)line.at,
			(size_t)(line.end - line.at));
	return true;
}

/* "@ 0x... 0x..." */
static bool
rest_of_stack(struct dump *d, struct scan line)
{
	uint64_t address;

	if (d->any_live)
		return bad_line(d, "a stack behind the live samples");
	d->any_stack = true;
	while (scan_char(&line, ' ')) {
		if (line.at == line.end || *line.at == ' ')
			continue;
		if (!scan_text(&line, "0x") || !scan_hex(&line, &address))
			return bad_line(d, "bad address");
		heapv2_stacks_address(&d->stacks, address);
	}
	return line.at == line.end || bad_line(d, "bad stack");
}

/* "# l id stack size interval birth[ i]" */
static bool
live_line(struct dump *d, struct scan line)
{
	struct live_sample s = { 0 };
	struct process *process = &d->head.process;
	uint64_t number, interval;

	d->any_live = true;
	heapv2_stacks_finish(&d->stacks);
	if (!scan_u64(&line, &s.id) || !scan_char(&line, ' ') ||
		!scan_u64(&line, &number) || !scan_char(&line, ' ') ||
		!scan_u64(&line, &s.size) || !scan_char(&line, ' ') ||
		!scan_u64(&line, &interval) || !scan_char(&line, ' ') ||
		!scan_u64(&line, &s.birth_ns))
		return bad_line(d, "bad live sample");
	s.inherited = scan_text(&line, " i");
	if (interval < d->head.interval_count)
		s.interval = d->head.intervals[interval];
	s.row = heapv2_stacks_row(&d->stacks, number);
	if (s.row == NONE) /* came up while the dump was being written */
		return true;
	if (process->samples_live++ == 0)
		process->first_sample = d->p->live_count;
	GROW32(d->p->live, d->p->live_count);
	d->p->live[d->p->live_count++] = s;
	return true;
}

/* A line of our own; `line` begins behind "# ". */
static bool
own_line(struct dump *d, struct scan line)
{
	struct heapv2_stacks *stacks = &d->stacks;

	if (scan_text(&line, "s ")) {
		if (!stacks->open || stacks->has_own)
			return bad_line(d, "figures without a stack");
		stacks->has_own = heapv2_stack_line(
			&stacks->own, line, d->head.process.interval_max <= 1);
		return stacks->has_own || bad_line(d, "bad figures");
	}
	if (scan_text(&line, "l "))
		return live_line(d, line);
	if (scan_text(&line, "live ")) {
		heapv2_head_live(&d->head, line);
		return true;
	}
	if (line.end - line.at == 3 && scan_text(&line, "end")) {
		d->ended = true;
		return true;
	}
	if (d->any_stack)
		return true; /* of a later version */
	if (!heapv2_head_line(&d->head, line))
		return bad_line(d, "bad values");
	if (d->head.version > 1)
		return bad_line(d, "written by a newer heapflame");
	return true;
}

/* Most of it is read before it is known where the line ends. */
static bool
stack_line(struct dump *d)
{
	struct scan line = { d->rest.at + 1, d->rest.end };
	const unsigned char *next;

	heapv2_stacks_begin(&d->stacks);
	heapv2_stacks_addresses(&d->stacks, &line);
	next = memchr(line.at, '\n', (size_t)(line.end - line.at));
	if (next == NULL) {
		d->stacks.open = false; /* it has no figures */
		d->rest.end = d->rest.at;
		return true;
	}
	line.end = next > line.at && next[-1] == '\r' ? next - 1 : next;
	if (!rest_of_stack(d, line))
		return false;
	d->rest.at = next + 1;
	return true;
}

/* jeprof passes over whatever it does not know behind the blanks. */
static bool
blank_line(struct dump *d, struct scan line)
{
	while (line.at < line.end && (*line.at == ' ' || *line.at == '\t'))
		line.at++;
	if (!scan_char(&line, 't'))
		return true;
	if (scan_text(&line, "*:"))
		return totals_line(d, line);
	return thread_line(d, line);
}

/* "%warn text": what took the profile wanted it to be said. */
static void
percent_line(struct dump *d, struct scan line)
{
	if (scan_text(&line, "%warn ") && d->warned++ < WARNINGS)
		warning("'%s' says: %.*s", d->in->name,
			(int)(line.end - line.at), (const char *)line.at);
}

static bool
any_line(struct dump *d, struct scan line)
{
	if (line.end > line.at && line.end[-1] == '\r')
		line.end--;
	if (line.at == line.end)
		return true;
	switch (*line.at) {
	case ' ':
	case '\t':
		return blank_line(d, line);
	case '#':
		line.at++;
		return scan_char(&line, ' ') ? own_line(d, line) : true;
	case '%':
		percent_line(d, line);
		return true;
	default:
		return bad_line(d, "not a line of a heap_v2 profile");
	}
}

/* Line by line to where the mapped files begin, or to the end. */
static bool
read_lines(struct dump *d)
{
	while (d->rest.at < d->rest.end) {
		const unsigned char *end;

		if (*d->rest.at == '@') {
			if (!stack_line(d))
				return false;
			continue;
		}
		end = memchr(
			d->rest.at, '\n', (size_t)(d->rest.end - d->rest.at));
		if (end == NULL)
			break;
		if (!any_line(d, (struct scan){ d->rest.at, end }))
			return false;
		d->rest.at = end + 1;
	}
	heapv2_stacks_finish(&d->stacks);
	return true;
}

/*
 * The head comes before the stacks and says which modules there are, and only
 * then is it known what the list at the end is good for.
 */
static bool
read_head_lines(struct dump *d)
{
	const unsigned char *end;

	while (d->rest.at < d->rest.end && *d->rest.at != '@' &&
		*d->rest.at != 'M') {
		end = memchr(
			d->rest.at, '\n', (size_t)(d->rest.end - d->rest.at));
		if (end == NULL)
			break;
		if (!any_line(d, (struct scan){ d->rest.at, end }))
			return false;
		d->rest.at = end + 1;
	}
	return true;
}

/* "heap_v2/N", behind "%warn" lines if there are any */
static bool
read_first_line(struct dump *d)
{
	const unsigned char *end;

	while (d->rest.at < d->rest.end && *d->rest.at == '%') {
		end = memchr(
			d->rest.at, '\n', (size_t)(d->rest.end - d->rest.at));
		if (end == NULL)
			break;
		percent_line(d, (struct scan){ d->rest.at, end });
		d->rest.at = end + 1;
	}
	if (!scan_text(&d->rest, MAGIC) || !scan_u64(&d->rest, &d->rate))
		return bad_line(d, "bad sampling interval");
	if (d->rest.at == d->rest.end) {
		error("'%s': cut off in its first line", d->in->name);
		return false;
	}
	scan_char(&d->rest, '\r');
	return scan_char(&d->rest, '\n') ||
	       bad_line(d, "bad sampling interval");
}

/* A merged file is of several processes; the first takes the file's place. */
static void
add_parts(struct dump *d)
{
	const struct heapv2_head *h = &d->head;

	d->stacks.parts = h->part_count;
	if (h->part_count > 0)
		d->p->processes[d->stacks.process] = h->parts[0];
	for (uint32_t i = 1; i < h->part_count; i++)
		profile_process(d->p, h->parts[i]);
}

/* What is missing, and what it means. */
static void
warn_of_cut(const struct dump *d, bool maps)
{
	if (d->head.version > 0 ? d->ended : maps)
		return;
	if (d->head.version > 0)
		warning("'%s' was cut off: only what stands before is shown",
			d->in->name);
	else if (d->stacks.symbols == NULL)
		warning("'%s' has no list of mapped files, so its addresses "
			"have no names: it was cut off, or comes from a system "
			"that has no such list",
			d->in->name);
}

static bool
read_all(struct dump *d)
{
	struct process *process = &d->head.process;
	struct scan list;
	bool own, maps;

	if (!read_first_line(d))
		return false;
	d->stacks.rows.interval = d->rate;
	d->stacks.process = profile_process(d->p, *process);
	if (!read_head_lines(d))
		return false;
	add_parts(d);
	own = d->head.version > 0;
	if (own && d->rate == 1) /* such are as they were */
		d->stacks.rows.interval = 0;
	maps = heapv2_maps_find(&d->rest, &list);
	if (maps)
		heapv2_maps(&d->head, list);
	if (process->exe == NONE && d->stacks.symbols != NULL)
		process->exe = d->stacks.symbols->binary;
	if (process->interval_max == 0)
		process->interval_min = process->interval_max = d->rate;
	if (!read_lines(d))
		return false;
	process->has[INUSE_SPACE] = process->has[INUSE_OBJECTS] = true;
	process->has[ALLOC_SPACE] = process->has[ALLOC_OBJECTS] =
		own || d->stacks.rows.accumulated;
	process->has[TEMP_SPACE] = process->has[TEMP_OBJECTS] = own;
	process->cut = own && !d->ended;
	warn_of_cut(d, maps);
	if (d->stacks.parts == 0)
		d->p->processes[d->stacks.process] = *process;
	if (!own)
		profile_join(d->p, d->stacks.process);
	heapv2_stacks_commit(&d->stacks);
	return true;
}

int
heapv2_read(struct profile *p, const struct input *in, struct scan text,
	const struct heapv2_symbols *symbols)
{
	struct dump *d = xcalloc(1, sizeof *d);
	uint32_t before = p->process_count;
	bool ok;

	d->p = p;
	d->in = in;
	d->rest = text;
	heapv2_stacks_init(&d->stacks, p, &d->map, &d->head.names, in);
	d->stacks.symbols = symbols;
	heapv2_head_init(&d->head, p, &d->map, in->name);
	ok = read_all(d);
	if (!ok)
		p->process_count = before;
	addrmap_release(&d->map);
	heapv2_stacks_release(&d->stacks);
	heapv2_head_release(&d->head);
	free(d);
	return ok ? 0 : -1;
}

/* Is it one of ours? Whose rows are there before the end of it is known. */
static bool
is_own(struct scan text)
{
	while (text.at < text.end && *text.at != '@' && *text.at != 'M') {
		if (scan_text(&text, "# heapflame "))
			return true;
		text.at = memchr(text.at, '\n', (size_t)(text.end - text.at));
		if (text.at == NULL)
			break;
		text.at++;
	}
	return false;
}

static int
read_dump(struct profile *p, const struct input *in)
{
	const struct scan text = { in->bytes, in->bytes + in->length };
	struct profile one;
	int status;

	if (p->process_count == 0 || !is_own(text))
		return heapv2_read(p, in, text, NULL);
	profile_init(&one);
	one.sum = p->sum;
	status = heapv2_read(&one, in, text, NULL);
	if (status == 0)
		profile_add(p, &one);
	profile_release(&one);
	return status;
}

/* What names the process for ever, of ours; of others their file's name. */
static char *
process_key(const struct heapv2_head *h, const struct input *in)
{
	const struct strtab *t = &h->p->strings;

	if (h->version > 0)
		return xasprintf("%s/%s", strtab_get(t, h->process.boot),
			strtab_get(t, h->process.id));
	return xasprintf("%.*s", (int)h->series, in->name);
}

static bool
read_only_head(struct head *to, const struct input *in)
{
	struct scan rest = { in->bytes, in->bytes + in->length };
	struct heapv2_head h;
	struct profile p;
	bool complete = false;

	profile_init(&p);
	heapv2_head_init(&h, &p, NULL, in->name);
	while (rest.at < rest.end) {
		const unsigned char *end =
			memchr(rest.at, '\n', (size_t)(rest.end - rest.at));
		struct scan line = { rest.at, end };

		complete = *rest.at == '@' || *rest.at == 'M';
		if (complete || end == NULL)
			break;
		if (scan_text(&line, "# ") && !heapv2_head_line(&h, line))
			break; /* said when it is read as a whole */
		rest.at = end + 1;
	}
	to->process = process_key(&h, in);
	to->seq = h.seq;
	to->final = h.process.state == PROCESS_ENDED;
	to->start_ms = h.process.start_ms;
	to->end_ms = h.process.end_ms;
	to->was = h.was;
	to->was_count = h.was_count;
	h.was = NULL;
	h.was_count = 0;
	heapv2_head_release(&h);
	profile_release(&p);
	return complete;
}

const struct reader reader_heapv2 = {
	.format = "heapflame dump or jemalloc heap_v2",
	.recognises = recognises,
	.read = read_dump,
	.head = read_only_head,
	.atomic = true,
};
