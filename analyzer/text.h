/* SPDX-License-Identifier: Apache-2.0 */
/* Names that strangers chose, made fit for a terminal and for JSON. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A copy in which control characters, marks that turn the direction of writing
 * and bytes that are no UTF-8 stand as \x1b escapes. Caller frees.
 */
char *text_visible(const char *s);

/*
 * A copy of as many characters, in UTF-8: what would act is `?`, a byte that is
 * no UTF-8 is U+FFFD. Caller frees.
 */
char *text_harmless(const char *s);

/* How many columns a visible text takes, at one a character. */
size_t text_columns(const char *s);

/*
 * Takes out the middle of a visible text, so that it fits into so many columns
 * with an ellipsis in its place; its end is kept longer than its start when
 * `tail`, as paths want it. In place; returns s.
 */
char *text_shorten(char *s, size_t columns, bool tail);

/* What is left of a line without the blanks at both ends; cut off in place. */
char *text_trim(char *line);

/*
 * Percent-encoded, so that it is one word of one line and no "-", which stands
 * for none. scan_decode() takes it back.
 */
void text_word(FILE *out, const char *s);

/* In quotes and escaped; what is no UTF-8 becomes U+FFFD. */
void text_json(FILE *out, const char *s);

#endif
