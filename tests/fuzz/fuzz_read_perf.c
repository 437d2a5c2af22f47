/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever as the text of perf script, read from a file in memory and
 * into another profile.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "profile.h"
#include "read.h"
#include "replay.h"

static void
read_into(struct profile *p, const char *path)
{
	struct profile sum;
	struct source s;

	profile_init(&sum);
	if (source_open(&s, path) == 0) {
		if (reader_perf.stream(p, &s) == 0)
			profile_add(&sum, p);
		source_close(&s);
	}
	profile_release(&sum);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct input in = { "x.perf", bytes, length };
	struct profile p;
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	profile_init(&p);
	(void)reader_perf.recognises(&in);
	read_into(&p, path);
	profile_release(&p);
	close(fd);
	return 0;
}
