/* SPDX-License-Identifier: Apache-2.0 */
/* What a piece of code says on stderr. */
#ifndef STDERR_H
#define STDERR_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct said {
	int saved;
	FILE *file;
	char text[4096]; /* after said_end() */
};

static inline void
said_begin(struct said *s)
{
	fflush(stderr);
	s->file = tmpfile();
	s->saved = dup(STDERR_FILENO);
	if (s->file == NULL || s->saved < 0 ||
		dup2(fileno(s->file), STDERR_FILENO) < 0)
		abort();
}

static inline const char *
said_end(struct said *s)
{
	size_t n;

	fflush(stderr);
	if (dup2(s->saved, STDERR_FILENO) < 0)
		abort();
	close(s->saved);
	rewind(s->file);
	n = fread(s->text, 1, sizeof s->text - 1, s->file);
	s->text[n] = '\0';
	fclose(s->file);
	return s->text;
}

/* How many lines. */
static inline int
said_lines(const struct said *s)
{
	int n = 0;

	for (const char *at = s->text; *at != '\0'; at++)
		n += *at == '\n';
	return n;
}

#endif
