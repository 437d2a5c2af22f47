/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stack is two lines: its figures with the function that is charged, and who
 * called that. What grows linearly comes first, and what that leads to stands
 * above all.
 */
#include "write_growth.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"
#include "units.h"

#define HOUR	      3600
#define PLUS_MINUS    "\xc2\xb1" /* U+00B1 */
#define CELL	      64
#define PIPED_COLUMNS 160 /* of the callers, where the width is not known */
#define PROCESSES_MAX 8 /* that are named */

enum { RATE, GROWN, LIVE, CLASS, CELLS };

static int64_t
rounded(double bytes)
{
	return fabs(bytes) < 9e18 ? llround(bytes) : INT64_MAX;
}

static const char *
bytes_text(char buf[UNITS_MAX], double bytes, bool exact)
{
	return units_bytes(buf, rounded(bytes), exact);
}

/* "+12.3 MiB ± 0.8": half of the interval, in the unit of the larger one. */
static void
with_error(char buf[CELL], double value, const struct interval *i, bool exact)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB",
		"PiB", "EiB" };
	double half = (i->high - i->low) / 2, unit = 1;
	const char *sign = value > 0 ? "+" : "";
	char text[UNITS_MAX];
	size_t k = 0;

	if (!(half > 0)) {
		snprintf(buf, CELL, "%s%s", sign,
			bytes_text(text, value, exact));
		return;
	}
	if (exact) {
		snprintf(buf, CELL, "%s%" PRId64 " " PLUS_MINUS " %" PRId64,
			sign, rounded(value), rounded(ceil(half)));
		return;
	}
	while (fmax(fabs(value), half) >= 1023.95 * unit && k < 6) {
		unit *= 1024;
		k++;
	}
	if (k == 0)
		snprintf(buf, CELL, "%s%.0f B " PLUS_MINUS " %.0f", sign, value,
			ceil(half));
	else
		snprintf(buf, CELL, "%s%.1f %s " PLUS_MINUS " %.1f", sign,
			value / unit, units[k], fmax(half / unit, 0.1));
}

static struct interval
an_hour(const struct interval *i)
{
	return (struct interval){ i->low * HOUR, i->high * HOUR };
}

uint32_t
growth_listed(const struct growth *g, const struct growth_view *v)
{
	uint32_t n = 0;

	while (n < g->stack_count &&
		(v->steady || g->stacks[n].trend.class == TREND_LINEAR ||
			g->stacks[n].trend.class >= TREND_STEP))
		n++;
	return v->top > 0 && (uint32_t)v->top < n ? (uint32_t)v->top : n;
}

static uint32_t
judged(const struct growth *g)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->process_count; i++)
		n += g->processes[i].judged;
	return n;
}

static const char *
points_name(const struct growth_view *v, uint32_t count)
{
	return v->looks	    ? count == 1 ? "look" : "looks"
	       : count == 1 ? "dump"
			    : "dumps";
}

static void
write_interval(FILE *out, const struct growth_process *p)
{
	char low[UNITS_MAX], high[UNITS_MAX];

	if (p->interval_max <= 1) {
		if (p->interval_max == 1)
			fputs(", every allocation", out);
		return;
	}
	units_bytes(low, (int64_t)p->interval_min, false);
	units_bytes(high, (int64_t)p->interval_max, false);
	fprintf(out, ", sampled at %s", low);
	if (p->interval_min != p->interval_max)
		fprintf(out, " to %s", high);
}

/* "redis-server (pid 42): 24 dumps in 23.0 s, ..." */
static void
write_process(
	FILE *out, const struct growth_process *p, const struct growth_view *v)
{
	char *name = text_visible(p->name), buf[UNITS_MAX];

	fputs(name, out);
	if (p->pid > 0)
		fprintf(out, " (pid %d)", p->pid);
	fprintf(out, ": %u %s", p->points, points_name(v, p->points));
	if (!p->judged) {
		fputs(", too few to judge\n", out);
		free(name);
		return;
	}
	fprintf(out, " in %s",
		units_time(buf, (double)(p->last_ns - p->first_ns)));
	write_interval(out, p);
	fprintf(out, ", %s live in %u stack%s\n",
		bytes_text(buf, p->live, v->exact), p->stacks,
		p->stacks == 1 ? "" : "s");
	free(name);
}

