/* SPDX-License-Identifier: Apache-2.0 */
#include "html_picture.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "flame.h"

#define FRAMES "<g class=\"hf-frames"
#define NARROW 900 /* px: 12 of them are 7 points on A4 */

/* Text with parts of it left out. */
struct cut {
	FILE *out;
	const char *at;
};

/* Leaves out what stands from `begin` to the end of `end`; false: it is not
 * there. */
static bool
leave_out(struct cut *c, const char *begin, const char *end)
{
	const char *from = strstr(c->at, begin);
	const char *to = from ? strstr(from, end) : NULL;

	if (!to)
		return false;
	fwrite(c->at, 1, (size_t)(from - c->at), c->out);
	c->at = to + strlen(end);
	return true;
}

static char *
without(const char *svg, const char *const (*parts)[2], int count)
{
	char *text = NULL;
	size_t length = 0;
	struct cut c = { open_memstream(&text, &length), svg };

	if (!c.out)
		return xstrdup("");
	for (int i = 0; i < count; i++)
		while (leave_out(&c, parts[i][0], parts[i][1]))
			;
	fputs(c.at, c.out);
	fclose(c.out);
	return text;
}

static int
height_of(const char *svg)
{
	const char *root = strstr(svg, "<svg ");
	const char *height = root ? strstr(root, " height=\"") : NULL;
	long px = height ? strtol(height + strlen(" height=\""), NULL, 10) : 0;

	return px > 0 && px < INT_MAX ? (int)px : 400;
}

/* Of the SVG's begin, up to its frames, and of what follows. */
static char *
drawn_of(const char *svg, const char *frames)
{
	static const char *const above[][2] = {
		{ "<?xml", "?>\n" },
		{ "<title>", "</title>\n" },
		{ "<desc>", "</desc>\n" },
		{ "<style>", "</style>\n" },
	};
	static const char *const below[][2] = {
		{ "<metadata", "</metadata>\n" },
		{ "<script>", "</script>\n" },
	};
	char *head = xasprintf("%.*s", (int)(frames - svg), svg);
	char *begin = without(head, above, 4);
	char *rest = without(frames, below, 2);
	char *drawn = xasprintf("%s%s", begin, rest);

	free(head);
	free(begin);
	free(rest);
	return drawn;
}

void
html_picture_split(struct html_picture *h, const char *svg)
{
	static const char *const parts[][2] = { { FRAMES, "</g>\n" } };
	const char *frames = strstr(svg, FRAMES);

	*h = (struct html_picture){
		.drawn = frames ? drawn_of(svg, frames) : xstrdup(""),
		.document = without(svg, parts, 1),
		.height = height_of(svg),
	};
}

static int
make(struct html_picture *h, int width,
	int (*write)(FILE *out, int width, void *context), void *context)
{
	char *svg = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&svg, &length);
	int rc;

	*h = (struct html_picture){ .height = 0 };
	if (!out)
		return error("cannot get memory for a flame graph");
	rc = write(out, width, context);
	if (fclose(out) != 0 && rc == 0)
		rc = error("cannot get memory for a flame graph");
	if (rc == 0)
		html_picture_split(h, svg);
	free(svg);
	return rc;
}

int
html_picture_make(struct html_picture *h, bool is_read,
	int (*write)(FILE *out, int width, void *context), void *context)
{
	struct html_picture narrow;

	if (make(h, 0, write, context) < 0)
		return -1;
	if (!is_read)
		return 0;
	if (make(&narrow, NARROW, write, context) < 0)
		return -1;
	free(h->drawn);
	h->drawn = narrow.drawn;
	narrow.drawn = NULL;
	html_picture_release(&narrow);
	return 0;
}

/* What flame_put() is told. */
struct flame {
	struct profile *p;
	const struct selection *s;
	const struct svg_options *o;
};

static int
put_flame(FILE *out, int width, void *context)
{
	const struct flame *f = context;
	struct svg_options o = *f->o;

	o.width = width;
	return flame_put(out, f->p, f->s, &o);
}

int
html_picture_flame(struct html_picture *h, bool is_read, struct profile *p,
	const struct selection *s, const struct svg_options *o)
{
	struct flame f = { p, s, o };

	return html_picture_make(h, is_read, put_flame, &f);
}

void
html_picture_forget_document(struct html_picture *h)
{
	free(h->document);
	h->document = NULL;
}

void
html_picture_release(struct html_picture *h)
{
	free(h->drawn);
	free(h->document);
	*h = (struct html_picture){ .height = 0 };
}
