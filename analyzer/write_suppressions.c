/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suppressions for the leaks there are, to be read and kept by a human: one a
 * function, with what it hides in a comment.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"
#include "write.h"

/* What a leak is to be known by: a function, else a module. */
struct mark {
	const char *text;
	bool function;
	int64_t bytes, objects;
};

/* The frame that is charged, or the nearest towards the root with a name. */
static struct mark
mark_of(const struct shown *s, const struct shown_stack *leak)
{
	const struct profile *p = s->profile;
	uint32_t module = NONE;

	for (uint32_t i = leak->charge; i-- > leak->roots;) {
		const struct function *f =
			&p->functions[p->frames[s->frames[leak->first + i]]
					      .function];

		if (f->named)
			return (struct mark){ strtab_get(&p->strings, f->name),
				true, leak->bytes, leak->objects };
		if (module == NONE)
			module = f->module;
	}
	return (struct mark){ module == NONE ? NULL
					     : strtab_get(&p->strings,
						       p->modules[module].path),
		false, leak->bytes, leak->objects };
}

static int
compare(const void *x, const void *y)
{
	const struct mark *a = x, *b = y;

	return strcmp(a->text, b->text);
}

/* One a text; those of nothing (no stack at all) go. Returns how many. */
static size_t
collect(struct mark *marks, const struct shown *s)
{
	size_t n = 0, kept = 0;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		marks[n] = mark_of(s, &s->stacks[i]);
		n += marks[n].text != NULL;
	}
	if (n > 0)
		qsort(marks, n, sizeof *marks, compare);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && !strcmp(marks[kept - 1].text, marks[i].text)) {
			marks[kept - 1].bytes += marks[i].bytes;
			marks[kept - 1].objects += marks[i].objects;
		} else {
			marks[kept++] = marks[i];
		}
	}
	return kept;
}

void
write_suppressions(FILE *out, const struct shown *s)
{
	struct mark *marks = xcalloc((size_t)s->stack_count + 1, sizeof *marks);
	size_t n = collect(marks, s);

	for (size_t i = 0; i < n; i++) {
		char *text = text_visible(marks[i].text);

		fprintf(out,
			"# %" PRId64 " byte(s) in %" PRId64 " object(s)\n"
			"leak:^%s$\n",
			marks[i].bytes, marks[i].objects, text);
		free(text);
	}
	free(marks);
}
