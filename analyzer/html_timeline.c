/* SPDX-License-Identifier: Apache-2.0 */
/* Memory over time, a figure a process, as far as the files tell. */
#include <inttypes.h>
#include <stdlib.h>

#include "err.h"
#include "html_chart.h"
#include "html_choose.h"
#include "html_put.h"
#include "units.h"

#define POINTS_MOST 500 /* of a line; there are not more pixels */

/* Its points are those from first on. */
static uint32_t
points_of(const struct trace *t, uint32_t process, uint32_t *first)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->point_count; i++) {
		if (t->points[i].process != process)
			continue;
		if (n++ == 0)
			*first = i;
	}
	return n;
}

/* The most that each held; 0 of those without a span of time. */
static uint64_t *
most_of_each(const struct trace *t)
{
	uint64_t *most = xcalloc(t->process_count + 1, sizeof *most);
	bool *spans = xcalloc(t->process_count + 1, sizeof *spans);

	for (uint32_t i = 0; i < t->point_count; i++) {
		const struct trace_point *p = &t->points[i];

		if (p->live != HTML_UNKNOWN && p->live > most[p->process])
			most[p->process] = p->live;
		if (i > 0 && p[-1].process == p->process && p[-1].ns < p->ns)
			spans[p->process] = true;
	}
	for (size_t i = 0; i < t->process_count; i++)
		if (!spans[i])
			most[i] = 0;
	free(spans);
	return most;
}

void
html_timelines_choose(struct html *h)
{
	size_t n = h->trace.process_count;
	uint64_t *most = most_of_each(&h->trace), first = 0;

	h->timelines = xcalloc(n + 1, sizeof *h->timelines);
	for (uint32_t k = 1; k <= HTML_PROCESSES; k++) {
		size_t best = 0;

		for (size_t i = 1; i < n; i++)
			if (most[i] > most[best])
				best = i;
		if (k == 1)
			first = most[best];
		/* A wrapper that starts the server is not worth a figure. */
		if (most[best] > first / 100)
			h->timelines[best] = k;
		most[best] = 0;
	}
	free(most);
}

static uint64_t
known(uint64_t bytes)
{
	return bytes == HTML_UNKNOWN ? 0 : bytes;
}

static double
highest(const struct html_chart *c)
{
	uint64_t most = 1;

	for (uint32_t i = 0; i < c->count; i++) {
		const struct trace_point *p = &c->points[i];

		most = known(p->live) > most ? p->live : most;
		most = known(p->rss) > most ? p->rss : most;
		most = known(p->peak) > most ? p->peak : most;
	}
	return (double)most * 1.04;
}

static void
make_chart(struct html_chart *c, const struct html *h, uint32_t process)
{
	uint32_t first = 0, n = points_of(&h->trace, process, &first);
	const struct trace_point *points = h->trace.points + first;
	struct html_moment *list = xcalloc(n, sizeof *list);
	uint32_t *chosen = xcalloc((size_t)n + 1, sizeof *chosen);

	*c = (struct html_chart){ .h = h,
		.process = &h->trace.processes[process],
		.points = xcalloc(n, sizeof *c->points),
		.end = (double)points[n - 1].ns };
	for (uint32_t i = 0; i < n; i++)
		list[i] = (struct html_moment){ points[i].ns,
			known(points[i].live) };
	c->count = html_thin(list, n, POINTS_MOST, chosen);
	for (uint32_t i = 0; i < c->count; i++)
		c->points[i] = points[chosen[i]];
	c->most = highest(c);
	free(list);
	free(chosen);
}

static void
put_caption(const struct html_chart *c)
{
	FILE *out = c->h->out;

	fputs("<figcaption><b>", out);
	html_put(out, c->process->name);
	fputs("</b>", out);
	if (c->process->pid > 0)
		fprintf(out, " <span class=\"at\">pid %d</span>",
			c->process->pid);
	fputs(" <span class=\"legend\"><i class=\"live\"></i>live "
	      "<i class=\"rss\"></i>resident <i class=\"peak\"></i>peak so far "
	      "<span class=\"dumps\"><i class=\"dot\"></i>dump: show its "
	      "flame graph</span></span>"
	      "<output class=\"readout\"></output></figcaption>\n",
		out);
}

static void
put_figure(const struct html *h, uint32_t process)
{
	struct html_chart c;

	make_chart(&c, h, process);
	fputs("<figure class=\"time\">\n", h->out);
	put_caption(&c);
	fputs("<div class=\"chart main\">\n", h->out);
	html_chart_lines(&c);
	html_chart_axes(&c);
	html_chart_dumps(&c);
	fputs("</div>\n", h->out);
	html_chart_rate(&c);
	html_chart_data(&c);
	fputs("</figure>\n", h->out);
	free(c.points);
}

void
html_put_timeline(const struct html *h)
{
	size_t n = h->trace.process_count;
	uint32_t shown = 0;

	if (!h->timed)
		return;
	for (uint32_t k = 1; k <= HTML_PROCESSES; k++) {
		uint32_t i = 0;

		while (i < n && h->timelines[i] != k)
			i++;
		if (i == n)
			break;
		if (shown++ == 0)
			html_section(h->out, "timeline", "Memory over time");
		put_figure(h, i);
	}
	if (shown == 0)
		return;
	if (shown < n)
		fprintf(h->out,
			"<p class=\"note\">%" PRIu32 " of %zu processes: those "
			"that held the most.</p>\n",
			shown, n);
	html_section_end(h->out);
}
