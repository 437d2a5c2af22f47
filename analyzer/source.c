/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files are read, not mapped: a mapped file that somebody cuts off meanwhile
 * would kill us with SIGBUS, and this way pipes work, too.
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "unpack.h"

#define FIRST	     4096 /* enough to tell a format by */
#define WINDOW	     ((size_t)1 << 20)
#define PACKED	     ((size_t)1 << 17)
#define GROWTH	     10 /* times, of packed data that are wanted whole, */
#define GROWTH_SLACK ((uint64_t)64 << 20) /* and so much besides */

/* As many as there are, at most n; 0 at the end, -1 after error(). */
static ssize_t
read_some(struct source *s, unsigned char *to, size_t n)
{
	ssize_t got;

	if (s->is_part && n > s->left)
		n = (size_t)s->left;
	do
		got = read(s->fd, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error("cannot read '%s': %s", s->name, strerror(errno));
	s->taken += (uint64_t)got;
	s->left -= s->is_part ? (uint64_t)got : 0;
	return got;
}

/* Room behind `end`: what is used is dropped, else there is more of it. */
static void
make_room(struct source *s)
{
	size_t used = s->buffer ? (size_t)(s->at - s->buffer) : 0;
	size_t rest = (size_t)(s->end - s->at);

	if (s->capacity >= WINDOW && rest <= s->capacity / 2) {
		memmove(s->buffer, s->at, rest);
	} else if (used + rest == s->capacity) {
		if (used > 0)
			memmove(s->buffer, s->at, rest);
		s->capacity = s->capacity == 0	     ? FIRST
			      : s->capacity < WINDOW ? WINDOW
						     : s->capacity * 2;
		s->buffer = xrealloc(s->buffer, s->capacity);
	} else {
		return;
	}
	s->at = s->buffer;
	s->end = s->at + rest;
}

static size_t
room(const struct source *s)
{
	return s->capacity - (size_t)(s->end - s->buffer);
}

/* It is not all there: what is may be of use. */
static int
cut_off(struct source *s)
{
	s->ended = s->cut = true;
	if (s->given > 0)
		return 0;
	return error("'%s' is damaged %s data", s->name, s->unpacker->format);
}

/* The packed bytes at hand, unpacked. 1 if any came of it, 0, or -1. */
static int
unpack(struct source *s)
{
	unsigned char *begin = s->buffer + (s->end - s->buffer);
	size_t most = room(s) < WINDOW ? room(s) : WINDOW;
	struct unpack_step step = { s->packed + s->packed_at,
		s->packed + s->packed_end, begin, begin + most };
	enum unpack_result result = s->unpacker->step(s->unpacker, &step);

	s->packed_at = (size_t)(step.in - s->packed);
	s->end = step.out;
	s->given += (uint64_t)(step.out - begin);
	if (result == UNPACK_DAMAGED && cut_off(s) < 0)
		return -1;
	return step.out > begin;
}

static int
more_packed(struct source *s)
{
	for (;;) {
		ssize_t n;
		int status = unpack(s);

		if (status != 0 || s->ended)
			return status;
		n = read_some(s, s->packed, PACKED);
		if (n < 0)
			return -1;
		if (n == 0) {
			s->ended = true;
			return s->unpacker->at_end ? 0 : cut_off(s);
		}
		s->packed_at = 0;
		s->packed_end = (size_t)n;
	}
}

int
source_more(struct source *s)
{
	ssize_t n;

	if (s->ended)
		return 0;
	make_room(s);
	if (s->unpacker)
		return more_packed(s);
	n = read_some(s, s->buffer + (s->end - s->buffer), room(s));
	if (n <= 0) {
		s->ended = n == 0;
		return (int)n;
	}
	s->end += n;
	s->given += (uint64_t)n;
	return 1;
}

bool
source_is_plain(const struct source *s)
{
	struct stat st;

	return s->unpacker == NULL && !s->is_part && fstat(s->fd, &st) == 0 &&
	       S_ISREG(st.st_mode);
}

/* At once, where the size of what is wanted is known. */
static void
reserve(struct source *s, size_t length)
{
	struct stat st;
	size_t used, capacity;

	if (!source_is_plain(s) || fstat(s->fd, &st) < 0 || st.st_size < 0)
		return;
	used = (size_t)(s->at - s->buffer);
	capacity = (size_t)st.st_size + 1; /* so that the end is seen at once */
	if (length < capacity)
		capacity = length;
	if (used + capacity <= s->capacity)
		return;
	s->capacity = used + capacity;
	capacity = (size_t)(s->end - s->buffer);
	s->buffer = xrealloc(s->buffer, s->capacity);
	s->at = s->buffer + used;
	s->end = s->buffer + capacity;
}

int
source_want(struct source *s, size_t length)
{
	if ((size_t)(s->end - s->at) < length)
		reserve(s, length);
	while ((size_t)(s->end - s->at) < length) {
		int status = source_more(s);

		if (status <= 0)
			return status;
		if (s->unpacker && s->given > WINDOW &&
			s->given > GROWTH * s->taken + GROWTH_SLACK)
			return error("'%s' unpacks to more than %d times its "
				     "size; if that is right, unpack it first",
				s->name, GROWTH);
	}
	return 0;
}

/* The first bytes were read as they are; if packed, that is what they were. */
static int
begin_unpacking(struct source *s)
{
	size_t n = (size_t)(s->end - s->at);

	s->unpacker = unpacker_for(s->at, n);
	if (s->unpacker == NULL)
		return 0;
	s->packed = xmalloc(PACKED > n ? PACKED : n);
	memcpy(s->packed, s->at, n);
	s->packed_end = n;
	s->at = s->end = s->buffer;
	s->given = 0;
	s->ended = false;
	return source_want(s, FIRST);
}

static int
begin(struct source *s)
{
	/* A pipe gives a little at a time. */
	for (int status = 1; status > 0 && s->end - s->at < FIRST;) {
		make_room(s);
		status = source_more(s);
		if (status < 0) {
			source_close(s);
			return -1;
		}
	}
	if (begin_unpacking(s) < 0) {
		source_close(s);
		return -1;
	}
	return 0;
}

int
source_open(struct source *s, const char *path)
{
	*s = (struct source){ .name = path };
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return error("cannot open '%s': %s", path, strerror(errno));
	return begin(s);
}

int
source_open_part(struct source *s, const struct part *part)
{
	*s = (struct source){
		.name = part->name, .is_part = true, .left = part->length
	};
	s->fd = open(part->file, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0 || lseek(s->fd, (off_t)part->offset, SEEK_SET) < 0) {
		int cause = errno;

		if (s->fd >= 0)
			close(s->fd);
		return error(
			"cannot open '%s': %s", part->file, strerror(cause));
	}
	return begin(s);
}

void
source_close(struct source *s)
{
	unpacker_free(s->unpacker);
	free(s->buffer);
	free(s->packed);
	close(s->fd);
	*s = (struct source){ .fd = -1 };
}
