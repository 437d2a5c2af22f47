/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* renameat2 */
#include "state_dump.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "folder.h"
#include "profile.h"
#include "read.h"
#include "state_map.h"
#include "write.h"

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A number of the process's own series, if it can still be taken. */
static uint64_t
take_sequence(const char *path, uint64_t otherwise)
{
	struct state_map m;
	bool were = errors_are_warnings(true);
	uint64_t sequence = otherwise;

	if (access(path, W_OK) == 0 && state_map(&m, path, true) == 0) {
		atomic_fetch_add(&m.header->dumps_by_others, 1);
		sequence = atomic_fetch_add(&m.header->dumps, 1);
		state_unmap(&m);
	}
	errors_are_warnings(were);
	return sequence;
}

static bool
is_ours(const struct state_map *m)
{
	struct stat st;

	return fstat(m->fd, &st) == 0 && st.st_uid == geteuid();
}

static char *
text_of(const char *text, size_t size)
{
	char *copy = xmalloc(size + 1);

	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

/*
 * A folder that somebody else's process names is not written to: it would lead
 * root anywhere. An id has no slash; one that has is no id.
 */
static char *
dump_name(const struct state_map *m, const char *root, uint64_t sequence)
{
	char *prefix = text_of(m->header->prefix, sizeof m->header->prefix);
	char *id = text_of(m->header->id, sizeof m->header->id);
	const char *slash = strrchr(prefix, '/');
	bool there = is_ours(m) && prefix[0] == '/';
	char *name;

	for (char *c = id; *c; c++)
		if (*c == '/')
			*c = '_';
	name = xasprintf("%s%s.%s.%" PRIu64 ".m%" PRIu64 ".heap",
		there && root ? root : "",
		there	? prefix
		: slash ? slash + 1
			: prefix,
		id, sequence, sequence);
	free(prefix);
	free(id);
	return name;
}

/* The program makes its folder with its first dump, which may be still to come.
 */
static void
make_folder_of(const char *name)
{
	const char *slash = strrchr(name, '/');
	char *folder;

	if (!slash || slash == name)
		return;
	folder = xasprintf("%.*s", (int)(slash - name), name);
	(void)folder_make(folder); /* what it lacks is said by the open */
	free(folder);
}

/* Whole or not at all, and never in the place of another file. */
static int
write_new(const char *name, const struct profile *p, uint64_t sequence)
{
	char *temporary = xasprintf("%s.tmp", name);
	bool bad;
	FILE *out;
	int fd, cause;

	make_folder_of(name);
	fd = open(temporary,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	out = fd >= 0 ? fdopen(fd, "w") : NULL;
	bad = !out || write_dump(out, p, sequence) < 0;
	if (out && fclose(out) != 0)
		bad = true;
	if (!bad)
		bad = renameat2(AT_FDCWD, temporary, AT_FDCWD, name,
			      RENAME_NOREPLACE) != 0;
	cause = errno;
	if (bad && fd >= 0)
		unlink(temporary);
	free(temporary);
	return bad ? error("cannot write '%s': %s", name, strerror(cause)) : 0;
}

static int
write_output(const char *name, const struct profile *p, uint64_t sequence)
{
	struct output out;

	if (output_open(&out, name) < 0)
		return -1;
	/* A write that failed is found, and said, when the file is closed. */
	(void)write_dump(out.stream, p, sequence);
	return output_commit(&out);
}

static int
dump(const struct state_map *m, const char *path, const char *root,
	const char *output)
{
	uint64_t sequence;
	struct profile p;
	char *name;
	int result = -1;

	profile_init(&p);
	if (read_file(&p, path) == 0 && p.process_count == 1) {
		if (p.processes[0].end_ms == 0)
			p.processes[0].end_ms = clock_ms();
		sequence = take_sequence(path, atomic_load(&m->header->dumps));
		name = output ? xstrdup(output) : dump_name(m, root, sequence);
		result = output ? write_output(name, &p, sequence)
				: write_new(name, &p, sequence);
		if (result == 0 && strcmp(name, "-") != 0)
			printf("%s\n", name);
		free(name);
	}
	profile_release(&p);
	return result;
}

int
state_dump(const char *path, const char *root, const char *output)
{
	struct state_map m;
	int result;

	if (state_map(&m, path, false) < 0)
		return -1;
	result = dump(&m, path, root, output);
	state_unmap(&m);
	return result;
}
