/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes through a reader of streams, from a file in memory. */
#ifndef STREAM_H
#define STREAM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "profile.h"
#include "read.h"

static inline void
stream_read(const struct reader *reader, struct profile *p, const char *path)
{
	struct profile sum;
	struct source s;

	profile_init(&sum);
	if (source_open(&s, path) == 0) {
		if (reader->stream(p, &s) == 0)
			profile_add(&sum, p);
		source_close(&s);
	}
	profile_release(&sum);
}

/* Also into another profile. The includer has defined _GNU_SOURCE. */
static inline void
stream_try(const struct reader *reader, const char *name, const uint8_t *bytes,
	size_t length)
{
	const struct input in = { name, bytes, length };
	struct profile p;
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	profile_init(&p);
	(void)reader->recognises(&in);
	stream_read(reader, &p, path);
	profile_release(&p);
	close(fd);
}

#endif
