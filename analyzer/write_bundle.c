/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive of packed files, so that one dump is read without the others and
 * all of them can be taken out with tar. What is packed already stays as it is.
 * The archive tells no time but the dumps': the same files give the same bytes.
 */
#include "write_bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "pack.h"
#include "read_bundle.h"
#include "tar.h"
#include "text.h"
#include "unpack.h"

#define STEP ((size_t)1 << 20)

static int
put_member(FILE *out, const char *name, int64_t changed_ms, const void *bytes,
	size_t length)
{
	static const unsigned char zeros[TAR_BLOCK];
	unsigned char block[TAR_BLOCK];
	struct tar_member m = { .size = length,
		.changed = changed_ms > 0 ? changed_ms / 1000 : 0 };

	if (length > TAR_SIZE_MAX)
		return error("'%s' is too large for a bundle", name);
	strncpy(m.name, name, TAR_NAME_MAX);
	tar_header(block, &m);
	fwrite(block, 1, sizeof block, out);
	fwrite(bytes, 1, length, out);
	fwrite(zeros, 1, tar_padding(length), out);
	return 0;
}

static FILE *
memory_stream(char **text, size_t *size)
{
	FILE *out = open_memstream(text, size);

	if (out == NULL) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
	return out;
}

static void
put_dump(FILE *out, const struct bundled *d, uint32_t folder)
{
	fprintf(out, "dump %s%s %" PRId64,
		d->named     ? "n"
		: d->running ? ""
			     : "-",
		d->running ? "r" : "", d->changed_ms > 0 ? d->changed_ms : 0);
	if (folder != NONE)
		fprintf(out, " %" PRIu32 " ", folder);
	else
		fputs(" - ", out);
	text_word(out, d->name);
	putc('\n', out);
}

/* The folder of a run has a line before the first dump that lay in it. */
static void
put_list(FILE *out, const struct bundled *list, size_t count)
{
	struct strtab folders = { 0 };

	fprintf(out, BUNDLE_LIST " %d\n", BUNDLE_VERSION);
	for (size_t i = 0; i < count; i++) {
		uint32_t before = folders.count, folder = NONE;

		if (list[i].run_folder)
			folder = strtab_add(&folders, list[i].run_folder);
		if (folders.count > before) {
			fputs("run ", out);
			text_word(out, list[i].run_folder);
			putc('\n', out);
		}
		put_dump(out, &list[i], folder);
	}
	strtab_release(&folders);
}

static int
write_list(FILE *out, const struct bundled *list, size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *memory = memory_stream(&text, &size);
	int status;

	put_list(memory, list, count);
	fclose(memory);
	status = put_member(out, BUNDLE_LIST, 0, text, size);
	free(text);
	return status;
}

static int
write_symbols(FILE *out, const struct profile *p)
{
	struct packed packed = { 0 };
	char *text = NULL;
	size_t size;
	FILE *memory = memory_stream(&text, &size);
	int status;

	write_bundle_symbols(memory, p);
	fclose(memory);
	pack_begin(&packed);
	pack_add(&packed, text, size);
	pack_end(&packed);
	free(text);
	status =
		put_member(out, BUNDLE_SYMBOLS, 0, packed.bytes, packed.length);
	pack_release(&packed);
	return status;
}

static bool
is_packed(const unsigned char *bytes, size_t length)
{
	struct unpacker *u = unpacker_for(bytes, length);

	unpacker_free(u);
	return u != NULL;
}

static void
keep(struct packed *to, const unsigned char *bytes, size_t length)
{
	while (to->capacity - to->length < length) {
		to->capacity = to->capacity * 2 + STEP;
		to->bytes = xrealloc(to->bytes, to->capacity);
	}
	memcpy(to->bytes + to->length, bytes, length);
	to->length += length;
}

/* The file, or what matters of it; as it is if it was packed already. */
static int
pack_file(struct packed *to, int fd, uint64_t most)
{
	unsigned char *bytes = xmalloc(STEP);
	bool first = true, as_is = false;
	ssize_t n = 1;

	while (n > 0 && most > 0) {
		n = read(fd, bytes, most < STEP ? (size_t)most : STEP);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n <= 0)
			break;
		if (first)
			as_is = is_packed(bytes, (size_t)n);
		if (first && !as_is)
			pack_begin(to);
		first = false;
		most -= (uint64_t)n;
		if (as_is)
			keep(to, bytes, (size_t)n);
		else
			pack_add(to, bytes, (size_t)n);
	}
	if (!first && !as_is)
		pack_end(to);
	free(bytes);
	return n < 0 ? -1 : 0;
}

/* Bytes as zstd packs them under a name that does not say so. */
static const char *
suffix_of(const struct packed *packed, const char *base)
{
	struct unpacker *u = unpacker_for(packed->bytes, packed->length);
	bool zstd = u && strcmp(u->format, "zstd") == 0;
	size_t n = strlen(base);

	unpacker_free(u);
	return zstd && (n < 4 || strcmp(base + n - 4, ".zst") != 0) ? ".zst"
								    : "";
}

/* "dumps/N/NAME.zst"; of a long name the end, which tells most. */
static void
member_name(char name[TAR_NAME_MAX + 1], const char *path, size_t number,
	const struct packed *packed)
{
	const char *slash = strrchr(path, '/'),
		   *base = slash ? slash + 1 : path;
	const char *suffix = suffix_of(packed, base);
	size_t length = strlen(base), room;

	room = TAR_NAME_MAX - strlen(suffix) -
	       (size_t)snprintf(
		       name, TAR_NAME_MAX, BUNDLE_DUMPS "%zu/", number);
	if (length > room)
		base += length - room;
	snprintf(name, TAR_NAME_MAX + 1, BUNDLE_DUMPS "%zu/%s%s", number, base,
		suffix);
}

static int
write_dump_of(FILE *out, const struct bundled *d, size_t number)
{
	char name[TAR_NAME_MAX + 1];
	struct packed packed = { 0 };
	int fd = open(d->path, O_RDONLY | O_CLOEXEC), status;

	if (fd < 0)
		return error("cannot open '%s': %s", d->path, strerror(errno));
	status = lseek(fd, (off_t)d->offset, SEEK_SET) < 0 && d->offset > 0
			 ? -1
			 : pack_file(&packed, fd, d->extent);
	if (status < 0)
		error("cannot read '%s': %s", d->path, strerror(errno));
	close(fd);
	member_name(name, d->name, number, &packed);
	if (status == 0)
		status = put_member(
			out, name, d->changed_ms, packed.bytes, packed.length);
	pack_release(&packed);
	return status;
}

int
write_bundle(FILE *out, const struct profile *p, const struct bundled *list,
	size_t count)
{
	static const unsigned char end[2 * TAR_BLOCK];

	if (write_list(out, list, count) < 0 || write_symbols(out, p) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (write_dump_of(out, &list[i], i + 1) < 0)
			return -1;
	fwrite(end, 1, sizeof end, out);
	return 0;
}
