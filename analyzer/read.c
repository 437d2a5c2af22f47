/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's bytes, and the reader that knows them. What is no profile is told
 * from its first bytes, before the rest is read.
 */
#define _GNU_SOURCE /* realpath */
#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "read_sparse.h"

static const struct reader *const readers[] = { &reader_heapv2, &reader_live,
	&reader_heaptrack, &reader_pprof, &reader_perf, &reader_legacy,
	&reader_symbolized };

/* By then a reader knows how much it wants. */
#define HEADS_END ((size_t)2 << 20)

/* Formats that people try, known by how they begin. */
static const struct {
	const char *magic;
	size_t length;
	const char *what;
} others[] = {
	{ "heap/", 5, "a profile of jemalloc before 4.0" },
	{ "--- contention", 14, "a contention profile of gperftools" },
	{ "--- ", 4, "a profile of pprof that holds no heap" },
	{ "contention profile", 18, "a contention profile of gperftools" },
	{ "\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16,
		"a CPU profile of gperftools" },
	{ "\0\0\0\0\0\0\0\0", 8, "zeros, perhaps a live state in the making" },
	{ "desc: ", 6, "a massif profile" },
	{ "heapflame-bundle", 17, "a bundle of dumps" },
	{ "\x7f"
	  "ELF",
		4, "a program or library" },
	{ "<?xml", 5, "XML, perhaps a flame graph" },
	{ "<svg", 4, "a flame graph" },
	{ "PERFILE2", 8, "a perf profile" },
	{ "{\"", 2, "JSON" },
	{ "{\n", 2, "JSON" },
	{ "{\r", 2, "JSON" },
	{ "{ ", 2, "JSON" },
	{ "{}", 2, "JSON" },
};

/* What else it is, or NULL. */
static const char *
other_format(const struct input *in)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (in->length >= others[i].length &&
			memcmp(in->bytes, others[i].magic, others[i].length) ==
				0)
			return others[i].what;
	return NULL;
}

static const struct reader *
choose(const struct input *in)
{
	const char *other;

	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (readers[i]->recognises(in))
			return readers[i];
	other = other_format(in);
	/* Asked last: nearly any text with numbers might be such stacks. */
	if (other == NULL && reader_folded.recognises(in))
		return &reader_folded;
	if (in->length == 0)
		error("'%s' is empty", in->name);
	else if (other != NULL)
		error("'%s' is %s, not a profile that heapflame reads",
			in->name, other);
	else
		error("'%s' is not a profile of any format that heapflame "
		      "reads",
			in->name);
	return NULL;
}

static struct input
window(const struct source *s)
{
	return (struct input){ s->name, s->at, (size_t)(s->end - s->at) };
}

/* The reader of what was just opened; if there is none it is closed. */
static const struct reader *
reader_of(struct source *s)
{
	struct input in = window(s);
	const struct reader *reader = choose(&in);

	if (reader == NULL)
		source_close(s);
	return reader;
}

/* Opens a file and finds its reader from the first bytes; NULL after error().
 */
static const struct reader *
open_input(const char *path, struct source *s)
{
	return source_open(s, path) < 0 ? NULL : reader_of(s);
}

static _Thread_local uint64_t packed; /* bytes; 0: it is not packed */

uint64_t
read_taken(const struct input *in)
{
	return packed > 0 ? packed : in->length;
}

static int
read_whole(struct profile *p, struct source *s, const struct reader *reader)
{
	struct input in;
	int status;

	if (source_want(s, SIZE_MAX) < 0)
		return -1;
	in = window(s);
	packed = s->unpacker != NULL ? s->taken : 0;
	if (s->cut)
		warning("'%s' was cut off: only what stands before is shown",
			s->name);
	status = reader->read(p, &in);
	packed = 0;
	return status;
}

/*
 * What the reader wants of a file's start, which it knows when it has some of
 * it. The room moves when it grows, as nothing of it is used before.
 */
static int
read_start(struct profile *p, struct source *s, const struct reader *reader)
{
	struct input in = window(s);
	size_t size = 0, wanted;
	unsigned char *room = NULL;
	int status = -1;

	while ((wanted = reader->extent(&in)) > size) {
		if (room != NULL)
			sparse_release(room, size);
		room = sparse_room(wanted);
		size = wanted;
		in.bytes = room;
		in.length = sparse_read(room, 0, size, s->fd);
		if (in.length > size) {
			error("cannot read '%s': %s", s->name, strerror(errno));
			break;
		}
	}
	if (in.length <= size)
		status = reader->read(p, &in);
	if (room != NULL)
		sparse_release(room, size);
	return status;
}

