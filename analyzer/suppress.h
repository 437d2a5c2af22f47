/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suppression files in LeakSanitizer's form: lines `leak:PATTERN`, blank lines,
 * and comments that begin with `#`. A leak is suppressed if the pattern matches
 * the path of the module, the name of the function or the source file of any of
 * its frames. A pattern is looked for anywhere in them; `*` stands for any
 * characters, `^` in front for the begin, `$` at the end for the end.
 */
#ifndef SUPPRESS_H
#define SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "select.h"

struct suppression {
	char *pattern;
	int64_t bytes, objects; /* that it has hidden */
};

/* `= {0}` is an empty list; release takes it back to that. */
struct suppressions {
	struct suppression *list;
	size_t count, capacity;
};

/*
 * Adds those of a file behind those that are there. 0, or -1 after error(),
 * which names the line: a type other than leak, an empty pattern.
 */
int suppressions_read(struct suppressions *s, const char *path);
void suppressions_release(struct suppressions *s);

/*
 * Takes the stacks that one of them matches out of `shown`, and out of its
 * totals, and counts them on the first that does.
 */
void suppressions_hide(struct suppressions *s, struct shown *shown);

/* Does the pattern match the text? Takes time linear in the text's length. */
bool suppression_matches(const char *pattern, const char *text);

/* How much all of them have hidden. */
int64_t suppressions_objects(const struct suppressions *s);

#endif
