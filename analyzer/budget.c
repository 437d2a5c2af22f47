/* SPDX-License-Identifier: Apache-2.0 */
/* What a name and a value of a budget mean. budget_file.c has its lines. */
#include "budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "profile.h"
#include "select_match.h"
#include "units.h"

/* Each may fail by chance, and each expression takes memory. */
#define LIMITS_MAX 1000

const char *const limit_names[LIMIT_KINDS] = {
	[LIMIT_PEAK] = "max-peak",
	[LIMIT_LIVE_AT_EXIT] = "max-live-at-exit",
	[LIMIT_ALLOCS] = "max-allocs",
	[LIMIT_GROWTH] = "max-growth",
	[LIMIT_FUNCTION] = "max",
};

/* "2000000", "2M": of counts K, M and G are powers of 1,000. -1: it is none. */
static double
parse_count(const char *text)
{
	static const char letters[] = "KMG";
	double n = 0;
	const char *letter;

	if (*text < '0' || *text > '9')
		return -1;
	while (*text >= '0' && *text <= '9')
		n = 10 * n + (*text++ - '0');
	letter = *text ? strchr(letters, *text) : NULL;
	if (letter != NULL) {
		n *= pow(1000, (double)(letter - letters + 1));
		text++;
	}
	return *text == '\0' && n < 9e15 ? n : -1;
}

/* "10M/h" to bytes a second; -1: it is none. */
static double
parse_rate(const char *text)
{
	static const struct {
		const char *word;
		double seconds;
	} times[] = { { "s", 1 }, { "min", 60 }, { "h", 3600 },
		{ "d", 86400 } };
	const char *slash = strchr(text, '/');
	char *size;
	double bytes;

	if (slash == NULL)
		return -1;
	size = xasprintf("%.*s", (int)(slash - text), text);
	bytes = (double)units_parse_size(size);
	free(size);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (strcmp(slash + 1, times[i].word) == 0)
			return bytes < 0 ? -1 : bytes / times[i].seconds;
	return -1;
}

/* "5%", "0.5%" to 0.05, 0.005; -1: it is none. */
static double
parse_share(const char *text)
{
	char *end;
	double share;

	if (strspn(text, "0123456789.") == 0)
		return -1;
	share = strtod(text, &end);
	return strcmp(end, "%") == 0 && share <= 1000 ? share / 100 : -1;
}

static bool
counts_objects(const struct budget *b)
{
	int metric = b->metric ? metric_parse(b->metric) : -1;

	return metric >= 0 && !metric_is_space((enum metric)metric);
}

/* Where a wrong word stands; "" for an option. Caller frees. */
static char *
place(const struct budget *b, size_t line)
{
	return line > 0 ? xasprintf("'%s': line %zu: ", b->path, line)
			: xstrdup("");
}

static int
wrong(const struct budget *b, size_t line, const char *name, const char *wants,
	const char *value)
{
	char *where = place(b, line);

	error("%s%s%s wants %s, not '%s'", where, line > 0 ? "" : "--", name,
		wants, value);
	free(where);
	return -1;
}

static int
check_pattern(const char *pattern)
{
	const char *const list[] = { pattern, NULL };
	struct match *match = match_new(list, "max");

	match_free(match);
	return match != NULL ? 0 : -1;
}

/* Of the kinds that there is one of, an option wins over the file. */
static struct limit *
find(struct budget *b, enum limit_kind kind, const char *pattern)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->list[i].kind == kind &&
			(pattern == NULL ||
				strcmp(b->list[i].pattern, pattern) == 0))
			return &b->list[i];
	return NULL;
}

static int
add(struct budget *b, enum limit_kind kind, const char *pattern,
	const char *text, size_t line)
{
	struct limit *old = find(b, kind, pattern);
	struct limit l = { .kind = kind, .line = line };
	char *where;

	if (old != NULL && line > 0 && old->line == 0)
		return 0;
	if (old != NULL || b->count == LIMITS_MAX) {
		where = place(b, line);
		if (old != NULL)
			error(pattern ? "%smax '%s' is given twice"
				      : "%s%s is given twice",
				where, pattern ? pattern : limit_names[kind]);
		else
			error("%smore than %d limits", where, LIMITS_MAX);
		free(where);
		return -1;
	}
	l.text = xstrdup(text);
	l.pattern = pattern ? xstrdup(pattern) : NULL;
	GROW(b->list, b->count, b->capacity);
	b->list[b->count++] = l;
	return 0;
}