static int
read_source(struct profile *p, struct source *s, const struct reader *reader)
{
	if (reader->stream != NULL)
		return reader->stream(p, s);
	if (reader->extent != NULL && source_is_plain(s))
		return read_start(p, s, reader);
	return read_whole(p, s, reader);
}

static int
read_and_close(struct profile *p, struct source *s, const struct reader *reader)
{
	struct profile one;
	int status;

	if (p->process_count == 0 || reader->atomic) {
		status = read_source(p, s, reader);
	} else {
		profile_init(&one);
		one.sum = p->sum;
		status = read_source(&one, s, reader);
		if (status == 0)
			profile_add(p, &one);
		profile_release(&one);
	}
	source_close(s);
	return status;
}

int
read_file(struct profile *p, const char *path)
{
	struct source s;
	const struct reader *reader = open_input(path, &s);

	return reader == NULL ? -1 : read_and_close(p, &s, reader);
}

int
read_part(struct profile *p, const struct part *part)
{
	struct source s;
	const struct reader *reader;

	if (source_open_part(&s, part) < 0)
		return -1;
	reader = reader_of(&s);
	return reader == NULL ? -1 : read_and_close(p, &s, reader);
}

int
read_extent(const char *path, uint64_t *extent)
{
	struct source s;
	const struct reader *reader = open_input(path, &s);
	int status = 0;

	if (reader == NULL)
		return -1;
	*extent = UINT64_MAX;
	while (reader->extent != NULL && source_is_plain(&s)) {
		struct input in = window(&s);

		*extent = reader->extent(&in);
		if (*extent <= in.length || *extent > HEADS_END)
			break;
		status = source_want(&s, *extent);
		if (status < 0 || (size_t)(s.end - s.at) == in.length)
			break;
	}
	source_close(&s);
	return status;
}

struct process
read_foreign_process(struct profile *p, const char *name)
{
	const char *slash = strrchr(name, '/');

	return (struct process){
		.exe = NONE,
		.id = strtab_add(&p->strings, slash != NULL ? slash + 1 : name),
		.boot = NONE,
		.parent = NONE,
		.ancestors = NONE,
		.no_state = NONE,
		.source = strtab_add(&p->strings, name),
		.state = PROCESS_UNTOLD,
	};
}

static int64_t
changed_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 +
	       st->st_mtim.tv_nsec / 1000000;
}

/* Twice as much each time, until the head is complete or all is read. */
static int
read_its_head(struct head *h, struct source *s, const struct reader *reader,
	const char *real)
{
	size_t had = 0, has = (size_t)(s->end - s->at);

	while (reader->head != NULL && has > had) {
		struct input in = window(s);

		in.name = real;
		head_release(h);
		if (reader->head(h, &in))
			break;
		had = has;
		if (source_want(s, had * 2) < 0)
			return -1;
		has = (size_t)(s->end - s->at);
	}
	return 0;
}

int
read_head(struct head *h, const char *path)
{
	const struct reader *reader;
	struct source s;
	struct stat st;
	/* One process must not become two by two ways to write its folder. */
	char *real = realpath(path, NULL);
	const char *name = real != NULL ? real : path;
	int status = 0;

	*h = (struct head){ 0 };
	if (stat(path, &st) < 0) {
		status = error("cannot open '%s': %s", path, strerror(errno));
	} else if (S_ISREG(st.st_mode)) {
		reader = open_input(path, &s);
		status = reader == NULL ? -1
					: read_its_head(h, &s, reader, name);
		if (reader != NULL)
			source_close(&s);
	}
	if (status < 0)
		head_release(h);
	else if (h->process == NULL)
		h->process = xstrdup(name);
	if (status == 0 && h->end_ms == 0)
		h->end_ms = changed_ms(&st);
	free(real);
	return status;
}

int
read_part_head(struct head *h, const struct part *part, int64_t changed_ms)
{
	const struct reader *reader;
	struct source s;
	int status;

	*h = (struct head){ 0 };
	if (source_open_part(&s, part) < 0)
		return -1;
	reader = reader_of(&s);
	if (reader == NULL)
		return -1;
	status = read_its_head(h, &s, reader, part->name);
	source_close(&s);
	if (status < 0)
		head_release(h);
	else if (h->process == NULL)
		h->process = xstrdup(part->name);
	if (status == 0 && h->end_ms == 0)
		h->end_ms = changed_ms;
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
