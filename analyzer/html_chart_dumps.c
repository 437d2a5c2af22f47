/* SPDX-License-Identifier: Apache-2.0 */
/* The dumps of a timeline: each one's button, and the figures of all points. */
#include <inttypes.h>

#include "html_chart.h"
#include "units.h"

#define BUTTONS_MOST 120
#define UNKNOWN	     HTML_UNKNOWN

/* The dump whose graph is shown for this one: its own, or the nearest. */
static uint32_t
graph_near(const struct html_chart *c, uint32_t number)
{
	const struct trace *t = &c->h->trace;
	uint32_t best = NONE;
	double least = 0;

	for (uint32_t i = 0; i < t->point_count; i++) {
		double far =
			(double)t->points[i].ns - (double)t->points[number].ns;

		far = far < 0 ? -far : far;
		if (t->points[i].process != t->points[number].process ||
			c->h->graph_of[i] == NONE)
			continue;
		if (best == NONE || far < least) {
			best = i;
			least = far;
		}
	}
	return best;
}

static void
put_button(const struct html_chart *c, uint32_t number)
{
	const struct trace_point *p = &c->h->trace.points[number];
	uint32_t near = graph_near(c, number);
	char when[UNITS_MAX], live[UNITS_MAX], other[UNITS_MAX];
	FILE *out = c->h->out;

	units_time(when, (double)p->ns);
	fprintf(out,
		"<button type=\"button\" class=\"dump%s\" "
		"style=\"left:%.2f%%;bottom:%.2f%%\"",
		near == number ? "" : " near", html_chart_x(c, p->ns),
		html_chart_y(c, p->live));
	if (near != NONE) {
		units_time(other, (double)c->h->trace.points[near].ns);
		fprintf(out, " data-graph=\"%" PRIu32 "\" data-when=\"%s\"",
			c->h->graph_of[near], other);
	}
	fprintf(out, " title=\"%s: %s live", when,
		units_bytes(live, (int64_t)p->live, false));
	if (near == NONE)
		fputs("\" disabled></button>\n", out);
	else if (near == number)
		fputs("; show its flame graph\"></button>\n", out);
	else
		fprintf(out,
			"; show the nearest flame graph, of %s\">"
			"</button>\n",
			other);
}

/* Of more dumps than there is room for those that have a graph. */
void
html_chart_dumps(const struct html_chart *c)
{
	const struct trace *t = &c->h->trace;
	uint32_t process = (uint32_t)(c->process - t->processes), dumps = 0;

	for (uint32_t i = 0; i < t->point_count; i++)
		dumps +=
			t->points[i].process == process && t->points[i].is_dump;
	for (uint32_t i = 0; i < t->point_count; i++) {
		const struct trace_point *p = &t->points[i];

		if (p->process == process && p->is_dump && p->live != UNKNOWN &&
			(dumps <= BUTTONS_MOST || c->h->graph_of[i] != NONE))
			put_button(c, i);
	}
}

static void
put_number(FILE *out, uint64_t n)
{
	if (n == UNKNOWN)
		fputs(",-1", out);
	else
		fprintf(out, ",%" PRIu64, n);
}

void
html_chart_data(const struct html_chart *c)
{
	FILE *out = c->h->out;

	fprintf(out,
		"<script type=\"application/json\" class=\"r-points\">"
		"{\"begin\":%.0f,\"end\":%.0f,\"points\":[",
		c->begin, c->end);
	for (uint32_t i = 0; i < c->count; i++) {
		const struct trace_point *p = &c->points[i];

		fprintf(out, "%s[%" PRIu64, i > 0 ? ",\n" : "\n", p->ns);
		put_number(out, p->live);
		put_number(out, p->rss);
		put_number(out, p->peak);
		put_number(out, p->allocated);
		putc(']', out);
	}
	fputs("]}</script>\n", out);
}