/* Values are understood when all is known: which metric they are of. */
static int
set_limit(
	struct budget *b, enum limit_kind kind, const char *value, size_t line)
{
	const char *equals = strrchr(value, '=');
	char *pattern;
	int status;

	if (kind != LIMIT_FUNCTION)
		return add(b, kind, NULL, value, line);
	if (equals == NULL || equals == value)
		return wrong(b, line, "max",
			line > 0 ? "a quoted expression" : "'RE=SIZE'", value);
	pattern = xasprintf("%.*s", (int)(equals - value), value);
	status = check_pattern(pattern);
	if (status == 0)
		status = add(b, kind, pattern, equals + 1, line);
	else if (line > 0)
		hint("This is said of '%s', line %zu.", b->path, line);
	free(pattern);
	return status;
}

/* A text that an option and a line of the file may give. */
static int
set_text(char **target, const char *value, size_t line)
{
	if (*target != NULL && line > 0)
		return 0;
	free(*target);
	*target = xstrdup(value);
	return 0;
}

static int
set_tolerance(struct budget *b, const char *value, size_t line)
{
	double share = parse_share(value);

	if (share < 0)
		return wrong(
			b, line, "tolerance", "a percentage, as 5%", value);
	if (b->has_tolerance && line > 0)
		return 0;
	b->tolerance = share;
	b->has_tolerance = true;
	return 0;
}

static int
set_by_function(struct budget *b, const char *value, size_t line)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return wrong(b, line, "by-function", "yes or no", value);
	b->by_function |= strcmp(value, "yes") == 0;
	return 0;
}

int
budget_set(struct budget *b, const char *name, const char *value, size_t line)
{
	char *where;

	for (int i = 0; i < LIMIT_KINDS; i++)
		if (strcmp(name, limit_names[i]) == 0)
			return set_limit(b, (enum limit_kind)i, value, line);
	if (strcmp(name, "metric") == 0)
		return set_text(&b->metric, value, line);
	if (strcmp(name, "baseline") == 0)
		return set_text(&b->baseline, value, line);
	if (strcmp(name, "tolerance") == 0)
		return set_tolerance(b, value, line);
	if (strcmp(name, "by-function") == 0)
		return set_by_function(b, value, line);
	if (strcmp(name, "suppressions") == 0) {
		GROW(b->suppressions, b->suppression_count,
			b->suppression_capacity);
		b->suppressions[b->suppression_count++] = xstrdup(value);
		return 0;
	}
	where = place(b, line);
	error("%s'%s' is nothing that a budget has", where, name);
	free(where);
	return -1;
}

static int
understand(struct budget *b, struct limit *l)
{
	bool counts = l->kind == LIMIT_ALLOCS ||
		      (l->kind == LIMIT_FUNCTION && counts_objects(b));

	l->value = l->kind == LIMIT_GROWTH ? parse_rate(l->text)
		   : counts		   ? parse_count(l->text)
					   : (double)units_parse_size(l->text);
	if (l->value >= 0)
		return 0;
	return wrong(b, l->line, limit_names[l->kind],
		l->kind == LIMIT_GROWTH ? "bytes a time, as 10M/h"
		: counts		? "a number"
					: "a size, as 200M",
		l->text);
}

int
budget_finish(struct budget *b)
{
	if (!b->has_tolerance)
		b->tolerance = BUDGET_TOLERANCE;
	for (size_t i = 0; i < b->count; i++)
		if (understand(b, &b->list[i]) < 0)
			return -1;
	return 0;
}

void
budget_release(struct budget *b)
{
	for (size_t i = 0; i < b->count; i++) {
		free(b->list[i].pattern);
		free(b->list[i].text);
	}
	for (size_t i = 0; i < b->suppression_count; i++)
		free(b->suppressions[i]);
	free(b->list);
	free(b->suppressions);
	free(b->path);
	free(b->metric);
	free(b->baseline);
	*b = (struct budget){ 0 };
}
