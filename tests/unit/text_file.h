/* SPDX-License-Identifier: Apache-2.0 */
/* Texts read as files are, and what of them is shown. */
#ifndef TEXT_FILE_H
#define TEXT_FILE_H

#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read.h"
#include "select.h"
#include "write.h"

/* Reads the text by its content, as the file "text". read_file()'s status. */
static int
text_read(struct profile *p, const char *text, size_t length)
{
	char path[64];
	int fd = memfd_create("text", 0), status;

	if (fd < 0 || write(fd, text, length) != (ssize_t)length)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	profile_init(p);
	status = read_file(p, path);
	close(fd);
	return status;
}

/* What `convert --to folded` makes of p. Caller frees. */
static char *
text_folded(struct profile *p, const char *metric)
{
	struct selection s = { .metric = -1, .metric_name = metric };
	struct shown shown;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL || select_stacks(&shown, p, &s) < 0)
		abort();
	write_folded(out, &shown);
	shown_release(&shown);
	fclose(out);
	return text;
}

#endif
