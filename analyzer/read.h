/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From files to one profile. A reader a format, chosen by content; adding one:
 * write read_x.c with the two functions of struct reader, add it to the table
 * in read.c. A reader knows no writer.
 */
#ifndef READ_H
#define READ_H

#include "profile.h"

/* A whole file in memory, and what to call it in messages. */
struct input {
	const char *name;
	const unsigned char *bytes; /* not NUL-terminated */
	size_t length;
};

struct reader {
	const char *format; /* "heapflame dump or jemalloc heap_v2" */
	bool (*recognises)(const struct input *in);
	/* Adds to p. 0, or -1 after error(); p is then not to be used. */
	int (*read)(struct profile *p, const struct input *in);
};

extern const struct reader reader_heapv2;

/* Reads one file by its content. 0 or -1 after one line on stderr. */
int read_file(struct profile *p, const char *path);

#endif
