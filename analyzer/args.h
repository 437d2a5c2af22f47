/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of the commands that show a profile. What they have in
 * common is parsed here, what is a command's own comes from a table of it:
 *
 *	struct args a = { .accept = ARGS_METRIC | ARGS_OUTPUT };
 *	const struct args_own own[] = {
 *		{ .name = "cum", .kind = ARGS_FLAG, .target = &by_cum },
 *		{ 0 },
 *	};
 *	if (args_parse(&a, own, argc, argv) < 0)
 *		return EXIT_USAGE;
 *	profile_init(&p);
 *	if (args_load(&a, &p) == 0)
 *		...
 *	profile_release(&p);
 *	args_release(&a);
 */
#ifndef ARGS_H
#define ARGS_H

#include <stdbool.h>

#include "select.h"

/* The common options; --all is accepted always. */
enum {
	ARGS_METRIC = 1, /* --metric M */
	ARGS_OUTPUT = 2, /* -o FILE, --output FILE */
	ARGS_BYTES = 4, /* --bytes: exact figures */
	ARGS_WRAPPERS = 8, /* --no-wrappers, --wrapper RE (may repeat) */
	ARGS_BY = 16, /* --by process,thread,label,phase */
	ARGS_TOP = 32, /* --top N */
	ARGS_JSON = 64, /* --json */
	ARGS_PHASE = 128 /* --phase NAME */
};

struct args {
	unsigned accept; /* ARGS_*; set by the caller before args_parse */

	char *const *files; /* borrowed from argv, which getopt has permuted */
	int file_count;
	bool all;
	struct selection selection; /* metric -1 unless one was named */
	const char *output; /* NULL: not given; borrowed */
	bool exact;
	bool json;
	int top; /* -1: not given; 0: all */
};

enum args_kind {
	ARGS_FLAG, /* bool *: set to true */
	ARGS_TEXT, /* const char **: borrowed from argv */
	ARGS_COUNT, /* int *: 0 to INT_MAX */
	ARGS_REAL, /* double *: 0 and more, finite */
	ARGS_OPTIONAL_COUNT /* int *: as COUNT; with no value left alone at what
			       `if_bare` says */
};

/* An option of the command's own. The table ends with name NULL. */
struct args_own {
	const char *name; /* without the dashes */
	char letter; /* its short form, or 0 */
	enum args_kind kind;
	void *target;
	int if_bare; /* ARGS_OPTIONAL_COUNT: the value when none is given */
};

/*
 * Fills a. 0, or -1 after one line that says what is wrong and one that names
 * the command's --help; the caller then returns EXIT_USAGE. own may be NULL.
 * argv[0] is the command's name.
 */
int args_parse(
	struct args *a, const struct args_own *own, int argc, char **argv);
void args_release(struct args *a);

/* The named files, or the newest run, symbolized. 0, or -1 after error(). */
int args_load(const struct args *a, struct profile *p);

#endif
