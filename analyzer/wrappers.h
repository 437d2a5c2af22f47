/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation wrappers: functions that allocate on somebody else's behalf, so
 * that their caller is the one to charge. The list is wrappers.txt, embedded by
 * the build: a POSIX extended regular expression a line, matched against the
 * whole demangled name without its parameter list; `#` starts a comment.
 */
#ifndef WRAPPERS_H
#define WRAPPERS_H

#include <stdbool.h>

struct wrappers;

/* extra: further expressions, NULL-terminated, or NULL. NULL after error(). */
struct wrappers *wrappers_new(const char *const *extra);
void wrappers_free(struct wrappers *w);
bool wrappers_match(const struct wrappers *w, const char *function_name);

#endif
