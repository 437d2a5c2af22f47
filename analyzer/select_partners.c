/* SPDX-License-Identifier: Apache-2.0 */
#include "select_partners.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

/* Are its rows its own, under a name that no other process has? */
static bool
is_known(const struct profile *p, uint32_t process)
{
	const struct process *it = &p->processes[process];

	return it->boot != NONE && it->id != NONE && it->merged == 0 &&
	       it->rows_in == 0 && it->has[INUSE_SPACE] && it->has[PEAK_SPACE];
}

/* A process and the key that it is found by. */
struct named {
	const char *id, *boot;
	uint32_t number;
	bool taken;
};

static struct named
name_of(const struct profile *p, uint32_t process)
{
	const struct process *it = &p->processes[process];

	return (struct named){ strtab_get(&p->strings, it->id),
		strtab_get(&p->strings, it->boot), process, false };
}

static int
compare_named(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	int order = strcmp(a->id, b->id);

	return order != 0 ? order : strcmp(a->boot, b->boot);
}

uint32_t
partners_find(
	uint32_t *to, const struct profile *now, const struct profile *base)
{
	struct named *list =
		xmalloc(((size_t)base->process_count + 1) * sizeof *list);
	uint32_t n = 0, found = 0;

	for (uint32_t i = 0; i < base->process_count; i++)
		if (is_known(base, i))
			list[n++] = name_of(base, i);
	if (n > 0)
		qsort(list, n, sizeof *list, compare_named);
	for (uint32_t i = 0; i < now->process_count; i++) {
		struct named key = name_of(now, i), *it = NULL;

		to[i] = NONE;
		if (n > 0 && is_known(now, i))
			it = bsearch(
				&key, list, n, sizeof *list, compare_named);
		if (!it || it->taken)
			continue;
		it->taken = true;
		to[i] = it->number;
		found++;
	}
	free(list);
	return found;
}
