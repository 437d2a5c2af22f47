/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of texts: one, grey, for what is not to be told from zero. */
#ifndef COLOR_H
#define COLOR_H

#include <stdbool.h>

#define COLOR_GREY "\x1b[90m"
#define COLOR_END  "\x1b[0m"

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* The words of --color: auto, always, never. 0, or -1 after error(). */
int color_parse(enum color_when *when, const char *word);

/*
 * Is a text that goes to fd coloured? AUTO: if that is a terminal that knows
 * how (TERM is set, and not to dumb), and NO_COLOR is not set. fd -1: a file.
 */
bool color_wanted(enum color_when when, int fd);

#endif