static void
write_left_out(
	FILE *out, const struct growth_process *p, const struct growth_view *v)
{
	const struct {
		uint32_t count;
		const char *why;
	} reasons[] = {
		{ p->damaged, "left out: cut off, or not to be read" },
		{ p->thinned, "left out: older than when N had to rise, which "
			      "looks like frees" },
		{ p->unlisted,
			"left out: without a list of all live samples, as "
			"live states are" },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].count > 0)
			fprintf(out, "note: %u %s %s\n", reasons[i].count,
				points_name(v, reasons[i].count),
				reasons[i].why);
	if (p->judged && !p->listed)
		fprintf(out,
			"note: no live samples are listed%s: a leak in a stack "
			"that frees much, too, may be unseen\n",
			v->looks ? " in a live state" : " (or not all)");
	if (p->judged && p->file_times)
		fputs("note: times are those of the files, as they were last "
		      "changed\n",
			out);
}

static void
write_processes(FILE *out, const struct growth *g, const struct growth_view *v)
{
	uint32_t named = 0;

	for (uint32_t i = 0; i < g->process_count; i++) {
		/* Those that can't be judged are not worth many lines. */
		if (!g->processes[i].judged && named >= PROCESSES_MAX)
			continue;
		if (named++ >= PROCESSES_MAX)
			continue;
		write_process(out, &g->processes[i], v);
		write_left_out(out, &g->processes[i], v);
	}
	if (named < g->process_count || named > PROCESSES_MAX)
		fprintf(out, "and %u more processes\n",
			g->process_count - PROCESSES_MAX);
}

static void
write_forecast(FILE *out, const struct growth *g, const struct growth_view *v)
{
	char at[TREND_TIME_SIZE], low[TREND_TIME_SIZE], high[TREND_TIME_SIZE];
	char limit[UNITS_MAX], left[UNITS_MAX];
	const struct growth_limit *l = v->limit;
	struct trend_forecast f;

	if (!l->what)
		return;
	f = trend_forecast(&g->together, l->left);
	fprintf(out,
		"reaches %s of %s, %s from here, in %s at this rate "
		"(%s to %s)\n",
		l->what, bytes_text(limit, l->bytes, v->exact),
		bytes_text(left, fmax(l->left, 0), v->exact),
		trend_time(at, f.seconds), trend_time(low, f.low),
		trend_time(high, f.high));
}

static void
write_together(FILE *out, const struct growth *g, const struct growth_view *v)
{
	const struct trend *t = &g->together;
	struct interval i = an_hour(&t->slope95);
	char rate[CELL];

	if (g->classes[TREND_LINEAR] == 0) {
		fputs("nothing is seen to grow linearly\n", out);
		return;
	}
	with_error(rate, t->slope * HOUR, &i, v->exact);
	fprintf(out, "%u stack%s linearly: %s an hour\n",
		g->classes[TREND_LINEAR],
		g->classes[TREND_LINEAR] == 1 ? " grows" : "s grow", rate);
	write_forecast(out, g, v);
}

static void
fill_cells(char cells[CELLS][CELL], const struct trend *t, uint64_t first_ns,
	bool exact)
{
	struct interval i = an_hour(&t->slope95);
	char buf[UNITS_MAX];

	if (t->class == TREND_LINEAR)
		with_error(cells[RATE], t->slope * HOUR, &i, exact);
	else
		snprintf(cells[RATE], CELL, "-");
	with_error(cells[GROWN], t->growth, &t->growth95, exact);
	snprintf(cells[LIVE], CELL, "%s", bytes_text(buf, t->live, exact));
	/* Its start was different, and is left out. */
	if (t->class == TREND_LINEAR && t->from_ns > first_ns)
		snprintf(cells[CLASS], CELL, "%s from %s on",
			trend_class_names[t->class],
			units_time(buf, (double)t->from_ns));
	else
		snprintf(cells[CLASS], CELL, "%s", trend_class_names[t->class]);
}

static void
write_padded(FILE *out, const char *text, size_t width, bool left)
{
	size_t n = text_columns(text);
	int padding = n < width ? (int)(width - n) : 0;

	if (left)
		fprintf(out, "%s%*s  ", text, padding, "");
	else
		fprintf(out, "%*s%s  ", padding, "", text);
}

