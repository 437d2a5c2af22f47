/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heaptrack's files, line by line: what `heaptrack` leaves (interpreted, with
 * names), and what `heaptrack --raw` does (addresses, for our own symbolizer).
 * A letter says what a line is; numbers are hexadecimal. From version 3 on
 * strings come with their length and may hold any byte.
 */
#include "read_heaptrack.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "read.h"

#define NEWEST 3

/* What the tables may take: times of the file's size, and slack besides. */
#define TIMES HEAPTRACK_TIMES
#define SLACK ((uint64_t)8 << 20)

static bool
recognises(const struct input *in)
{
	struct scan s = { in->bytes, in->bytes + in->length };
	uint64_t n;

	if (!scan_text(&s, "v ") || !scan_hex(&s, &n))
		return false;
	if (scan_char(&s, ' ') && !scan_hex(&s, &n))
		return false;
	if (s.at < s.end && !scan_char(&s, '\n'))
		return false;
	return s.at == s.end || memchr("xXIsSm#A", *s.at, 8) != NULL;
}

/* "<heaptrack's version> <version of the file>" */
static bool
version_line(struct heaptrack *h, struct scan line)
{
	uint64_t program;

	h->version = 0;
	if (!scan_hex(&line, &program))
		return heaptrack_bad_line(h, "no version");
	if (scan_char(&line, ' ')) {
		if (!scan_hex(&line, &h->version))
			return heaptrack_bad_line(h, "no version");
	} else if (program == 0x10200) {
		h->version = 1; /* a release that gave its own */
	}
	if (h->version <= NEWEST)
		return true;
	error("'%s' is a heaptrack file of version %llu; up to %d can be read",
		h->s->name, (unsigned long long)h->version, NEWEST);
	return false;
}

/* "page-size pages"; "pages" of RSS; "milliseconds" */
static bool
figures_line(struct heaptrack *h, unsigned char kind, struct scan line)
{
	uint64_t n;

	if (!scan_hex(&line, &n))
		return heaptrack_bad_line(h, "bad figures");
	if (kind == 'I' && n > 0 && n <= 1 << 24) {
		h->page_size = n;
	} else if (kind == 'R' && n <= UINT64_MAX / h->page_size) {
		h->process.rss = n * h->page_size;
		if (h->process.rss > h->process.rss_peak)
			h->process.rss_peak = h->process.rss;
	} else if (kind == 'c' && n <= INT64_MAX / 1000000) {
		h->now_ms = n;
		heaptrack_moment(h);
	}
	return true;
}

/* The program by the first word of its command line, if nothing better. */
static bool
command_line(struct heaptrack *h, struct scan line)
{
	struct scan word;

	h->in_command = h->version >= 3;
	if (scan_word(&line, &word))
		h->command = strtab_add_n(&h->p->strings, (const char *)word.at,
			(size_t)(word.end - word.at));
	return true;
}

/* A line with a string in it. */
static int
text_line(struct heaptrack *h, size_t *length, unsigned char kind,
	struct scan line)
{
	struct scan text;
	char *name;
	bool ok = true;
	int status = heaptrack_take_text(h, length, &line, &text, kind != 'm');

	if (status <= 0)
		return status;
	if (kind == 's')
		return heaptrack_string(h, text) ? 1 : -1;
	/* From here on entries of the tables mean something else. */
	if (!h->raw && h->ip_count + h->trace_count + h->info_count > 0)
		return heaptrack_bad_line(h, "out of place") ? 1 : -1;
	h->raw = true;
	name = xcalloc(1, (size_t)(text.end - text.at) + 1);
	memcpy(name, text.at, (size_t)(text.end - text.at));
	if (kind == 'x')
		h->process.exe = strtab_add(&h->p->strings, name);
	else
		ok = heaptrack_module_line(h, name, line) ||
		     heaptrack_bad_line(h, "bad module");
	free(name);
	return ok ? 1 : -1;
}

