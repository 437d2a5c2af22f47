/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written becomes gzip on its way into a stream. Equal bytes become
 * equal bytes: there is no time and no name in its header.
 */
#ifndef WRITE_GZIP_H
#define WRITE_GZIP_H

#include <stddef.h>
#include <stdio.h>

struct gzip;

struct gzip *gzip_begin(FILE *out);
void gzip_write(struct gzip *g, const void *bytes, size_t length);

/* The rest, and an end to it. A write that failed is told by ferror(out). */
void gzip_end(struct gzip *g);

#endif
