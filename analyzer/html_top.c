/* SPDX-License-Identifier: Apache-2.0 */
/* The flame graph's place in the page, and the table of functions below it. */
#include <inttypes.h>
#include <stdlib.h>

#include "amount.h"
#include "err.h"
#include "html_page.h"
#include "html_put.h"
#include "sites.h"
#include "write_text_cells.h"

#define ROWS_MOST 400 /* by flat, and as many by cum */

void
html_put_picture(const struct html *h, const char *id,
	const struct html_picture *picture, size_t number)
{
	FILE *out = h->out;
	int height = picture->height + 130; /* what the tool's head takes */

	fprintf(out,
		"<div id=\"%s\" class=\"graph\" data-graph=\"%zu\" "
		"style=\"--graph:%dpx\" hidden></div>\n",
		id, number, height < 330 ? 330 : height);
	fputs("<div class=\"drawn\">\n", out);
	if (*picture->drawn)
		fputs(picture->drawn, out);
	else
		fputs("<p>There is nothing to draw under this metric.</p>\n",
			out);
	fputs("</div>\n", out);
}

void
html_put_graph(const struct html *h)
{
	html_section(h->out, "graph", "Flame graph");
	fputs("<p class=\"bar\" id=\"r-graph-bar\" hidden><span id=\"r-what\" "
	      "role=\"status\"></span> <button type=\"button\" id=\"r-whole\" "
	      "class=\"plain\" hidden>Back to the whole run</button></p>\n",
		h->out);
	html_put_picture(h, "r-graph", &h->picture, 0);
	html_section_end(h->out);
}

static const struct sites *ranked; /* for by_cum() */

static int
by_cum(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	int64_t c = llabs(ranked->list[a].cum), d = llabs(ranked->list[b].cum);

	return c != d ? (c > d ? -1 : 1) : a < b ? -1 : a > b;
}

/* Which are listed: the heaviest by themselves and with all they called. */
static bool *
choose(const struct sites *sites)
{
	bool *taken = xcalloc((size_t)sites->count + 1, sizeof *taken);
	uint32_t *order = xcalloc((size_t)sites->count + 1, sizeof *order);

	for (uint32_t i = 0; i < sites->count; i++) {
		order[i] = i;
		taken[i] = i < ROWS_MOST;
	}
	ranked = sites;
	if (sites->count > 0)
		qsort(order, sites->count, sizeof *order, by_cum);
	for (uint32_t i = 0; i < sites->count && i < ROWS_MOST; i++)
		taken[order[i]] = true;
	free(order);
	return taken;
}

/* A table of those that are taken. */
struct functions {
	struct sites sites;
	bool *taken;
	bool via; /* some of them called wrappers */
};

static void
find(struct functions *f, const struct shown *s)
{
	*f = (struct functions){ .via = false };
	sites_build(&f->sites, s, false);
	f->taken = choose(&f->sites);
	for (uint32_t i = 0; i < f->sites.count; i++)
		f->via |= f->taken[i] && f->sites.list[i].vias > 0;
}

static void
put_via(const struct html *h, const struct functions *f,
	const struct site *site)
{
	char *names = text_vias(&h->shown, &f->sites, site);

	fputs("<td class=\"t via\">", h->out);
	html_put(h->out, names);
	fputs("</td>", h->out);
	free(names);
}

static void
put_site(const struct html *h, const struct functions *f,
	const struct site *site, uint32_t row)
{
	const struct shown *s = &h->shown;
	FILE *out = h->out;

	html_row(out, row, h->o->top, "");
	html_cell(out, s, site->flat, site->flat_var);
	html_cell_share(out, site->flat, s->hundred);
	html_cell(out, s, site->cum, site->cum_var);
	html_cell_share(out, site->cum, s->hundred);
	html_cell_count(out, site->flat_objects);
	html_cell_function(out, h->p, site->frame);
	if (f->via)
		put_via(h, f, site);
	fputs("</tr>\n", out);
}

/* What is not listed, so that the columns add up to the total. */
static void
put_rest(const struct html *h, const struct functions *f)
{
	const struct sites *sites = &f->sites;
	int64_t flat = 0;
	uint32_t n = 0;
	char text[AMOUNT_MAX];

	for (uint32_t i = 0; i < sites->count; i++) {
		if (f->taken[i])
			continue;
		flat += sites->list[i].flat;
		n++;
	}
	if (n > 0)
		fprintf(h->out,
			"<p class=\"note\" id=\"r-top-rest\" data-v=\"%" PRId64
			"\">%" PRIu32
			" more functions hold %s themselves; heapflame report "
			"--top 0 lists them.</p>\n",
			flat, n, amount(text, &h->shown, flat, false));
}

void
html_put_top(const struct html *h)
{
	static const struct html_column columns[] = {
		{ 'n', "Self", "What the function allocated itself" },
		{ 'n', "%", NULL },
		{ 'n', "Total", "With all that it called" },
		{ 'n', "%", NULL },
		{ 'n', "Objects", NULL },
		{ 't', "Function", NULL },
		{ 't', "Via", "Wrappers of malloc that it called" },
	};
	struct functions f;
	uint32_t rows = 0;

	find(&f, &h->shown);
	html_section(h->out, "functions", "Functions");
	html_table(h->out, "r-top",
		"What each holds" HTML_HINT(
			"; a name shows it in the flame graph"),
		columns, f.via ? 7 : 6, 0);
	for (uint32_t i = 0; i < f.sites.count; i++)
		if (f.taken[i])
			put_site(h, &f, &f.sites.list[i], rows++);
	html_table_end(h->out);
	put_rest(h, &f);
	html_section_end(h->out);
	free(f.taken);
	sites_release(&f.sites);
}
