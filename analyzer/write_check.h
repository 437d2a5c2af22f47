/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` has found, in four shapes. */
#ifndef WRITE_CHECK_H
#define WRITE_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "finding.h"

/*
 * Text: two lines a limit that does not hold, with the stack that did it and
 * what to do; with `all` one that holds, too; and a summary. Nothing in it can
 * act on a terminal or, as a command, on a CI server.
 */
void write_check(FILE *out, const struct findings *f, bool all, bool exact);

/* heapflame-check/1 */
void write_check_json(FILE *out, const struct findings *f);

/* A test case a limit: failed, or an error where it can't be decided. */
void write_check_junit(FILE *out, const struct findings *f);

/*
 * GitHub's workflow commands: an annotation for each that does not hold, at the
 * innermost line of the stack that lies below `root`, the working copy; else at
 * the line of the budget.
 */
void write_check_github(FILE *out, const struct findings *f, const char *root);

/* Parts of them; caller frees. */
char *check_name(const struct finding *f); /* "max 'parse_.*'" */
char *check_message(const struct finding *f, bool exact); /* one line */
char *check_advice(const struct findings *all, const struct finding *f);

/* Of a value of a workflow command, and of one of its properties. */
void github_put(FILE *out, const char *text, bool property);

#endif
