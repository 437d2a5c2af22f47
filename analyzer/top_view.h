/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `heapflame top` shows, as lines of text, whatever they go to: figures
 * and names, sorted and filtered, as many as there is room for.
 */
#ifndef TOP_VIEW_H
#define TOP_VIEW_H

#include "top_figures.h"

#define TOP_FILTER_MAX 64

enum top_style { TOP_PLAIN, TOP_BOLD, TOP_TITLES, TOP_CURSOR, TOP_DIM };

struct top_view {
	enum top_metric by;
	bool reverse; /* smallest first */
	char filter[TOP_FILTER_MAX]; /* part of a name; case is ignored */
	bool typing; /* the filter is being typed */
	bool frozen, utf8;
	bool help; /* keys instead of sites */
	char message[200]; /* in the last line, instead of the keys */
	uint32_t cursor; /* which of the sites that are shown */
	uint32_t scroll; /* lines that are above */
	int columns, rows; /* of the screen; 0: no end */

	/* Set by top_view_arrange: the sites shown, in order. */
	const struct top_site **order;
	uint32_t count;
};

/* Sorts and filters; after each update of t and each change of by, filter. */
void top_view_arrange(struct top_view *v, const struct top *t);
void top_view_release(struct top_view *v);

/* Moves the cursor by so many sites, and what is above along. */
void top_view_move(struct top_view *v, const struct top *t, long by);

/*
 * Hands over each line, from the top. `sites`: so many at the most, 0: as many
 * as there is room for.
 */
void top_view_draw(struct top_view *v, const struct top *t, uint32_t sites,
	void (*put)(void *to, int y, enum top_style style, const char *text),
	void *to);

#endif
