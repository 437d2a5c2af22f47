/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit's XML, which every CI server shows: a test case a leak. */
#include <inttypes.h>
#include <stdlib.h>

#include "err.h"
#include "svg_text.h"
#include "write.h"

/* Who decided to allocate, of the program's own frames. */
static const char *
decider(const struct shown *s, const struct shown_stack *leak)
{
	return leak->depth > 0
		       ? shown_name(
				 s, s->frames[leak->first + leak->charge - 1])
		       : "[no stack]";
}

static void
put_stack(FILE *out, const struct shown *s, const struct shown_stack *leak)
{
	char *text = NULL;
	size_t length = 0;
	FILE *lines = open_memstream(&text, &length);

	if (lines == NULL)
		return;
	write_leak_stack(lines, s, leak);
	if (fclose(lines) == 0)
		svg_text_put(out, text);
	free(text);
}

static void
put_leak(FILE *out, const struct shown *s, const struct shown_stack *leak)
{
	fputs("<testcase classname=\"heapflame.leaks\" name=\"", out);
	svg_text_put(out, decider(s, leak));
	fprintf(out,
		"\">\n<failure type=\"leak\" message=\"%" PRId64
		" byte(s) in %" PRId64 " object(s) leaked\">",
		leak->bytes, leak->objects);
	put_stack(out, s, leak);
	fputs("</failure>\n</testcase>\n", out);
}

void
write_leaks_junit(FILE *out, const struct shown *s, const struct leaks_view *v)
{
	const struct shown_stack **list = leaks_by_size(s);
	uint32_t n = s->stack_count;

	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n<testsuite name=\"heapflame leaks\" "
		"tests=\"%u\" failures=\"%u\" errors=\"0\" "
		"skipped=\"0\">\n",
		n > 0 ? n : 1, n);
	if (n == 0)
		fputs("<testcase classname=\"heapflame.leaks\" "
		      "name=\"nothing leaks\"/>\n",
			out);
	for (uint32_t i = 0; i < n; i++)
		put_leak(out, s, list[i]);
	fputs("</testsuite>\n</testsuites>\n", out);
	free(list);
}
