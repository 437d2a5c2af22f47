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

#define CELL	      64
#define PIPED_COLUMNS 160 /* of the callers, where the width is not known */

enum { RATE, GROWN, LIVE, CLASS, CELLS };

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

static void
fill_cells(char cells[CELLS][CELL], const struct trend *t, uint64_t first_ns,
	bool exact)
{
	struct interval i = growth_an_hour(&t->slope95);
	char buf[UNITS_MAX];

	if (t->class == TREND_LINEAR)
		growth_change(cells[RATE], t->slope * GROWTH_HOUR, &i, exact);
	else
		snprintf(cells[RATE], CELL, "-");
	growth_change(cells[GROWN], t->growth, &t->growth95, exact);
	snprintf(cells[LIVE], CELL, "%s", growth_bytes(buf, t->live, exact));
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
		g->stack_count == 1 ? "" : "s", points,
		growth_points_name(v, points), units_time(buf, (double)ns));
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

	write_growth_head(out, g, v);
	if (count > 0)
		write_stacks(out, g, v, count);
	whole.top = 0;
	all = growth_listed(g, &whole);
	if (all > count)
		fprintf(out, "\n%u more; --top 0 shows all\n", all - count);
	write_last_line(out, g, v);
}
