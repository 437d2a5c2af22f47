/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For CI servers: JUnit, and GitHub's workflow commands. In the latter a line
 * end would begin a new command, and `:` and `,` end a property.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "text.h"
#include "write_check.h"
#include "write_junit.h"

static void
put_frame(FILE *out, uint32_t i, const struct finding_frame *frame)
{
	char *function = text_visible(frame->function), *file;

	fprintf(out, "\n    #%u %s", i, function);
	free(function);
	if (frame->file == NULL)
		return;
	file = text_visible(frame->file);
	fprintf(out, " %s", file);
	free(file);
	if (frame->line > 0)
		fprintf(out, ":%u", frame->line);
}

/* The line of the finding, what to do, and the stack; caller frees. */
static char *
whole_text(const struct finding *f, const char *message, const char *advice)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return xstrdup(message);
	fputs(message, out);
	if (*advice)
		fprintf(out, "\n%s", advice);
	for (uint32_t i = 0; i < f->stack.depth; i++)
		put_frame(out, i, &f->stack.frames[i]);
	fclose(out);
	return text;
}

static void
put_case(FILE *out, const struct findings *all, const struct finding *f)
{
	bool fails = f->verdict == VERDICT_FAILS;
	char *name = check_name(f), *message = check_message(f, false);
	char *advice = check_advice(all, f);
	char *text = whole_text(f, message, advice);

	junit_case(out, &(struct junit_case){
				.class = "heapflame.check",
				.name = name,
				.element = f->verdict == VERDICT_HOLDS ? NULL
					   : fails ? "failure"
						   : "error",
				.type = fails ? "limit" : "undecided",
				.message = message,
				.text = text,
			});
	free(name);
	free(message);
	free(advice);
	free(text);
}

void
write_check_junit(FILE *out, const struct findings *f)
{
	junit_begin(out, "heapflame check", f->count,
		findings_count(f, VERDICT_FAILS),
		findings_count(f, VERDICT_UNDECIDED));
	for (size_t i = 0; i < f->count; i++)
		put_case(out, f, &f->list[i]);
	junit_end(out);
}

void
github_put(FILE *out, const char *text, bool property)
{
	for (const char *c = text; *c; c++)
		if (*c == '%' || *c == '\r' || *c == '\n' ||
			(property && (*c == ':' || *c == ',')))
			fprintf(out, "%%%02X", (unsigned char)*c);
		else
			putc(*c, out);
}

/* What of the path is below root, if there is such a file; else NULL. */
static const char *
path_in_copy(const char *path, const char *root)
{
	size_t n = strlen(root);

	if (path == NULL || access(path, F_OK) != 0)
		return NULL;
	if (*path != '/')
		return strncmp(path, "../", 3) == 0 ? NULL : path;
	while (n > 0 && root[n - 1] == '/')
		n--;
	return strncmp(path, root, n) == 0 && path[n] == '/' ? path + n + 1
							     : NULL;
}

/* " file=src/index.c,line=88" */
static void
put_place(FILE *out, const struct findings *all, const struct finding *f,
	const char *root)
{
	const char *path = NULL;
	size_t line = 0;

	for (uint32_t i = 0; i < f->stack.depth && path == NULL; i++) {
		path = path_in_copy(f->stack.frames[i].file, root);
		line = f->stack.frames[i].line;
	}
	if (path == NULL && f->line > 0) {
		path = all->budget;
		line = f->line;
	}
	if (path == NULL)
		return;
	fputs("file=", out);
	github_put(out, path, true);
	if (line > 0)
		fprintf(out, ",line=%zu", line);
	putc(',', out);
}

void
write_check_github(FILE *out, const struct findings *all, const char *root)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct finding *f = &all->list[i];
		char *name, *message, *advice;

		if (f->verdict == VERDICT_HOLDS)
			continue;
		name = check_name(f);
		message = check_message(f, false);
		advice = check_advice(all, f);
		fputs(f->verdict == VERDICT_FAILS ? "::error " : "::warning ",
			out);
		put_place(out, all, f, root);
		fputs("title=heapflame check%3A ", out);
		github_put(out, name, true);
		fputs("::", out);
		github_put(out, message, false);
		if (*advice)
			fputs("%0A", out);
		github_put(out, advice, false);
		putc('\n', out);
		free(name);
		free(message);
		free(advice);
	}
}
