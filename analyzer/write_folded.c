/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folded stacks for other people's tools, which split a line at `;` and at its
 * last blank; what they know frames by, as "_[k]" of the kernel's, stands
 * behind names where the file is not of a heap. Stacks that differ only in
 * lines or files are one line here, and lines are sorted as `LC_ALL=C sort`
 * would.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "annotation.h"
#include "err.h"
#include "text.h"
#include "write.h"

/* A line as it will be printed, without its value. */
struct line {
	char *text;
	int64_t value;
};

/* What stands behind the name, of files that are not of a heap; 0: nothing. */
static char
annotation(const struct shown *s, const struct function *f)
{
	if (s->metric < FOREIGN)
		return 0;
	if (f->inlined)
		return 'i';
	return f->module == NONE
		       ? 0
		       : annotation_of_module(strtab_get(&s->profile->strings,
				 s->profile->modules[f->module].path));
}

/* Names as they are printed, by function; made when first needed. */
struct names {
	const struct shown *s;
	char **of;
};

static const char *
name_of(struct names *n, uint32_t frame)
{
	uint32_t function = n->s->profile->frames[frame].function;
	char *name = n->of[function], letter;

	if (name)
		return name;
	name = text_harmless(shown_name(n->s, frame));
	for (char *c = name; *c; c++)
		if (*c == ';')
			*c = ':';
	letter = annotation(n->s, &n->s->profile->functions[function]);
	if (letter) {
		char *longer = xasprintf("%s_[%c]", name, letter);

		free(name);
		name = longer;
	}
	n->of[function] = name;
	return name;
}

static void
release_names(struct names *n)
{
	for (uint32_t i = 0; i < n->s->profile->function_count; i++)
		free(n->of[i]);
	free(n->of);
}

static char *
line_text(struct names *n, const struct shown_stack *stack)
{
	const uint32_t *frames = n->s->frames + stack->first;
	size_t size = 1;
	char *text, *out;

	for (uint32_t i = 0; i < stack->depth; i++)
		size += strlen(name_of(n, frames[i])) + 1;
	text = out = xmalloc(size);
	for (uint32_t i = 0; i < stack->depth; i++) {
		if (i > 0)
			*out++ = ';';
		out = stpcpy(out, name_of(n, frames[i]));
	}
	*out = '\0';
	return text;
}

/* Compares what is printed: a blank follows each text. */
static int
compare(const void *x, const void *y)
{
	const char *a = ((const struct line *)x)->text;
	const char *b = ((const struct line *)y)->text;
	unsigned char ca, cb;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return 0;
	ca = *a ? (unsigned char)*a : ' ';
	cb = *b ? (unsigned char)*b : ' ';
	if (ca != cb)
		return ca < cb ? -1 : 1;
	return *a ? 1 : -1;
}

static uint32_t
merge_equal(struct line *lines, uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (n > 0 && strcmp(lines[n - 1].text, lines[i].text) == 0) {
			lines[n - 1].value += lines[i].value;
			free(lines[i].text);
		} else {
			lines[n++] = lines[i];
		}
	}
	return n;
}

int
write_folded(FILE *out, const struct shown *s)
{
	struct line *lines = xcalloc(s->stack_count, sizeof *lines);
	struct names names = {
		.s = s,
		.of = xcalloc(s->profile->function_count, sizeof(char *)),
	};
	uint32_t n;

	for (uint32_t i = 0; i < s->stack_count; i++)
		lines[i] = (struct line){
			.text = line_text(&names, &s->stacks[i]),
			.value = s->stacks[i].value,
		};
	if (s->stack_count > 0)
		qsort(lines, s->stack_count, sizeof *lines, compare);
	n = merge_equal(lines, s->stack_count);
	for (uint32_t i = 0; i < n; i++) {
		fprintf(out, "%s %" PRId64 "\n", lines[i].text, lines[i].value);
		free(lines[i].text);
	}
	free(lines);
	release_names(&names);
	return ferror(out) ? -1 : 0;
}
