/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sorting of functions for everything that is shown. Its numbers are
 * compared in place of strings from then on.
 */
#define _GNU_SOURCE /* qsort_r */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select.h"

/* Of two strings that may be none; none comes first. */
static int
compare_strings(const struct profile *p, uint32_t x, uint32_t y)
{
	if (x == y)
		return 0;
	if (x == NONE || y == NONE)
		return x == NONE ? -1 : 1;
	return strcmp(strtab_get(&p->strings, x), strtab_get(&p->strings, y));
}

static uint32_t
module_path(const struct profile *p, uint32_t module)
{
	return module == NONE ? NONE : p->modules[module].path;
}

static int
compare_functions(const struct profile *p, uint32_t x, uint32_t y)
{
	const struct function *a = &p->functions[x], *b = &p->functions[y];
	int order = compare_strings(p, a->name, b->name);

	if (order == 0)
		order = compare_strings(p, a->file, b->file);
	if (order == 0)
		order = compare_strings(p, module_path(p, a->module),
			module_path(p, b->module));
	return order;
}

static int
compare(const void *x, const void *y, void *p)
{
	return compare_functions(p, *(const uint32_t *)x, *(const uint32_t *)y);
}

uint32_t *
select_places(const struct profile *p)
{
	uint32_t n = p->function_count, place = 0;
	uint32_t *order = xmalloc(n * sizeof *order);
	uint32_t *places = xmalloc(n * sizeof *places);

	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	qsort_r(order, n, sizeof *order, compare, (void *)p);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && compare_functions(p, order[i - 1], order[i]) != 0)
			place++;
		places[order[i]] = place;
	}
	free(order);
	return places;
}
