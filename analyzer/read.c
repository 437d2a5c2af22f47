/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's bytes, and the reader that knows them. Files are read, not mapped:
 * a mapped file that somebody cuts off meanwhile would kill us with SIGBUS, and
 * this way pipes work, too. What is no profile is told from its first bytes,
 * before the rest is read.
 */
#define _GNU_SOURCE /* realpath */
#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "read_sparse.h"

static const struct reader *const readers[] = { &reader_heapv2, &reader_live };

/* Formats that people try, known by how they begin. */
static const struct {
	const char *magic;
	size_t length;
	const char *what;
} others[] = {
	{ "\0\0\0\0\0\0\0\0", 8, "zeros, perhaps a live state in the making" },
	{ "heap profile:", 13, "a gperftools heap profile" },
	{ "heap/", 5, "a gperftools heap profile" },
	{ "--- symbol", 10, "a profile that jeprof made" },
	{ "--- ", 4, "a profile that jeprof made" },
	{ "\x1f\x8b", 2, "gzip data, perhaps a pprof profile" },
	{ "\x28\xb5\x2f\xfd", 4, "zstd data, perhaps a heaptrack profile" },
	{ "v 1", 3, "a heaptrack profile" },
	{ "desc: ", 6, "a massif profile" },
	{ "\x7f"
	  "ELF",
		4, "a program or library" },
	{ "<?xml", 5, "XML, perhaps a flame graph" },
	{ "<svg", 4, "a flame graph" },
	{ "PERFILE2", 8, "a perf profile" },
	{ "{", 1, "JSON" },
};

struct buffer {
	unsigned char *bytes;
	size_t length, capacity;
};

/* Reads until there are `wanted` bytes or the file ends. 0 or -1. */
static int
fill(struct buffer *b, int fd, size_t wanted, const char *path)
{
	while (b->length < wanted) {
		ssize_t n;

		if (b->length == b->capacity) {
			b->capacity =
				b->capacity > 0 ? b->capacity * 2 : INPUT_START;
			b->bytes = xrealloc(b->bytes, b->capacity);
		}
		n = read(fd, b->bytes + b->length, b->capacity - b->length);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return error(
				"cannot read '%s': %s", path, strerror(errno));
		if (n > 0)
			b->length += (size_t)n;
	}
	return 0;
}

/* Room for the whole file at once, where its size is known. */
static void
reserve(struct buffer *b, int fd)
{
	struct stat st;
	size_t size;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	size = (size_t)st.st_size + 1; /* so that the end is seen at once */
	if (size > b->capacity) {
		b->capacity = size;
		b->bytes = xrealloc(b->bytes, size);
	}
}

static const struct reader *
choose(const struct input *in)
{
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (readers[i]->recognises(in))
			return readers[i];
	if (in->length == 0) {
		error("'%s' is empty", in->name);
		return NULL;
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (in->length < others[i].length ||
			memcmp(in->bytes, others[i].magic, others[i].length) !=
				0)
			continue;
		error("'%s' is %s, not a %s", in->name, others[i].what,
			readers[0]->format);
		return NULL;
	}
	error("'%s' is not a %s", in->name, readers[0]->format);
	return NULL;
}

/* Opens a file and finds its reader from the first bytes; NULL after error().
 */
static const struct reader *
open_input(const char *path, int *fd, struct buffer *b)
{
	struct input in = { .name = path };
	const struct reader *reader;

	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0) {
		error("cannot open '%s': %s", path, strerror(errno));
		return NULL;
	}
	if (fill(b, *fd, INPUT_START, path) == 0) {
		in.bytes = b->bytes;
		in.length = b->length;
		reader = choose(&in);
		if (reader != NULL)
			return reader;
	}
	close(*fd);
	return NULL;
}

static int
read_whole(struct profile *p, const char *path, int fd,
	const struct reader *reader, struct buffer *b)
{
	reserve(b, fd);
	if (fill(b, fd, SIZE_MAX, path) < 0)
		return -1;
	return reader->read(p, &(struct input){ path, b->bytes, b->length });
}

/*
 * What the reader wants of a file's start, which it knows when it has some of
 * it. The room moves when it grows, as nothing of it is used before.
 */
static int
read_start(struct profile *p, const char *path, int fd,
	const struct reader *reader, const struct buffer *b)
{
	struct input in = { path, b->bytes, b->length };
	size_t size = 0, wanted;
	unsigned char *room = NULL;
	int status = -1;

	while ((wanted = reader->extent(&in)) > size) {
		if (room != NULL)
			sparse_release(room, size);
		room = sparse_room(wanted);
		size = wanted;
		in.bytes = room;
		in.length = sparse_read(room, 0, size, fd);
		if (in.length > size) {
			error("cannot read '%s': %s", path, strerror(errno));
			break;
		}
	}
	if (in.length <= size)
		status = reader->read(p, &in);
	if (room != NULL)
		sparse_release(room, size);
	return status;
}

int
read_file(struct profile *p, const char *path)
{
	struct buffer b = { 0 };
	int fd, status = -1;
	const struct reader *reader = open_input(path, &fd, &b);

	if (reader != NULL) {
		/* What can't be sought in is read to its end. */
		if (reader->extent != NULL && lseek(fd, 0, SEEK_SET) == 0)
			status = read_start(p, path, fd, reader, &b);
		else
			status = read_whole(p, path, fd, reader, &b);
		close(fd);
	}
	free(b.bytes);
	return status;
}

static int64_t
changed_ms(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

int
read_head(struct head *h, const char *path)
{
	struct buffer b = { 0 };
	int fd, status = 0;
	const struct reader *reader = open_input(path, &fd, &b);
	size_t had = 0;
	bool complete = false;
	/* One process must not become two by two ways to write its folder. */
	char *real = realpath(path, NULL);

	*h = (struct head){ 0 };
	if (reader == NULL) {
		free(real);
		free(b.bytes);
		return -1;
	}
	/* Twice as much each time, until the head is complete or all is read.
	 */
	while (status == 0 && !complete && b.length > had) {
		struct input in = { real != NULL ? real : path, b.bytes,
			b.length };

		head_release(h);
		complete = reader->head(h, &in);
		had = b.length;
		if (!complete)
			status = fill(&b, fd, had * 2, path);
	}
	if (h->end_ms == 0)
		h->end_ms = changed_ms(fd);
	close(fd);
	free(real);
	free(b.bytes);
	if (status < 0)
		head_release(h);
	return status;
}

void
head_release(struct head *h)
{
	free(h->process);
	for (size_t i = 0; i < h->was_count; i++)
		free(h->was[i]);
	free(h->was);
	*h = (struct head){ 0 };
}
