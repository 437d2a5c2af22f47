/* SPDX-License-Identifier: Apache-2.0 */
/* What is left at the end, without what nobody wants to hear of. */
#ifndef LEAKS_H
#define LEAKS_H

#include "select.h"
#include "write.h"

/*
 * Fills `shown` with what lives, and takes out of it what v says: known
 * one-time allocations (unless `show_known`), what v->suppressed matches, what
 * is below v->min_bytes. v then tells how much each was, and how old what is
 * left is. 0, or -1 after error(); shown is to be released if 0, and v in any
 * case.
 */
int leaks_find(struct shown *shown, struct profile *p,
	const struct selection *s, struct leaks_view *v, bool show_known);

void leaks_view_release(struct leaks_view *v);

#endif
