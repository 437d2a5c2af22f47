/* SPDX-License-Identifier: Apache-2.0 */
/* How often each word of a text occurs. */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

struct words;

/* NULL: no memory. */
struct words *words_new(void);
void words_free(struct words *w); /* w may be NULL */

/* Takes in the words of a text. 0, or -1: no memory. */
int words_add_text(struct words *w, const char *text);

size_t words_count(const struct words *w, const char *word);

#endif
