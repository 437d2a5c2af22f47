/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where output goes. A regular file appears whole or not at all: it is written
 * under another name beside its own and renamed when the last byte is known to
 * be down. The name is that of the file a link points to, so that the link
 * stays.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "write.h"

#define BUFFER ((size_t)1 << 18)

static int
cannot_write(const char *path, int cause)
{
	return error("cannot write '%s': %s", path, strerror(cause));
}

/* The permissions that open(path, O_CREAT, 0666) would have given. */
static void
give_usual_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	/* A file system without modes refuses; the file is good all the same.
	 */
	if (fchmod(fd, 0666 & ~mask) < 0)
		errno = 0;
}

static int
open_temporary(struct output *o)
{
	int fd;

	o->temporary = xasprintf("%s.XXXXXX", o->path);
	fd = mkstemp(o->temporary);
	if (fd < 0) {
		int cause = errno;

		free(o->temporary);
		o->temporary = NULL;
		errno = cause;
		return -1;
	}
	give_usual_mode(fd);
	return fd;
}

static char *
target_of(const char *path)
{
	char *target = realpath(path, NULL);

	return target ? target : xstrdup(path);
}

/* A picture of many megabytes goes out in fewer calls than one a page. */
static void
set_buffer(struct output *o)
{
	o->buffer = xmalloc(BUFFER);
	setvbuf(o->stream, o->buffer, _IOFBF, BUFFER);
}

int
output_open(struct output *o, const char *path)
{
	struct stat st;
	int cause;

	*o = (struct output){ .stream = stdout };
	if (strcmp(path, "-") == 0)
		return 0;
	o->stream = NULL;
	o->path = target_of(path);
	if (stat(o->path, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
	} else if (stat(o->path, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->stream = fopen(o->path, "we");
	} else {
		int fd = open_temporary(o);

		o->stream = fd < 0 ? NULL : fdopen(fd, "w");
	}
	if (o->stream) {
		set_buffer(o);
		return 0;
	}
	cause = errno;
	output_abandon(o);
	return cannot_write(path, cause);
}

int
output_commit(struct output *o)
{
	bool bad;
	int cause;

	/* main() looks at stdout, once and for all commands. */
	if (o->stream == stdout)
		return 0;
	errno = 0;
	bad = ferror(o->stream) != 0;
	bad |= fclose(o->stream) != 0;
	o->stream = NULL;
	if (!bad && o->temporary)
		bad = rename(o->temporary, o->path) != 0;
	if (bad) {
		cause = errno ? errno : EIO;
		cannot_write(o->path, cause);
	} else {
		free(o->temporary);
		o->temporary = NULL;
	}
	output_abandon(o);
	return bad ? -1 : 0;
}

void
output_abandon(struct output *o)
{
	if (o->stream && o->stream != stdout)
		fclose(o->stream);
	if (o->temporary)
		unlink(o->temporary);
	free(o->temporary);
	free(o->path);
	free(o->buffer);
	*o = (struct output){ 0 };
}

bool
output_is_wanted(void)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}
