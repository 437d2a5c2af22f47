/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the time that is shown: one phase, or those from a mark up to
 * another. Processes that have none of them have no part in it.
 */
#ifndef SELECT_SPAN_H
#define SELECT_SPAN_H

#include "select.h"

struct span {
	bool *phases; /* by phase: does it count? NULL: all of the time does */
	bool *before; /* by process: does what has no phase count, which came
			 before the first mark? */
	/*
	 * Each process has one phase that counts: what lived when it ended and
	 * its own maximum are known. Else live is what lives now, and peak what
	 * had its part in the peak of the process.
	 */
	bool at_end;
	uint32_t most; /* phases that count, in one process */
};

/* 0, or -1 after error(): there is no such phase or mark. */
int span_find(
	struct span *out, const struct profile *p, const struct selection *s);
void span_release(struct span *s);

/* Do the row's figures count? */
bool span_holds(const struct span *s, const struct row *r);

/* " of phase 'load' at its end", appended to a title; "" for all the time. */
void span_title(const struct span *span, const struct selection *s,
	enum metric m, char *title, size_t size);

#endif
