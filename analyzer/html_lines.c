/* SPDX-License-Identifier: Apache-2.0 */
#include "html_lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "html_put.h"

/* Runs being made: lines first to first + count - 1 are the last of them. */
struct runs {
	FILE *out;
	uint32_t first, count;
	const char *before;
};

static void
flush(struct runs *r)
{
	if (r->count > 0)
		fprintf(r->out, "%s%" PRIu32 ",%" PRIu32, r->before, r->first,
			r->count);
	if (r->count > 0)
		r->before = ",";
	r->count = 0;
}

static void
add_line(struct runs *r, uint32_t line)
{
	if (r->count > 0 && line == r->first + r->count) {
		r->count++;
		return;
	}
	flush(r);
	r->first = line;
	r->count = 1;
}

size_t
html_lines_add(struct html_lines *l, const char *text)
{
	size_t length = 0, before = l->lines.length;
	char *runs = NULL;
	struct runs r = { .before = "" };

	GROW(l->texts, l->count, l->capacity);
	r.out = open_memstream(&runs, &length);
	if (!r.out)
		return 0;
	for (const char *end;; text = end + 1) {
		end = text + strcspn(text, "\n");
		add_line(&r,
			strtab_add_n(&l->lines, text, (size_t)(end - text)));
		if (!*end)
			break;
	}
	flush(&r);
	fclose(r.out);
	l->texts[l->count++] = runs;
	return length + l->lines.length - before;
}

void
html_lines_complete(struct html_lines *l)
{
	strtab_complete(&l->lines);
}

void
html_lines_release(struct html_lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->texts[i]);
	free(l->texts);
	strtab_release(&l->lines);
	*l = (struct html_lines){ 0 };
}

void
html_lines_put(FILE *out, const struct html_lines *l)
{
	fputs("{\"lines\":[", out);
	for (uint32_t i = 0; i < l->lines.count; i++) {
		const char *line = strtab_get(&l->lines, i);

		fputs(i > 0 ? ",\n" : "\n", out);
		html_put_json(out, line, strlen(line));
	}
	fputs("],\n\"texts\":[", out);
	for (size_t i = 0; i < l->count; i++)
		fprintf(out, "%s[%s]", i > 0 ? ",\n" : "\n", l->texts[i]);
	fputs("]}\n", out);
}
