/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names by which people know options from pprof and jeprof, which write
 * them with one dash or two: "-inuse_space", "--base=FILE", "-nodecount 30".
 */
#ifndef ARGS_NAMES_H
#define ARGS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* What a command line becomes before getopt sees it. */
struct args_words {
	char **list; /* NULL-terminated; strings of argv or of `made` */
	int count;
	char **made;
	size_t made_count, made_capacity;
};

/*
 * kind: how the command knows an option of that name: < 0 not at all, 0 without
 * a value, 1 with one. Fills words. 0, or -1 after one line: an option of those
 * tools that the command has no counterpart of, and what to use instead.
 */
int args_translate(struct args_words *words, int argc, char *const *argv,
	int (*kind)(const void *context, const char *name),
	const void *context);
void args_words_release(struct args_words *words);

#endif
