/* SPDX-License-Identifier: Apache-2.0 */
/* What grows, from the series of dumps, as `heapflame growth` has it. */
#include <inttypes.h>

#include "html_page.h"
#include "html_put.h"
#include "units.h"
#include "write_growth.h"

#define ROWS_MOST 60
#define HOUR	  3600.0

static const struct growth_view view = { .top = ROWS_MOST };

static void
put_words(const struct html *h)
{
	const struct growth *g = &h->growth;
	char text[UNITS_MAX], span[UNITS_MAX];
	uint32_t linear = g->classes[TREND_LINEAR], points = 0;
	uint64_t ns = 0;
	FILE *out = h->out;

	for (uint32_t i = 0; i < g->process_count; i++) {
		const struct growth_process *it = &g->processes[i];

		points += it->judged ? it->points : 0;
		if (it->judged && it->last_ns - it->first_ns > ns)
			ns = it->last_ns - it->first_ns;
	}
	fprintf(out, "<p>Of %" PRIu32 " stacks in %" PRIu32 " dumps over %s, ",
		g->stack_count, points, units_time(span, (double)ns));
	if (linear == 0)
		fputs("none grows steadily by more than chance.</p>\n", out);
	else
		fprintf(out,
			"%" PRIu32 " grow%s steadily to the end, by more than "
			"chance: %s an hour together.</p>\n",
			linear, linear == 1 ? "s" : "",
			units_bytes(text, (int64_t)(g->together.slope * HOUR),
				false));
}

static void
put_stack(const struct html *h, const struct growth_stack *s, uint32_t row)
{
	const struct trend *t = &s->trend;
	const struct interval hour = { t->slope95.low * HOUR,
		t->slope95.high * HOUR };
	FILE *out = h->out;

	html_row(out, row, h->o->top,
		t->class == TREND_LINEAR ? "grows" : "quiet");
	if (t->class == TREND_LINEAR)
		html_cell_bytes(out, t->slope * HOUR, &hour);
	else
		fputs("<td class=\"n\" data-v=\"0\"><span "
		      "class=\"e\"></span></td>",
			out);
	html_cell_bytes(out, t->growth, &t->growth95);
	html_cell_bytes(out, t->live, NULL);
	fprintf(out, "<td class=\"t\">%s</td>", trend_class_names[t->class]);
	html_put_stack(out, &h->growth.names, h->growth.frames + s->first,
		s->depth, s->charge);
	fputs("</tr>\n", out);
}

void
html_put_growth(const struct html *h)
{
	static const struct html_column columns[] = {
		{ 'n', "An hour", "Of what grows steadily: 95 % interval" },
		{ 'n', "Grown", "In the time that was judged" },
		{ 'n', "Live", "In the end" },
		{ 't', "How", NULL },
		{ 't', "Allocated by", "Click for the whole stack" },
	};
	uint32_t n;

	if (!h->grows)
		return;
	n = growth_listed(&h->growth, &view);
	html_section(h->out, "growth", "Growth");
	put_words(h);
	if (n > 0) {
		html_table(h->out, "r-growth",
			"What grows steadily first, then what grew otherwise",
			columns, 5, 0);
		for (uint32_t i = 0; i < n; i++)
			put_stack(h, &h->growth.stacks[i], i);
		html_table_end(h->out);
	}
	html_section_end(h->out);
}
