/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a name match one of several regular expressions? They are POSIX extended
 * ones, looked for anywhere in the name. Names may be anybody's: time is linear
 * in their length, memory bounded. For that an expression has limits, too: no
 * back-references, and no more than some hundred characters once repetitions
 * are written out.
 */
#ifndef SELECT_MATCH_H
#define SELECT_MATCH_H

#include <stdbool.h>

struct match;

/* expressions: NULL-terminated, one at least. option: for the error, as
 * "focus". NULL after error(). */
struct match *match_new(const char *const *expressions, const char *option);
void match_free(struct match *m); /* m may be NULL */

/* Of a name longer than 8 KiB only the first 8 KiB are looked at. */
bool match_any(struct match *m, const char *name);

#endif
