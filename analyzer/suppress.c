/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* getline, memmem */
#include "suppress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

#define TYPE "leak:"

/* Between two `*`: where the piece ends, in the pattern. */
static const char *
piece_end(const char *piece)
{
	return piece + strcspn(piece, "*");
}

/*
 * Each piece where it is found first: what a later place could match, the first
 * leaves room for. Only the last piece of a pattern that ends in `$` must be
 * where the text ends.
 */
bool
suppression_matches(const char *pattern, const char *text)
{
	size_t length = strlen(pattern), rest = strlen(text);
	bool at_start = *pattern == '^';
	bool at_end = length > 0 && pattern[length - 1] == '$';
	const char *end = pattern + length - at_end;

	pattern += at_start;
	for (; pattern < end; at_start = false) {
		const char *stop = piece_end(pattern), *found;
		size_t n;

		stop = stop > end ? end : stop;
		n = (size_t)(stop - pattern);
		if (at_end && stop == end)
			return n <= rest && (!at_start || n == rest) &&
			       memcmp(text + rest - n, pattern, n) == 0;
		found = n == 0 ? text : memmem(text, rest, pattern, n);
		if (found == NULL || (at_start && found != text))
			return false;
		rest -= (size_t)(found - text) + n;
		text = found + n;
		pattern = stop + (stop < end);
	}
	return true;
}

/* 0, or -1 after error(). */
static int
add_line(struct suppressions *s, const char *path, size_t number, char *line)
{
	line = text_trim(line);
	if (*line == '\0' || *line == '#')
		return 0;
	if (strncmp(line, TYPE, strlen(TYPE)) != 0)
		return error("'%s': line %zu: '%s' is no suppression; they "
			     "begin with " TYPE,
			path, number, line);
	line += strlen(TYPE);
	if (strspn(line, "^*$") == strlen(line))
		return error("'%s': line %zu: the pattern matches everything",
			path, number);
	GROW(s->list, s->count, s->capacity);
	s->list[s->count++] = (struct suppression){ .pattern = xstrdup(line) };
	return 0;
}

int
suppressions_read(struct suppressions *s, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0, number = 0;
	int status = 0;

	if (f == NULL)
		return error("cannot open '%s': %s", path, strerror(errno));
	errno = 0;
	while (status == 0 && getline(&line, &size, f) >= 0)
		status = add_line(s, path, ++number, line);
	if (status == 0 && ferror(f))
		status = error("cannot read '%s': %s", path, strerror(errno));
	free(line);
	fclose(f);
	return status;
}

void
suppressions_release(struct suppressions *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->list[i].pattern);
	free(s->list);
	*s = (struct suppressions){ 0 };
}

/* Which of them match a function, its file or its module; a list a function. */
struct verdicts {
	const struct suppressions *s;
	const struct profile *p;
	/* The first that matches the function, + 1; 0: not yet looked. */
	size_t *first;
};

#define NOBODY SIZE_MAX

static bool
matches_function(const struct verdicts *v, size_t i, const struct function *f)
{
	const char *pattern = v->s->list[i].pattern;
	const struct strtab *t = &v->p->strings;

	return suppression_matches(pattern, strtab_get(t, f->name)) ||
	       (f->file != NONE &&
		       suppression_matches(pattern, strtab_get(t, f->file))) ||
	       (f->module != NONE &&
		       suppression_matches(pattern,
			       strtab_get(t, v->p->modules[f->module].path)));
}

/* The first suppression of the function, or NOBODY. */
static size_t
first_of(const struct verdicts *v, uint32_t function)
{
	size_t *first = &v->first[function];

	if (*first == 0) {
		*first = NOBODY;
		for (size_t i = 0; i < v->s->count && *first == NOBODY; i++)
			if (matches_function(v, i, &v->p->functions[function]))
				*first = i + 1;
	}
	return *first == NOBODY ? NOBODY : *first - 1;
}

static size_t
first_of_stack(const struct verdicts *v, const struct shown *shown,
	const struct shown_stack *stack)
{
	size_t first = NOBODY;

	/* What --by has put at the root is no frame of the program's. */
	for (uint32_t i = stack->roots; i < stack->depth; i++) {
		uint32_t frame = shown->frames[stack->first + i];
		size_t one = first_of(v, v->p->frames[frame].function);

		first = one < first ? one : first;
	}
	return first;
}

static void
take_out(struct shown *shown, const struct shown_stack *stack)
{
	shown->total -= stack->value;
	shown->hundred -= stack->value < 0 ? -stack->value : stack->value;
	shown->var -= stack->var;
	shown->samples -= stack->samples;
	if (shown->var < 0) /* what is left of a sum of doubles */
		shown->var = 0;
}

void
suppressions_hide(struct suppressions *s, struct shown *shown)
{
	const struct profile *p = shown->profile;
	struct verdicts v = { s, p,
		xcalloc(p->function_count + 1, sizeof *v.first) };
	uint32_t kept = 0;

	for (uint32_t i = 0; i < shown->stack_count; i++) {
		struct shown_stack stack = shown->stacks[i];
		size_t by = first_of_stack(&v, shown, &stack);

		if (by == NOBODY) {
			shown->stacks[kept++] = stack;
			continue;
		}
		s->list[by].bytes += stack.bytes;
		s->list[by].objects += stack.objects;
		take_out(shown, &stack);
	}
	shown->stack_count = kept;
	free(v.first);
}

int64_t
suppressions_objects(const struct suppressions *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->count; i++)
		sum += s->list[i].objects;
	return sum;
}
