/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit's XML, which every CI server shows: a test case a leak, or a limit. */
#include "write_junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "svg_text.h"
#include "write_leaks.h"

/* Its lines stay lines. */
static void
put_lines(FILE *out, const char *text)
{
	char *copy = xstrdup(text), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		svg_text_put(out, line);
		if (rest != NULL)
			putc('\n', out);
	}
	free(copy);
}

void
junit_begin(FILE *out, const char *suite, size_t tests, size_t failures,
	size_t errors)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<testsuites>\n<testsuite",
		out);
	svg_text_attribute(out, "name", suite);
	fprintf(out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		"skipped=\"0\">\n",
		tests, failures, errors);
}

void
junit_case(FILE *out, const struct junit_case *c)
{
	fputs("<testcase", out);
	svg_text_attribute(out, "classname", c->class);
	svg_text_attribute(out, "name", c->name);
	if (c->element == NULL) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n<%s", c->element);
	svg_text_attribute(out, "type", c->type);
	svg_text_attribute(out, "message", c->message);
	putc('>', out);
	put_lines(out, c->text);
	fprintf(out, "</%s>\n</testcase>\n", c->element);
}

void
junit_end(FILE *out)
{
	fputs("</testsuite>\n</testsuites>\n", out);
}

/* Who decided to allocate, of the program's own frames. */
static const char *
decider(const struct shown *s, const struct shown_stack *leak)
{
	return leak->depth > 0
		       ? shown_name(
				 s, s->frames[leak->first + leak->charge - 1])
		       : "[no stack]";
}

/* The stack's lines; "" if there is no memory for them. Caller frees. */
static char *
stack_text(const struct shown *s, const struct leaks_view *v,
	const struct shown_stack *leak)
{
	char *text = NULL;
	size_t length = 0;
	FILE *lines = open_memstream(&text, &length);

	if (lines == NULL)
		return xstrdup("");
	write_leak_stack(lines, s, leak);
	write_leak_error(lines, s, leak);
	write_leak_age(lines, leak_age_of(&v->ages, leak));
	if (fclose(lines) == 0)
		return text;
	free(text);
	return xstrdup("");
}

static void
put_leak(FILE *out, const struct shown *s, const struct leaks_view *v,
	const struct shown_stack *leak)
{
	const struct leak_age *age = leak_age_of(&v->ages, leak);
	const char *kind = leak_kind_names[age->kind];
	char *text = stack_text(s, v, leak);
	char *message = xasprintf("%" PRId64 " byte(s) in %" PRId64
				  " object(s) leaked%s%s",
		leak->bytes, leak->objects, kind ? ", " : "", kind ? kind : "");

	junit_case(out, &(struct junit_case){
				.class = "heapflame.leaks",
				.name = decider(s, leak),
				.element = "failure",
				.type = "leak",
				.message = message,
				.text = text,
			});
	free(message);
	free(text);
}

void
write_leaks_junit(FILE *out, const struct shown *s, const struct leaks_view *v)
{
	const struct shown_stack **list = leaks_in_order(s, v);
	uint32_t n = s->stack_count;

	junit_begin(out, "heapflame leaks", n > 0 ? n : 1, n, 0);
	if (n == 0)
		junit_case(out, &(struct junit_case){
					.class = "heapflame.leaks",
					.name = "nothing leaks",
				});
	for (uint32_t i = 0; i < n; i++)
		put_leak(out, s, v, list[i]);
	junit_end(out);
	free(list);
}
