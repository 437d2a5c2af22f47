/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal: the only user of ncurses. One screen at a time. */
#ifndef TOP_SCREEN_H
#define TOP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "top_view.h"

/* What is no character. */
enum {
	TOP_KEY_NONE = -1, /* none within the time */
	TOP_KEY_GONE = -2, /* the terminal has hung up */
	TOP_KEY_UP = 0x110000, /* beyond Unicode */
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_ERASE,
	TOP_KEY_RESIZED
};

/*
 * Takes the terminal over; -1 after error() if it is none that can be drawn
 * on. What is said on stderr meanwhile is caught, and said again afterwards.
 */
int top_screen_open(void);
void top_screen_close(void);

/* The last line caught since it was asked for; false: none. */
bool top_screen_said(char *line, size_t size);

void top_screen_size(int *columns, int *rows);
bool top_screen_utf8(void);

/* A struct top_view's `put`; show brings all of them to the terminal. */
void top_screen_put(
	void *unused, int y, enum top_style style, const char *text);
void top_screen_show(void);

/* A character or TOP_KEY_*; waits so long for one. */
int top_screen_key(int milliseconds);

#endif
