/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `check` is asked to hold: limits, and a baseline. From options, and from
 * a budget file, which is lines of text:
 *
 *	# comment; blank lines are nothing
 *	max-peak = 200M
 *	max-live-at-exit = 1M
 *	max-allocs = 2M          # of counts K, M, G are powers of 1,000
 *	max-growth = 10M/h
 *	max 'parse_.*' = 10M
 *	metric = alloc_space
 *	baseline = main.hfb
 *	tolerance = 5%
 *	by-function = yes
 *	suppressions = leaks.txt
 */
#ifndef BUDGET_H
#define BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum limit_kind {
	LIMIT_PEAK,
	LIMIT_LIVE_AT_EXIT,
	LIMIT_ALLOCS,
	LIMIT_GROWTH,
	LIMIT_FUNCTION
};
#define LIMIT_KINDS 5

/* "max-peak", ...; "max" */
extern const char *const limit_names[LIMIT_KINDS];

struct limit {
	enum limit_kind kind;
	char *pattern; /* of LIMIT_FUNCTION: an expression; else NULL */
	char *text; /* the limit as it was written */
	double value; /* bytes, objects, bytes a second; of budget_finish */
	size_t line; /* of the budget file; 0: an option */
};

/* `= {0}` is an empty one; release takes it back to that. */
struct budget {
	struct limit *list;
	size_t count, capacity;
	char *path; /* of the file; NULL: none was read */
	char *metric; /* of LIMIT_FUNCTION and the baseline; NULL: default */
	char *baseline; /* NULL: none */
	double tolerance; /* 0.05 is 5 % */
	bool has_tolerance; /* it was given */
	bool by_function;
	char **suppressions;
	size_t suppression_count, suppression_capacity;
};

/*
 * One thing by its name, as "max-peak" and "200M", or "max" and "RE=10M". line
 * 0: an option, which stands in place of what a file says of the same. 0, or -1
 * after error().
 */
int budget_set(
	struct budget *b, const char *name, const char *value, size_t line);

/*
 * The file's lines; paths in it are seen from its folder. Options are set
 * first. 0, or -1 after error(), which names the line.
 */
int budget_read(struct budget *b, const char *path);
/* The same of an open stream, when b->path is set. */
int budget_read_stream(struct budget *b, FILE *in);

/* When all is set: values are understood, defaults filled in. 0 or -1. */
#define BUDGET_TOLERANCE 0.05
int budget_finish(struct budget *b);

void budget_release(struct budget *b);

#endif
