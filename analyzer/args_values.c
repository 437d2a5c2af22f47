/* SPDX-License-Identifier: Apache-2.0 */
#include "args_values.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

static void
append(const char ***list, const char *value)
{
	size_t n = 0;

	while (*list && (*list)[n])
		n++;
	*list = xrealloc(*list, (n + 2) * sizeof **list);
	(*list)[n] = value;
	(*list)[n + 1] = NULL;
}

static int
set_count(const struct args_own *o, const char *value)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(value, &end, 10);
	if (end == value || *end || errno || n < 0 || n > INT_MAX)
		return error(
			"--%s wants a whole number, not '%s'", o->name, value);
	*(int *)o->target = (int)n;
	return 0;
}

static int
set_real(const struct args_own *o, const char *value)
{
	char *end;
	double x;

	x = strtod(value, &end);
	if (end == value || *end || !isfinite(x) || x < 0)
		return error("--%s wants a number, not '%s'", o->name, value);
	*(double *)o->target = x;
	return 0;
}

/* Where --to is a command's own, the second one is the mark. */
static void
set_text(struct args *a, const struct args_own *o, const char *value)
{
	const char **target = o->target;

	if (*target && (a->accept & ARGS_PHASE) && strcmp(o->name, "to") == 0)
		target = &a->selection.to;
	*target = value;
}

int
args_set(struct args *a, const struct args_own *o, const char *value)
{
	switch (o->kind) {
	case ARGS_FLAG:
		*(bool *)o->target = true;
		return 0;
	case ARGS_TEXT:
		set_text(a, o, value);
		return 0;
	case ARGS_LIST:
		append(o->target, value);
		return 0;
	case ARGS_REAL:
		return set_real(o, value);
	case ARGS_OPTIONAL_COUNT:
		if (!value) {
			*(int *)o->target = o->if_bare;
			return 0;
		}
		return set_count(o, value);
	case ARGS_COUNT:
		break;
	}
	return set_count(o, value);
}

int
args_set_by(struct selection *s, const char *words)
{
	const char *const *names = select_by_names;

	for (const char *at = words;; at++) {
		size_t n = strcspn(at, ",");
		int by = 0;

		while (by < SELECT_BYS &&
			(strlen(names[by]) != n || memcmp(names[by], at, n)))
			by++;
		if (by == SELECT_BYS)
			return error("--by knows process, thread, label, phase "
				     "and module, not '%.*s'",
				(int)n, at);
		if (select_is_by(s, (enum select_by)by))
			return error(
				"--by '%s' names %s twice", words, names[by]);
		s->by[s->bys++] = (enum select_by)by;
		at += n;
		if (!*at)
			return 0;
	}
}
