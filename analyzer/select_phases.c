/* SPDX-License-Identifier: Apache-2.0 */
#include "select_phases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

#define NAMED_MAX     8 /* phases that an error names */
#define NAMED_COLUMNS 40

struct place {
	struct phase_key key;
	uint32_t process, index;
};

static int
compare(uint32_t x, uint32_t y)
{
	return x < y ? -1 : x > y;
}

static int
compare_in_process(const void *x, const void *y)
{
	const struct place *a = x, *b = y;
	int order = compare(a->process, b->process);

	if (order == 0)
		order = compare(a->key.name, b->key.name);
	return order != 0 ? order : compare(a->index, b->index);
}

static int
compare_keys(const void *x, const void *y)
{
	const struct place *a = x, *b = y;
	int order = compare(a->key.name, b->key.name);

	if (order == 0)
		order = compare(a->key.nth, b->key.nth);
	return order != 0 ? order : compare(a->index, b->index);
}

static bool
equal_keys(struct phase_key a, struct phase_key b)
{
	return a.name == b.name && a.nth == b.nth;
}

static struct place *
count_names(const struct profile *p)
{
	struct place *places = xcalloc(p->phase_count + 1, sizeof *places);

	for (uint32_t i = 0; i < p->phase_count; i++)
		places[i] = (struct place){ .key.name = p->phases[i].name,
			.process = NONE,
			.index = i };
	for (uint32_t i = 0; i < p->process_count; i++)
		for (uint32_t k = 0; k < p->processes[i].phases; k++)
			places[p->processes[i].first_phase + k].process = i;
	qsort(places, p->phase_count, sizeof *places, compare_in_process);
	for (uint32_t i = 0; i < p->phase_count; i++) {
		const struct place *before = &places[i > 0 ? i - 1 : 0];
		bool again = i > 0 && before->process == places[i].process &&
			     before->key.name == places[i].key.name;

		places[i].key.nth = again ? before->key.nth + 1 : 1;
	}
	return places;
}

void
phases_find(struct phase_list *list, const struct profile *p)
{
	uint32_t n = p->phase_count;
	struct place *places = count_names(p);
	uint32_t *first = xcalloc(n + 1, sizeof *first); /* of its key */

	*list = (struct phase_list){ 0 };
	list->key_of = xcalloc(n + 1, sizeof *list->key_of);
	list->keys = xcalloc(n + 1, sizeof *list->keys);
	qsort(places, n, sizeof *places, compare_keys);
	for (uint32_t i = 0, begin = 0; i < n; i++) {
		if (!equal_keys(places[begin].key, places[i].key))
			begin = i;
		first[places[i].index] = places[begin].index;
		list->keys[places[i].index] = places[i].key;
	}
	/* A phase is never behind the first one of its key. */
	for (uint32_t i = 0; i < n; i++) {
		if (first[i] < i) {
			list->key_of[i] = list->key_of[first[i]];
			continue;
		}
		list->key_of[i] = list->count;
		list->keys[list->count++] = list->keys[i];
	}
	free(first);
	free(places);
}

void
phases_release(struct phase_list *list)
{
	free(list->keys);
	free(list->key_of);
	*list = (struct phase_list){ 0 };
}

static void
complain(const struct profile *p, const struct phase_list *list,
	const char *name)
{
	char *wanted = text_visible(name), *names = xstrdup("");
	uint32_t shown = 0;

	for (uint32_t i = 0; i < list->count && shown < NAMED_MAX; i++) {
		char *one, *longer;

		if (list->keys[i].nth > 1)
			continue;
		one = text_visible(strtab_get(&p->strings, list->keys[i].name));
		longer = xasprintf("%s%s'%s'", names, shown++ ? ", " : "",
			text_shorten(one, NAMED_COLUMNS, false));
		free(one);
		free(names);
		names = longer;
	}
	if (list->count == 0)
		error("no phase was marked in these files");
	else
		error("no phase is called '%s'; there are %s%s", wanted, names,
			shown == NAMED_MAX ? ", ..." : "");
	free(wanted);
	free(names);
}

bool *
phases_wanted(const struct profile *p, const char *name, uint32_t nth)
{
	bool *wanted = xcalloc(p->phase_count + 1, sizeof *wanted), any = false;
	struct phase_list list;

	phases_find(&list, p);
	for (uint32_t i = 0; i < p->phase_count; i++) {
		struct phase_key key = list.keys[list.key_of[i]];

		wanted[i] =
			strcmp(strtab_get(&p->strings, key.name), name) == 0 &&
			(nth == 0 || key.nth == nth);
		any |= wanted[i];
	}
	if (!any) {
		complain(p, &list, name);
		free(wanted);
		wanted = NULL;
	}
	phases_release(&list);
	return wanted;
}
