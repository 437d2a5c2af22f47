/* SPDX-License-Identifier: Apache-2.0 */
#include "rss.h"

#include <fcntl.h>
#include <string.h>

#include "sampler.h"
#include "solve.h"

#define ARENA_SIZE (64ULL << 20) /* of glibc's arenas, and their alignment */
#define GUARD_MOST (64 << 10)
#define NS	   1000000000ULL

static long
open_read(const char *path)
{
	return hf_sys4(
		SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0);
}

static uint64_t
number(const char *s)
{
	uint64_t n = 0;

	for (; *s == ' ' || *s == '\t'; s++)
		;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	return n;
}

/*
 * Calls line(data, text) for each line of a file; false: it can't be read. What
 * is left of a line that is too long is left out.
 */
static bool
each_line(const char *path, void (*line)(void *, const char *), void *data)
{
	char buffer[8192]; /* more than a path */
	size_t have = 0;
	bool skipping = false;
	long fd = open_read(path), n;

	if (fd < 0)
		return false;
	while ((n = hf_sys3(SYS_read, fd, (long)(buffer + have),
			(long)(sizeof buffer - have))) > 0) {
		char *at = buffer, *newline;

		have += (size_t)n;
		while ((newline = memchr(
				at, '\n', have - (size_t)(at - buffer)))) {
			*newline = '\0';
			if (!skipping)
				line(data, at);
			skipping = false;
			at = newline + 1;
		}
		have -= (size_t)(at - buffer);
		memmove(buffer, at, have);
		if (have == sizeof buffer) {
			skipping = true;
			have = 0;
		}
	}
	hf_sys3(SYS_close, fd, 0, 0);
	return true;
}

/* "VmRSS:      1234 kB" */
static void
note_field(void *data, const char *line)
{
	struct hfs_rss *rss = data;
	const struct {
		const char *name;
		_Atomic uint64_t *to;
	} fields[] = {
		{ "VmRSS:", &rss->rss },
		{ "RssAnon:", &rss->anonymous },
		{ "RssFile:", &rss->file },
		{ "RssShmem:", &rss->shared },
		{ "VmHWM:", &rss->highest },
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strncmp(line, fields[i].name, strlen(fields[i].name)) == 0)
			*fields[i].to =
				number(line + strlen(fields[i].name)) * 1024;
}

bool
hf_rss_status(struct hfs_rss *rss, const char *path)
{
	return each_line(path, note_field, rss);
}

void
hf_rss_note(struct hfs_header *h)
{
	if (hf_rss_status(&h->rss, "/proc/self/status"))
		h->rss.ns = hf_state_clock() - h->start_ns;
}

struct mapping {
	uint64_t start, end;
	bool writable, none; /* rw-p; ---p */
	bool is_stack;
	uint64_t sum; /* of those that are */
};

static const char *
hex(const char *s, uint64_t *out)
{
	uint64_t n = 0;

	for (;; s++)
		if (*s >= '0' && *s <= '9')
			n = n << 4 | (uint64_t)(*s - '0');
		else if (*s >= 'a' && *s <= 'f')
			n = n << 4 | (uint64_t)(*s - 'a' + 10);
		else
			break;
	*out = n;
	return s;
}

/*
 * A thread's stack is memory of no file right above a small guard that nobody
 * may touch; arenas of glibc lie above what is left of another, at multiples
 * of their size.
 */
static void
new_mapping(struct mapping *m, const char *line)
{
	struct mapping before = *m;
	const char *s = hex(line, &m->start);

	s = hex(s + (*s == '-'), &m->end);
	m->writable = strncmp(s, " rw-p", 5) == 0;
	m->none = strncmp(s, " ---p", 5) == 0;
	m->is_stack = strstr(s, "[stack") != NULL ||
		      (m->writable && before.none && before.end == m->start &&
			      before.end - before.start <= GUARD_MOST &&
			      m->start % ARENA_SIZE != 0 && !strchr(s, '/') &&
			      !strchr(s, '['));
}

/* "55d0c0de0000-..." begins a mapping, "Rss:   4 kB" is of it. */
static void
note_mapping(void *data, const char *line)
{
	struct mapping *m = data;

	if (line[0] < 'A' || line[0] > 'Z')
		new_mapping(m, line);
	else if (m->is_stack && strncmp(line, "Rss:", 4) == 0)
		m->sum += number(line + 4) * 1024;
}

uint64_t
hf_rss_stacks(const char *path)
{
	struct mapping m = { 0 };

	each_line(path, note_mapping, &m);
	return m.sum;
}

void
hf_rss_note_stacks(struct hfs_header *h)
{
	h->rss.stacks = hf_rss_stacks("/proc/self/smaps");
}

/* Every second one goes, and those to come are twice as far apart. */
static uint32_t
halve(struct hfs_header *h)
{
	for (uint32_t i = 0; i < HFS_HISTORY / 2; i++) {
		h->history[i].ns = h->history[2 * i].ns;
		h->history[i].live = h->history[2 * i].live;
		h->history[i].allocated = h->history[2 * i].allocated;
		h->history[i].rss = h->history[2 * i].rss;
	}
	h->history_step = h->history_step * 2;
	return HFS_HISTORY / 2;
}

void
hf_rss_history(struct hf_region *r)
{
	struct hfs_header *h = r->header;
	uint32_t n = h->history_count;
	uint64_t now = hf_state_clock() - h->start_ns;
	struct hf_sums alloc, live;
	struct hfs_moment *m;

	if (n == 0)
		h->history_step = 1;
	if (n > 0 && now < h->history[n - 1].ns + h->history_step * NS - NS / 2)
		return;
	if (n == HFS_HISTORY) {
		h->history_count = n / 2;
		n = halve(h);
	}
	hf_solve_totals(r, &alloc, &live);
	m = &h->history[n];
	m->ns = now;
	m->live = (uint64_t)live.bytes >> HF_BYTES_SHIFT;
	m->allocated = (uint64_t)alloc.bytes >> HF_BYTES_SHIFT;
	m->rss = h->rss.rss;
	h->history_count = n + 1;
}
