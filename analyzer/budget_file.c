/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A budget's lines: `name = value`, or `max 'expression' = value`. They are
 * somebody's text, as every file is: nothing in them is trusted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "err.h"
#include "text.h"

#define BYTES_MAX ((size_t)1 << 20) /* no budget is that long */

static int
not_a_line(const struct budget *b, size_t number, const char *line)
{
	return error("'%s': line %zu: '%s' is no limit; they look like "
		     "max-peak = 200M",
		b->path, number, line);
}

/* A comment behind a value begins with a blank and `#`. */
static void
cut_comment(char *value)
{
	for (char *c = value; (c = strchr(c, '#')) != NULL; c++)
		if (c > value && (c[-1] == ' ' || c[-1] == '\t')) {
			*c = '\0';
			return;
		}
}

/* max 'expression' = value. What is between the quotes stands as it is. */
static int
add_function(struct budget *b, size_t number, char *quoted, const char *line)
{
	char *end = strchr(quoted + 1, *quoted), *value, *both;
	int status;

	if (end == NULL)
		return not_a_line(b, number, line);
	value = text_trim(end + 1);
	if (*value != '=' || end == quoted + 1)
		return not_a_line(b, number, line);
	cut_comment(++value);
	both = xasprintf("%.*s=%s", (int)(end - quoted - 1), quoted + 1,
		text_trim(value));
	status = budget_set(b, "max", both, number);
	free(both);
	return status;
}

/* As seen from the folder of the budget; caller frees. */
static char *
path_beside(const struct budget *b, const char *path)
{
	const char *slash = strrchr(b->path, '/');

	if (*path == '/' || slash == NULL)
		return xstrdup(path);
	return xasprintf("%.*s%s", (int)(slash - b->path + 1), b->path, path);
}

static int
add_named(struct budget *b, size_t number, char *text, const char *line)
{
	char *equals = strchr(text, '='), *name, *value, *path;
	int status;

	if (equals == NULL || equals == text)
		return not_a_line(b, number, line);
	*equals = '\0';
	name = text_trim(text);
	cut_comment(equals + 1);
	value = text_trim(equals + 1);
	if (*value == '\0' || strcmp(name, "max") == 0)
		return not_a_line(b, number, line);
	if (strcmp(name, "baseline") != 0 && strcmp(name, "suppressions") != 0)
		return budget_set(b, name, value, number);
	path = path_beside(b, value);
	status = budget_set(b, name, path, number);
	free(path);
	return status;
}

/* The quote of `max 'expression'`, or NULL. */
static char *
quote_behind_max(char *text)
{
	if (strncmp(text, "max", 3) != 0)
		return NULL;
	text += 3 + strspn(text + 3, " \t");
	return *text == '\'' || *text == '"' ? text : NULL;
}

static int
add_line(struct budget *b, size_t number, char *text)
{
	char *line, *quote;
	int status;

	text = text_trim(text);
	if (*text == '\0' || *text == '#')
		return 0;
	line = xstrdup(text); /* for the error: parsing cuts the other up */
	quote = quote_behind_max(text);
	status = quote ? add_function(b, number, quote, line)
		       : add_named(b, number, text, line);
	free(line);
	return status;
}

static int
add_lines(struct budget *b, char *text, const char *end)
{
	size_t number = 0;
	int status = 0;

	/* What editors of another system put in front. */
	if (end - text >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (status == 0 && text < end) {
		char *stop = memchr(text, '\n', (size_t)(end - text));

		number++;
		if (stop == NULL)
			stop = text + (end - text);
		*stop = '\0';
		if (strlen(text) != (size_t)(stop - text))
			return error(
				"'%s': line %zu is no text", b->path, number);
		status = add_line(b, number, text);
		text = stop + 1;
	}
	return status;
}

int
budget_read_stream(struct budget *b, FILE *in)
{
	char *text = xmalloc(BYTES_MAX + 1);
	size_t n;
	int status;

	errno = 0;
	n = fread(text, 1, BYTES_MAX + 1, in);
	if (ferror(in))
		status =
			error("cannot read '%s': %s", b->path, strerror(errno));
	else if (n > BYTES_MAX)
		status = error("'%s' is too long for a budget", b->path);
	else
		status = add_lines(b, text, text + n);
	free(text);
	return status;
}

int
budget_read(struct budget *b, const char *path)
{
	FILE *in = fopen(path, "re");
	int status;

	if (in == NULL)
		return error("cannot open '%s': %s", path, strerror(errno));
	free(b->path);
	b->path = xstrdup(path);
	status = budget_read_stream(b, in);
	fclose(in);
	return status;
}
