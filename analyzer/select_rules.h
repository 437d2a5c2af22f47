/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --focus, --ignore, --hide, --show and --show-from on the frames of a stack,
 * in that order: focus and ignore look at the whole stack, what is hidden
 * included. A frame matches by its function's name, its source file or the path
 * of its module; whether it does is found out once a function.
 */
#ifndef SELECT_RULES_H
#define SELECT_RULES_H

#include "select.h"

struct match;

struct rules {
	const struct profile *p; /* borrowed; functions may be added to it */
	bool any; /* false: nothing is asked for */
	struct match *match[SELECT_RULES]; /* NULL: not asked for */
	unsigned char *known; /* by function: the rules that it matches, as
				 bits, and one that says that this was found */
	uint32_t capacity;
};

/* 0, or -1 after error(): a bad expression. */
int rules_init(
	struct rules *r, const struct profile *p, const struct selection *s);
void rules_release(struct rules *r); /* of one with zeros, too */

/*
 * Takes out of the frames, root first, those that are not to be seen. False:
 * the stack is dropped as a whole.
 */
bool rules_apply(struct rules *r, uint32_t *frames, uint32_t *depth);

#endif
