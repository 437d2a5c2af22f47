/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writers, one a format, and where their output goes.
 *
 * Output is byte-identical for the same input. Names are escaped by each
 * writer: a symbol can't inject markup into SVG, or escape codes into a
 * terminal.
 */
#ifndef WRITE_H
#define WRITE_H

#include <stdio.h>

#include "select.h"
#include "tree.h"

/*
 * Where output goes. path "-": stdout. Else a temporary file beside `path`,
 * renamed over it by output_commit; output_abandon removes it. A path that is
 * not a regular file (/dev/full, a pipe) is written directly.
 * `stream` is NULL after an error, which has been said.
 */
struct output {
	FILE *stream;
	char *path, *temporary;
};
int output_open(struct output *o, const char *path);
int output_commit(struct output *o); /* 0, or -1 after error() */
void output_abandon(struct output *o);

struct svg_options {
	const char *title;    /* NULL: "Heap flame graph" */
	const char *subtitle; /* NULL: metric, total, program */
	int width;	      /* pixels; 0: 1200 */
	double min_width;     /* pixels; frames below are pooled; 0: 0.5 */
};
int write_svg(FILE *out, const struct tree *t, const struct svg_options *o);

/* root;...;leaf value, sorted bytewise. */
int write_folded(FILE *out, const struct shown *s);

/* jemalloc heap_v2, for jeprof: only what that format can hold. */
int write_heapv2(FILE *out, const struct profile *p);

#endif
