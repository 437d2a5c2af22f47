/* SPDX-License-Identifier: Apache-2.0 */
#include "svg_chunk.h"

#include <string.h>

#include "svg_text.h"

#define CHUNK_BYTES 1000000
/* A longer name says no more; and one text must not outgrow its chunk far. */
#define NAME_BYTES 65536

void
svg_chunk_flush(struct svg_chunk *c)
{
	fwrite(c->buffer, 1, c->used, c->out);
	c->used = 0;
}

void
svg_chunk_open(struct svg_chunk *c, FILE *out, const char *name)
{
	c->out = out;
	c->name = name;
	c->length = c->used = 0;
	fprintf(out, "<metadata class=\"%s\">", name);
}

void
svg_chunk_close(struct svg_chunk *c)
{
	svg_chunk_flush(c);
	fputs("</metadata>\n", c->out);
}

void
svg_chunk_next(struct svg_chunk *c)
{
	if (c->length < CHUNK_BYTES)
		return;
	svg_chunk_close(c);
	svg_chunk_open(c, c->out, c->name);
}

void
svg_chunk_line(struct svg_chunk *c, const char *text)
{
	size_t length = strlen(text);

	svg_chunk_flush(c);
	if (length > NAME_BYTES)
		svg_text_put_fitted(c->out, text, NAME_BYTES / 4);
	else
		svg_text_put(c->out, text);
	putc('\n', c->out);
	c->length += length + 1;
}
