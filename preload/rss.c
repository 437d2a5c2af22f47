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

/* The number behind "name:", in bytes; there in KiB. */
static uint64_t
field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? number(at + strlen(name)) * 1024 : 0;
}

void
hf_rss_note(struct hfs_header *h)
{
	char status[4096];
	long fd = open_read("/proc/self/status"), n = -1;

	if (fd >= 0) {
		n = hf_sys3(SYS_read, fd, (long)status, sizeof status - 1);
		hf_sys3(SYS_close, fd, 0, 0);
	}
	if (n <= 0)
		return;
	status[n] = '\0';
	h->rss.rss = field(status, "\nVmRSS:");
	h->rss.anonymous = field(status, "\nRssAnon:");
	h->rss.file = field(status, "\nRssFile:");
	h->rss.shared = field(status, "\nRssShmem:");
	h->rss.highest = field(status, "\nVmHWM:");
	h->rss.ns = hf_state_clock() - h->start_ns;
}

struct mapping {
	uint64_t start, end;
	bool writable, none; /* rw-p; ---p */
	bool is_stack;
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
static uint64_t
stack_bytes(struct mapping *m, const char *line)
{
	if (line[0] >= 'A' && line[0] <= 'Z')
		return m->is_stack && strncmp(line, "Rss:", 4) == 0
			       ? number(line + 4) * 1024
			       : 0;
	new_mapping(m, line);
	return 0;
}

void
hf_rss_note_stacks(struct hfs_header *h)
{
	struct mapping m = { 0 };
	char buffer[8192];
	size_t have = 0;
	uint64_t sum = 0;
	long fd = open_read("/proc/self/smaps"), n;

	if (fd < 0)
		return;
	while ((n = hf_sys3(SYS_read, fd, (long)(buffer + have),
			(long)(sizeof buffer - have))) > 0) {
		char *line = buffer, *newline;

		have += (size_t)n;
		while ((newline = memchr(
				line, '\n', have - (size_t)(line - buffer)))) {
			*newline = '\0';
			sum += stack_bytes(&m, line);
			line = newline + 1;
		}
		have -= (size_t)(line - buffer);
		memmove(buffer, line, have);
		if (have ==
			sizeof buffer) /* a path that long is none of ours */
			have = 0;
	}
	hf_sys3(SYS_close, fd, 0, 0);
	h->rss.stacks = sum;
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
