/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work in two steps, the first of which runs ahead in a thread of its own: it
 * fills a few items in turn, the second takes them in the same order, so that
 * what comes out does not depend on who was faster. With one processor, or
 * where no thread is to be had, both take turns in the caller's.
 *
 *	struct ahead *a = ahead_new(fill, context, items, sizeof *items, n);
 *
 *	while ((item = ahead_next(a)))
 *		...
 *	ahead_free(a);
 */
#ifndef AHEAD_H
#define AHEAD_H

#include <stdbool.h>
#include <stddef.h>

struct ahead;

/*
 * `fill` puts the next into an item that the second step is done with; false:
 * this was the last one. It shares nothing with the second step but the items,
 * which stay the caller's.
 */
struct ahead *ahead_new(bool (*fill)(void *context, void *item), void *context,
	void *items, size_t size, size_t count);

/* The next item; the one before is given back. NULL after the last one. */
void *ahead_next(struct ahead *a);

/* Only after the last one. */
void ahead_free(struct ahead *a);

#endif