static bool
plain_line(struct heaptrack *h, unsigned char kind, struct scan line)
{
	switch (kind) {
	case '+':
		return heaptrack_alloc_line(h, line) ||
		       heaptrack_bad_line(h, "bad allocation");
	case '-':
		return heaptrack_free_line(h, line) ||
		       heaptrack_bad_line(h, "bad free");
	case 'a':
		return heaptrack_info_line(h, line) ||
		       heaptrack_bad_line(h, "bad allocation info");
	case 't':
		return heaptrack_trace_line(h, line) ||
		       heaptrack_bad_line(h, "bad trace");
	case 'i':
		return heaptrack_ip_line(h, line) ||
		       heaptrack_bad_line(h, "bad address");
	case 'v':
		return version_line(h, line);
	case 'X':
		return command_line(h, line);
	case 'S':
		h->suppressions++;
		return true;
	case 'A':
		h->process.state = PROCESS_RUNNING; /* and so it was left */
		return true;
	case 'c':
	case 'I':
	case 'R':
		return figures_line(h, kind, line);
	default:
		return kind == '#' ||
		       heaptrack_bad_line(h, "not a line of heaptrack's");
	}
}

/*
 * A command line may have newlines in it, and nothing says where it ends but
 * the line that follows it from version 3 on.
 */
static bool
is_command(struct heaptrack *h, struct scan line)
{
	h->in_command = h->in_command && !scan_text(&line, "I ");
	return h->in_command;
}

/* 1, 0 if the file ends in it, -1 after error(). */
static int
any_line(struct heaptrack *h, size_t *length)
{
	struct scan line = { h->s->at, h->s->at + *length };
	unsigned char kind;

	if (*length == 0 || is_command(h, line))
		return 1;
	kind = *line.at++;
	scan_char(&line, ' ');
	if (kind == 's' || kind == 'm' || kind == 'x')
		return text_line(h, length, kind, line);
	return plain_line(h, kind, line) ? 1 : -1;
}

static int
read_lines(struct heaptrack *h)
{
	size_t length;
	int status;

	while ((status = heaptrack_next_line(h, &length)) > 0) {
		status = any_line(h, &length);
		if (status <= 0)
			break;
		h->s->at += length + 1;
		if (heaptrack_tables_size(h) > TIMES * h->s->taken + SLACK)
			return error("'%s' would take more than %d times its "
				     "size of memory; if it is packed, unpack "
				     "it first",
				h->s->name, TIMES);
	}
	return status;
}

/* "heaptrack.APP.PID.zst", ".raw.zst", ".gz" */
static int
pid_of_name(const char *name)
{
	const char *slash = strrchr(name, '/'), *dot;
	long pid = 0;

	name = slash ? slash + 1 : name;
	if (strncmp(name, "heaptrack.", 10) != 0)
		return 0;
	for (dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
		char *end;
		long n = strtol(dot + 1, &end, 10);

		if (end > dot + 1 && (*end == '.' || *end == '\0') &&
			n <= INT32_MAX && dot[1] != '-' && dot[1] != '+')
			pid = n;
	}
	return (int)pid;
}

static void
release(struct heaptrack *h)
{
	free(h->strings);
	free(h->places);
	free(h->ips);
	free(h->traces);
	free(h->infos);
	free(h->costs.list);
	free(h->blocks.slots);
	free(h->moments);
	addrmap_release(&h->map);
}

static void
say_what_is_missing(const struct heaptrack *h)
{
	if (h->s->cut || h->s->at < h->s->end)
		warning("'%s' was cut off: only what stands before is shown",
			h->s->name);
	if (h->suppressions > 0)
		note("'%s' has %llu suppressions of leaks, which are not "
		     "applied",
			h->s->name, (unsigned long long)h->suppressions);
}

static int
stream(struct profile *p, struct source *s)
{
	struct heaptrack h = { .p = p, .s = s, .page_size = 4096, .stride = 1 };
	int status;

	h.process = read_foreign_process(p, s->name);
	h.process.state = PROCESS_ENDED;
	h.process.interval_min = h.process.interval_max = 1;
	h.process.pid = pid_of_name(s->name);
	h.command = NONE;
	h.index = profile_process(p, h.process);
	status = read_lines(&h);
	if (status == 0) {
		if (h.process.exe == NONE)
			h.process.exe = h.command;
		say_what_is_missing(&h);
		heaptrack_rows(&h);
	}
	release(&h);
	return status;
}

const struct reader reader_heaptrack = {
	.format = "heaptrack file",
	.recognises = recognises,
	.stream = stream,
};
