/* SPDX-License-Identifier: Apache-2.0 */
/* A heaptrack file cut into lines, in a window that moves on over it. */
#include "err.h"
#include "read_heaptrack.h"

#include <inttypes.h>
#include <string.h>

bool
heaptrack_bad_line(const struct heaptrack *h, const char *what)
{
	error("'%s': line %" PRIu64 ": %s", h->s->name, h->line, what);
	return false;
}

/*
 * Whether so many bytes are at hand; -1 after error(). The window may move.
 */
static int
have(struct heaptrack *h, size_t length)
{
	while ((size_t)(h->s->end - h->s->at) < length) {
		int more = source_more(h->s);

		if (more <= 0)
			return more;
	}
	return 1;
}

int
heaptrack_next_line(struct heaptrack *h, size_t *length)
{
	size_t looked = 0;

	for (;;) {
		size_t n = (size_t)(h->s->end - h->s->at);
		const unsigned char *newline =
			n > looked ? memchr(h->s->at + looked, '\n', n - looked)
				   : NULL;
		int more;

		if (newline) {
			*length = (size_t)(newline - h->s->at);
			h->line++;
			return 1;
		}
		looked = n;
		more = source_more(h->s);
		if (more <= 0)
			return more;
	}
}

/* From version 3 on the bytes may go on behind the line's newline. */
int
heaptrack_take_text(struct heaptrack *h, size_t *length, struct scan *line,
	struct scan *text, bool whole)
{
	size_t at;
	uint64_t n;

	if (h->version < 3) {
		*text = *line;
		if (!whole)
			scan_word(line, text);
		else
			line->at = line->end;
		return 1;
	}
	if (!scan_hex(line, &n) || !scan_char(line, ' ') || n > INT32_MAX)
		return error("'%s': line %" PRIu64 ": bad length of a string",
			h->s->name, h->line);
	at = (size_t)(line->at - h->s->at);
	if (n > (uint64_t)(line->end - line->at)) {
		int there = have(h, at + n + 1);
		size_t rest;

		if (there <= 0)
			return there;
		/* It ends in a line further on. */
		h->s->at += at + n;
		there = heaptrack_next_line(h, &rest);
		h->s->at -= at + n;
		if (there <= 0)
			return there;
		*length = at + n + rest;
	}
	*text = (struct scan){ h->s->at + at, h->s->at + at + n };
	*line = (struct scan){ text->end, h->s->at + *length };
	return 1;
}
