/* SPDX-License-Identifier: Apache-2.0 */
#include "html_chart.h"

#include <stdlib.h>

#include "err.h"
#include "html_choose.h"
#include "html_put.h"
#include "units.h"

#define WIDE	    1000.0 /* units of the drawings */
#define HIGH	    200.0
#define RATE_HIGH   50.0
#define RATE_MOST   (.7 * RATE_HIGH) /* words stand above it */
#define RATES	    200 /* that are told apart */
#define KINDS	    3
#define LAST_X	    .92 /* words in the middle of it would leave the page */
#define LABELS_MOST 12 /* phases that are named above the lines */
#define UNKNOWN	    HTML_UNKNOWN

double
html_chart_x(const struct html_chart *c, uint64_t ns)
{
	return ((double)ns - c->begin) / (c->end - c->begin) * 100;
}

double
html_chart_y(const struct html_chart *c, uint64_t bytes)
{
	return (double)bytes / c->most * 100;
}

static double
x_of(const struct html_chart *c, uint64_t ns)
{
	return html_chart_x(c, ns) / 100 * WIDE;
}

static double
y_of(const struct html_chart *c, uint64_t bytes)
{
	return HIGH - html_chart_y(c, bytes) / 100 * HIGH;
}

static uint64_t
of_kind(const struct trace_point *p, int kind)
{
	return kind == 0 ? p->live : kind == 1 ? p->rss : p->peak;
}

static void
put_line(const struct html_chart *c, int kind)
{
	static const char *const names[] = { "live", "rss", "peak" };
	FILE *out = c->h->out;
	const char *command = "M";

	fprintf(out, "<path class=\"l-%s\" d=\"", names[kind]);
	for (uint32_t i = 0; i < c->count; i++) {
		uint64_t bytes = of_kind(&c->points[i], kind);

		if (bytes == UNKNOWN)
			continue;
		fprintf(out, "%s%.2f %.2f", command, x_of(c, c->points[i].ns),
			y_of(c, bytes));
		command = "L";
	}
	fputs("\"/>\n", out);
}

static void
put_area(const struct html_chart *c)
{
	FILE *out = c->h->out;
	double last = 0;
	bool any = false;

	fputs("<path class=\"a-live\" d=\"", out);
	for (uint32_t i = 0; i < c->count; i++) {
		if (c->points[i].live == UNKNOWN)
			continue;
		last = x_of(c, c->points[i].ns);
		if (!any)
			fprintf(out, "M%.2f %.0f", last, HIGH);
		any = true;
		fprintf(out, "L%.2f %.2f", last, y_of(c, c->points[i].live));
	}
	if (any)
		fprintf(out, "L%.2f %.0fZ", last, HIGH);
	fputs("\"/>\n", out);
}

static void
put_phases(const struct html_chart *c)
{
	for (uint32_t i = 0; i < c->process->phase_count; i++) {
		const struct phase *phase = &c->process->phases[i];
		double x = x_of(c, phase->start_ns);
		double end = phase->end_ns == PHASE_OPEN
				     ? WIDE
				     : x_of(c, phase->end_ns);

		end = end > WIDE ? WIDE : end;
		if (x >= 0 && end > x)
			fprintf(c->h->out,
				"<rect class=\"phase%u\" x=\"%.2f\" y=\"0\" "
				"width=\"%.2f\" height=\"%.0f\"/>\n",
				i % 2, x, end - x, HIGH);
	}
}

static void
put_grid(const struct html_chart *c)
{
	double step = html_step_bytes(c->most, 4);

	for (double at = step; at < c->most; at += step)
		fprintf(c->h->out,
			"<path class=\"grid\" d=\"M0 %.2fH%.0f\"/>\n",
			y_of(c, (uint64_t)at), WIDE);
}

