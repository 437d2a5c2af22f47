/* SPDX-License-Identifier: Apache-2.0 */
/* What a series of dumps says of leaks. */
#ifndef LEAKS_SERIES_H
#define LEAKS_SERIES_H

#include "growth.h"
#include "select.h"
#include "write.h"

/*
 * Where the files hold four dumps or more of a process, and not very many: what
 * grows linearly in them accumulates, and what reached a plateau, or comes and
 * goes, does not, whatever the ages say. `s` is what leaks_find() found.
 * Nothing is said of what can't be read: it has been.
 */
void leaks_follow(struct leaks_view *v, const struct shown *s,
	const struct selection *selection, char *const *files, int count,
	bool all);

/* The same of what was found in the files already. */
void leaks_follow_growth(struct leaks_view *v, const struct shown *s,
	const struct selection *selection, const struct growth *g);

#endif
