/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive: its list of dumps is read whole, the headers in between one by
 * one. A dump is read from its place when it is wanted.
 */
#include "read_bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "scan.h"
#include "tar.h"

#define LIST_MAX ((uint64_t)64 << 20)

/* An archive that is being walked through. */
struct walk {
	const char *path;
	int fd;
	uint64_t size, at; /* of the file; the next header's */
	uint64_t offset; /* of the bytes of `member` */
	struct tar_member member;
};

static bool
read_at(const struct walk *w, void *to, size_t length, uint64_t at)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = pread(w->fd, (char *)to + done, length - done,
			(off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Goes to the next member. 1, 0 at the end or where it is cut off, -1. */
static int
next(struct walk *w)
{
	unsigned char block[TAR_BLOCK];

	if (!read_at(w, block, sizeof block, w->at))
		return 0;
	switch (tar_parse(&w->member, block)) {
	case TAR_END:
		return 0;
	case TAR_DAMAGED:
		return error("'%s' is damaged at byte %llu", w->path,
			(unsigned long long)w->at);
	case TAR_MEMBER:
		break;
	}
	w->offset = w->at + TAR_BLOCK;
	if (w->size < w->offset || w->member.size > w->size - w->offset)
		return 0;
	w->at = w->offset + w->member.size + tar_padding(w->member.size);
	return 1;
}

static int
walk_open(struct walk *w, const char *path)
{
	struct stat st;

	*w = (struct walk){ .path = path };
	w->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (w->fd < 0 || fstat(w->fd, &st) < 0) {
		int cause = errno;

		if (w->fd >= 0)
			close(w->fd);
		return error("cannot open '%s': %s", path, strerror(cause));
	}
	w->size = (uint64_t)st.st_size;
	return 0;
}

bool
bundle_is(const char *path)
{
	unsigned char block[TAR_BLOCK];
	struct tar_member m;
	struct stat st;
	struct walk w = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
	bool yes = w.fd >= 0 && fstat(w.fd, &st) == 0 && S_ISREG(st.st_mode) &&
		   read_at(&w, block, sizeof block, 0) &&
		   tar_parse(&m, block) == TAR_MEMBER &&
		   strcmp(m.name, BUNDLE_LIST) == 0;

	if (w.fd >= 0)
		close(w.fd);
	return yes;
}

/* The next word, decoded; NULL: there is none. Caller frees. */
static char *
take_word(struct scan *line)
{
	struct scan word;
	char *text;

	if (!scan_char(line, ' ') || !scan_word(line, &word))
		return NULL;
	text = xmalloc((size_t)(word.end - word.at) + 1);
	text[scan_decode(text, word.at, (size_t)(word.end - word.at))] = '\0';
	return text;
}

/* "dump <flags> <changed> <run> <name>", behind its first word */
static bool
take_dump(struct bundle *b, struct scan line)
{
	struct bundle_member m = { 0 };
	struct scan flags;
	uint64_t changed, run;

	if (!scan_char(&line, ' ') || !scan_word(&line, &flags) ||
		!scan_char(&line, ' ') || !scan_u64(&line, &changed) ||
		changed > INT64_MAX || !scan_char(&line, ' '))
		return false;
	m.named = memchr(flags.at, 'n', (size_t)(flags.end - flags.at));
	m.running = memchr(flags.at, 'r', (size_t)(flags.end - flags.at));
	m.changed_ms = (int64_t)changed;
	if (!scan_char(&line, '-')) {
		if (!scan_u64(&line, &run) || run >= b->folder_count)
			return false;
		m.run_folder = b->folders[run];
	}
	m.name = take_word(&line);
	if (m.name == NULL)
		return false;
	GROW(b->members, b->count, b->capacity);
	b->members[b->count++] = m;
	return true;
}

/* Lines of later versions' own kinds are passed over. */
static bool
list_line(struct bundle *b, struct scan line)
{
	if (scan_text(&line, "run")) {
		char *folder = take_word(&line);

		if (folder == NULL)
			return false;
		GROW(b->folders, b->folder_count, b->folder_capacity);
		b->folders[b->folder_count++] = folder;
		return true;
	}
	return !scan_text(&line, "dump") || take_dump(b, line);
}

static int
parse_list(struct bundle *b, struct scan text)
{
	uint64_t version;

	if (!scan_text(&text, BUNDLE_LIST " ") || !scan_u64(&text, &version) ||
		!scan_char(&text, '\n'))
		return error("'%s': no version in its list", b->path);
	if (version != BUNDLE_VERSION)
		return error("'%s' is a bundle of version %llu, and this "
			     "heapflame reads %d",
			b->path, (unsigned long long)version, BUNDLE_VERSION);
	while (text.at < text.end) {
		const unsigned char *end =
			memchr(text.at, '\n', (size_t)(text.end - text.at));

		if (end == NULL || !list_line(b, (struct scan){ text.at, end }))
			return error("'%s': bad line in its list", b->path);
		text.at = end + 1;
	}
	return 0;
}

static int
read_list(struct bundle *b, struct walk *w)
{
	unsigned char *bytes;
	int status = next(w);

	if (status == 0 || (status > 0 && w->member.size > LIST_MAX))
		return error("'%s' has no list of what is in it", b->path);
	if (status < 0)
		return -1;
	bytes = xmalloc(w->member.size + 1);
	if (read_at(w, bytes, w->member.size, w->offset))
		status = parse_list(
			b, (struct scan){ bytes, bytes + w->member.size });
	else
		status =
			error("cannot read '%s': %s", b->path, strerror(errno));
	free(bytes);
	return status;
}

static int
read_symbols(struct bundle *b, struct walk *w)
{
	int status = next(w);

	if (status <= 0)
		return status;
	if (strcmp(w->member.name, BUNDLE_SYMBOLS) != 0)
		return error("'%s' has no symbols where they belong", b->path);
	b->symbols = bundle_symbols_read(
		&(struct part){ b->path, b->path, w->offset, w->member.size });
	return b->symbols != NULL ? 1 : -1;
}

/* Where each of the dumps lies. */
static int
find_dumps(struct bundle *b, struct walk *w)
{
	for (size_t i = 0; i < b->count; i++) {
		int status = next(w);

		if (status < 0)
			return -1;
		if (status == 0 && i == 0)
			return error("'%s' was cut off before its first dump",
				b->path);
		if (status == 0) {
			warning("'%s' was cut off: %zu of its %zu dumps are "
				"there",
				b->path, i, b->count);
			while (b->count > i)
				free(b->members[--b->count].name);
			return 0;
		}
		if (strncmp(w->member.name, BUNDLE_DUMPS,
			    strlen(BUNDLE_DUMPS)) != 0)
			return error("'%s': '%s' is no dump", b->path,
				w->member.name);
		b->members[i].offset = w->offset;
		b->members[i].length = w->member.size;
	}
	return 0;
}

struct bundle *
bundle_open(const char *path)
{
	struct bundle *b;
	struct walk w;
	int status;

	if (walk_open(&w, path) < 0)
		return NULL;
	b = xcalloc(1, sizeof *b);
	b->path = xstrdup(path);
	status = read_list(b, &w);
	if (status == 0)
		status = read_symbols(b, &w);
	if (status >= 0)
		status = find_dumps(b, &w);
	close(w.fd);
	if (status == 0)
		return b;
	bundle_free(b);
	return NULL;
}

void
bundle_free(struct bundle *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->members[i].name);
	for (size_t i = 0; i < b->folder_count; i++)
		free(b->folders[i]);
	free(b->members);
	free(b->folders);
	free(b->path);
	bundle_symbols_free(b->symbols);
	free(b);
}

static struct part
part_of(const struct bundle *b, size_t member, const char *name)
{
	const struct bundle_member *m = &b->members[member];

	return (struct part){ b->path, name, m->offset, m->length };
}

int
bundle_read(const struct bundle *b, size_t member, struct profile *p)
{
	const struct bundle_member *m = &b->members[member];
	const struct part part = part_of(b, member, m->name);
	uint32_t first = p->process_count;

	if (read_part(p, &part) < 0)
		return -1;
	for (uint32_t i = first; m->running && i < p->process_count; i++)
		p->processes[i].state = PROCESS_RUNNING;
	bundle_symbols_apply(b->symbols, p);
	return 0;
}

/* Two bundles may have dumps of one name that are not of one process. */
int
bundle_head(const struct bundle *b, size_t member, struct head *h)
{
	const struct bundle_member *m = &b->members[member];
	char *real = realpath(b->path, NULL);
	char *name = xasprintf("%s/%s", real ? real : b->path, m->name);
	const struct part part = part_of(b, member, name);
	int status = read_part_head(h, &part, m->changed_ms);

	free(name);
	free(real);
	return status;
}