void
html_chart_lines(const struct html_chart *c)
{
	FILE *out = c->h->out;

	fprintf(out,
		"<svg viewBox=\"0 0 %.0f %.0f\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\">\n",
		WIDE, HIGH);
	put_phases(c);
	put_grid(c);
	put_area(c);
	for (int kind = 0; kind < KINDS; kind++)
		put_line(c, kind);
	fputs("</svg>\n", out);
}

void
html_chart_axes(const struct html_chart *c)
{
	double bytes = html_step_bytes(c->most, 4);
	double time = html_step_time(c->end - c->begin, 6);
	FILE *out = c->h->out;
	char text[UNITS_MAX];

	for (double at = bytes; at < c->most; at += bytes)
		fprintf(out,
			"<span class=\"y\" style=\"bottom:%.2f%%\">%s</span>\n",
			at / c->most * 100,
			units_bytes(text, (int64_t)at, false));
	fputs("<span class=\"x first\" style=\"left:0\">0</span>\n", out);
	for (double at = time; c->begin + at < c->end; at += time)
		fprintf(out,
			"<span class=\"x%s\" style=\"left:%.2f%%\">%s</span>\n",
			at / (c->end - c->begin) > LAST_X ? " last" : "",
			at / (c->end - c->begin) * 100, units_time(text, at));
	for (uint32_t i = 0; i < c->process->phase_count && i < LABELS_MOST;
		i++) {
		double x = html_chart_x(c, c->process->phases[i].start_ns);

		if (x < 0 || x > 100)
			continue;
		fprintf(out, "<span class=\"mark\" style=\"left:%.2f%%\">", x);
		html_put(out, strtab_get(&c->h->trace.names,
				      c->process->phases[i].name));
		fputs("</span>\n", out);
	}
}

/*
 * Bytes a second up to each point; returns the most. Over some time at least:
 * a dump and the trend tell of nearly the same moment, each with its error.
 */
static double
find_rates(const struct html_chart *c, double *rate)
{
	double least = (c->end - c->begin) / RATES, most = 0, last = 0;
	uint32_t from = 0;

	for (uint32_t i = 1; i < c->count; i++) {
		const struct trace_point *a = &c->points[from];
		const struct trace_point *b = &c->points[i];

		rate[i] = last;
		if ((double)(b->ns - a->ns) < least || b->ns == a->ns)
			continue;
		last = 0;
		if (a->allocated != UNKNOWN && b->allocated != UNKNOWN &&
			b->allocated > a->allocated)
			last = (double)(b->allocated - a->allocated) * 1e9 /
			       (double)(b->ns - a->ns);
		while (from < i)
			rate[++from] = last;
		most = last > most ? last : most;
	}
	return most;
}

/* As steps. */
void
html_chart_rate(const struct html_chart *c)
{
	double *rate = xcalloc((size_t)c->count + 1, sizeof *rate);
	double most = find_rates(c, rate);
	FILE *out = c->h->out;
	char text[UNITS_MAX];

	if (most > 0) {
		fprintf(out,
			"<div class=\"chart rate\"><svg viewBox=\"0 0 %.0f "
			"%.0f\" preserveAspectRatio=\"none\" "
			"aria-hidden=\"true\"><path class=\"a-rate\" "
			"d=\"M%.2f %.0f",
			WIDE, RATE_HIGH, x_of(c, c->points[0].ns), RATE_HIGH);
		for (uint32_t i = 1; i < c->count; i++)
			fprintf(out, "L%.2f %.2fH%.2f",
				x_of(c, c->points[i - 1].ns),
				RATE_HIGH - rate[i] / most * RATE_MOST,
				x_of(c, c->points[i].ns));
		units_bytes(
			text, most < 9e18 ? (int64_t)most : INT64_MAX, false);
		fprintf(out,
			"V%.0fZ\"/></svg><span class=\"y top\">"
			"%s/s allocated at most</span></div>\n",
			RATE_HIGH, text);
	}
	free(rate);
}