/* "  < caller < its caller": those of the function that is charged. */
static void
write_callers(FILE *out, const struct growth *g, const struct growth_stack *s,
	int columns)
{
	size_t most = columns > 20 ? (size_t)columns : PIPED_COLUMNS;
	size_t used = 4;

	if (s->charge < 2)
		return;
	fputs("   ", out);
	for (uint32_t i = s->charge - 1; i > 0; i--) {
		char *name = text_visible(
			growth_name(g, g->frames[s->first + i - 1]));
		size_t n = text_columns(name) + 3;

		if (used + n + (i > 1 ? 6 : 0) > most && i + 1 < s->charge) {
			fputs(" < ...", out);
			free(name);
			break;
		}
		text_shorten(name, most - 12, false);
		fprintf(out, " < %s", name);
		used += n;
		free(name);
	}
	putc('\n', out);
}

static void
write_function(FILE *out, const struct growth *g, const struct growth_stack *s,
	bool several)
{
	char *name = text_visible(growth_function(g, s));

	fputs(name, out);
	if (several)
		fprintf(out, " (pid %d)", g->processes[s->process].pid);
	putc('\n', out);
	free(name);
}

static const char *const titles[CELLS] = { "an hour", "grew by", "live",
	"class" };

static void
write_stacks(FILE *out, const struct growth *g, const struct growth_view *v,
	uint32_t count)
{
	char(*cells)[CELLS][CELL] = xcalloc(count + 1, sizeof *cells);
	size_t width[CELLS];
	bool several = judged(g) > 1;

	for (int c = 0; c < CELLS; c++)
		width[c] = strlen(titles[c]);
	for (uint32_t i = 0; i < count; i++) {
		const struct growth_stack *s = &g->stacks[i];

		fill_cells(cells[i], &s->trend,
			g->processes[s->process].first_ns, v->exact);
		for (int c = 0; c < CELLS; c++)
			if (text_columns(cells[i][c]) > width[c])
				width[c] = text_columns(cells[i][c]);
	}
	putc('\n', out);
	for (int c = 0; c < CELLS; c++)
		write_padded(out, titles[c], width[c], c == CLASS);
	fputs("function\n", out);
	for (uint32_t i = 0; i < count; i++) {
		for (int c = 0; c < CELLS; c++)
			write_padded(out, cells[i][c], width[c], c == CLASS);
		write_function(out, g, &g->stacks[i], several);
		write_callers(out, g, &g->stacks[i], v->columns);
	}
	free(cells);
}

static void
write_last_line(FILE *out, const struct growth *g, const struct growth_view *v)
{
	const char *before = "";
	uint32_t points = 0;
	uint64_t ns = 0;
	char buf[UNITS_MAX];

	for (uint32_t i = 0; i < g->process_count; i++) {
		const struct growth_process *p = &g->processes[i];

		points += p->points;
		if (p->last_ns - p->first_ns > ns)
			ns = p->last_ns - p->first_ns;
	}
	fprintf(out,
		"\n%u stack%s looked at in %u %s over %s: ", g->stack_count,
		g->stack_count == 1 ? "" : "s", points, points_name(v, points),
		units_time(buf, (double)ns));
	for (int c = TREND_LINEAR; c < TREND_CLASSES; c++) {
		if (g->classes[c] == 0)
			continue;
		fprintf(out, "%s%u %s", before, g->classes[c],
			trend_class_names[c]);
		before = ", ";
	}
	fprintf(out, "%s%u not distinguishable from no growth\n", before,
		g->classes[TREND_STEADY] + g->classes[TREND_FEW]);
}

void
write_growth(FILE *out, const struct growth *g, const struct growth_view *v)
{
	uint32_t count = growth_listed(g, v), all;
	struct growth_view whole = *v;

	write_processes(out, g, v);
	write_together(out, g, v);
	if (count > 0)
		write_stacks(out, g, v, count);
	whole.top = 0;
	all = growth_listed(g, &whole);
	if (all > count)
		fprintf(out, "\n%u more; --top 0 shows all\n", all - count);
	write_last_line(out, g, v);
}
