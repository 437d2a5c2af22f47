/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sorting of functions for everything that is shown. Its numbers are
 * compared in place of strings from then on.
 */
#define _GNU_SOURCE /* qsort_r */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "multikey.h"
#include "select.h"

struct names {
	const struct profile *p;
	size_t *lengths; /* by function */
};

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

/* 8 bytes of the name, so that numbers compare as the bytes do. */
static uint64_t
name_word(const void *context, uint32_t function, uint32_t depth)
{
	const struct names *n = context;
	size_t at = (size_t)depth * 8, length = n->lengths[function];
	const struct strtab *t = &n->p->strings;
	const char *name = strtab_get(t, n->p->functions[function].name);
	uint64_t word = 0;

	if (at >= length)
		return 0;
	memcpy(&word, name + at, length - at < 8 ? length - at : 8);
	return htobe64(word);
}

static void
sort_ties(const void *context, uint32_t *functions, size_t count)
{
	const struct names *n = context;

	qsort_r(functions, count, sizeof *functions, compare, (void *)n->p);
}

static void
sort_functions(const struct profile *p, uint32_t *order, uint32_t count)
{
	struct names n = { p, xmalloc((count + 1) * sizeof *n.lengths) };
	const struct multikey by_name = {
		.word = name_word, .ties = sort_ties, .context = &n
	};

	for (uint32_t i = 0; i < count; i++) {
		order[i] = i;
		n.lengths[i] =
			strlen(strtab_get(&p->strings, p->functions[i].name));
	}
	multikey_sort(&by_name, order, count);
	free(n.lengths);
}

uint32_t *
select_places(const struct profile *p)
{
	uint32_t n = p->function_count, place = 0;
	uint32_t *order = xmalloc(n * sizeof *order);
	uint32_t *places = xmalloc(n * sizeof *places);

	sort_functions(p, order, n);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && compare_functions(p, order[i - 1], order[i]) != 0)
			place++;
		places[order[i]] = place;
	}
	free(order);
	return places;
}
