/* SPDX-License-Identifier: Apache-2.0 */
/* The page as a whole: what is gathered, and its sections in their order. */
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "err.h"
#include "flame.h"
#include "html_page.h"
#include "html_put.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

/* Nothing is loaded, whatever a name in it may be taken for. */
#define POLICY                                                                 \
	"default-src 'none'; style-src 'unsafe-inline'; script-src "           \
	"'unsafe-inline'; frame-src blob:; base-uri 'none'; form-action "      \
	"'none'"

static void
put_begin(const struct html *h)
{
	FILE *out = h->out;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY
	      "\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, "
	      "initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"generator\" content=\"heapflame " VERSION "\">\n"
	      "<title>",
		out);
	html_put(out, h->o->title ? h->o->title : html_program(h->p));
	fputs(": memory</title>\n<style>\n", out);
	fwrite(asset_html_css, 1, asset_html_css_size, out);
	fputs("</style>\n</head>\n<body>\n", out);
}

#define PART(name)                                                             \
	fwrite(asset_html_##name##_js, 1, asset_html_##name##_js_size, out)

static void
put_end(const struct html *h)
{
	FILE *out = h->out;

	fputs("<footer>Made by heapflame " VERSION
	      "; figures with \xc2\xb1 are estimates from samples, with their "
	      "95 % interval; "
	      "grey ones are not to be told from zero.</footer>\n"
	      "<script type=\"application/json\" id=\"r-graphs\">",
		out);
	html_lines_put(out, &h->graphs);
	fputs("</script>\n<script>\n(() => {\n'use strict';\n", out);
	PART(graph);
	PART(table);
	PART(time);
	PART(page);
	fputs("})();\n</script>\n</body>\n</html>\n", out);
}

static int
put_page(const struct html *h)
{
	put_begin(h);
	html_put_head(h);
	fputs("<main>\n", h->out);
	html_put_reading(h);
	html_put_memory(h);
	html_put_timeline(h);
	html_put_graph(h);
	html_put_top(h);
	if (html_put_leaks(h) < 0)
		return -1;
	html_put_growth(h);
	html_put_difference(h);
	html_put_runs(h);
	html_put_quality(h);
	fputs("</main>\n", h->out);
	put_end(h);
	return 0;
}

static void
release(struct html *h)
{
	html_picture_release(&h->picture);
	html_picture_release(&h->change);
	html_lines_release(&h->graphs);
	if (h->timed)
		trace_release(&h->trace);
	if (h->grows)
		growth_release(&h->growth);
	if (h->differs)
		diff_release(&h->diff);
	free(h->timelines);
	free(h->graph_of);
	shown_release(&h->shown);
}

int
html_write(FILE *out, struct profile *p, const struct html_options *o)
{
	const struct svg_options looks = { 0 };
	struct html h = { .out = out, .p = p, .o = o };
	struct selection all;
	int rc;

	profile_complete(p);
	h.selection = *o->selection;
	h.selection.base = NULL;
	h.selection.base_names = NULL;
	all = h.selection;
	all.keep_empty = true;
	/* Its stacks are gone before ours come: together they would be much. */
	rc = html_picture_flame(&h.picture, true, p, &h.selection, &looks);
	if (rc == 0)
		rc = select_stacks(&h.shown, p, &all);
	if (rc == 0) {
		html_series_find(&h);
		rc = html_moments_find(&h);
	}
	if (rc == 0)
		rc = html_difference_find(&h);
	html_lines_complete(&h.graphs);
	if (rc == 0)
		rc = put_page(&h);
	release(&h);
	return rc;
}

char *
html_path(const char *origin)
{
	static const char in_folder[] = "/flame.svg";
	char *svg = flame_path(origin), *path;
	size_t n = strlen(svg), end = strlen(in_folder);

	if (n >= end && strcmp(svg + n - end, in_folder) == 0)
		path = xasprintf("%.*s/report.html", (int)(n - end), svg);
	else
		path = xasprintf("%.*s.html", (int)(n - strlen(".svg")), svg);
	free(svg);
	return path;
}
