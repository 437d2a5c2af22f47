/* SPDX-License-Identifier: Apache-2.0 */
/* What stands above the stacks that grow: whose they are, what was left out,
 * and what it leads to. */
#include <math.h>
#include <stdlib.h>

#include "text.h"
#include "units.h"
#include "write_growth.h"

#define PROCESSES_MAX 8 /* that are named */

static int64_t
rounded(double bytes)
{
	if (fabs(bytes) < 9e18)
		return llround(bytes);
	return bytes < 0 ? -INT64_MAX : INT64_MAX;
}

const char *
growth_bytes(char buf[UNITS_MAX], double bytes, bool exact)
{
	return units_bytes(buf, rounded(bytes), exact);
}

const char *
growth_change(char buf[GROWTH_CELL], double value, const struct interval *i,
	bool exact)
{
	const struct shown bytes = { .unit = UNIT_BYTES };
	int64_t whole = rounded(value);

	buf[0] = '+';
	amount_with_half(buf + (whole > 0), &bytes, whole,
		(i->high - i->low) / 2, exact);
	return buf;
}

struct interval
growth_an_hour(const struct interval *i)
{
	return (struct interval){ i->low * GROWTH_HOUR, i->high * GROWTH_HOUR };
}

const char *
growth_points_name(const struct growth_view *v, uint32_t count)
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
	fprintf(out, ": %u %s", p->points, growth_points_name(v, p->points));
	if (!p->judged) {
		fputs(", too few to judge\n", out);
		free(name);
		return;
	}
	fprintf(out, " in %s",
		units_time(buf, (double)(p->last_ns - p->first_ns)));
	write_interval(out, p);
	fprintf(out, ", %s live in %u stack%s\n",
		growth_bytes(buf, p->live, v->exact), p->stacks,
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
			"left out: not all live samples are listed (a live "
			"state lists none)" },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].count > 0)
			fprintf(out, "note: %u %s %s\n", reasons[i].count,
				growth_points_name(v, reasons[i].count),
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

/* Those that are judged, then the others; at most so many. */
static void
write_processes(FILE *out, const struct growth *g, const struct growth_view *v)
{
	uint32_t named = 0;

	for (int judged_ones = 1; judged_ones >= 0; judged_ones--)
		for (uint32_t i = 0; i < g->process_count; i++) {
			const struct growth_process *p = &g->processes[i];

			if (p->judged != judged_ones || named == PROCESSES_MAX)
				continue;
			named++;
			write_process(out, p, v);
			write_left_out(out, p, v);
		}
	if (named < g->process_count)
		fprintf(out, "and %u more process%s\n",
			g->process_count - named,
			g->process_count - named == 1 ? "" : "es");
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
	if (l->left <= 0) {
		fprintf(out, "has reached %s of %s\n", l->what,
			growth_bytes(limit, l->bytes, v->exact));
		return;
	}
	f = trend_forecast(&g->together, l->left);
	fprintf(out,
		"reaches %s of %s, %s from here, in %s at this rate "
		"(%s to %s)\n",
		l->what, growth_bytes(limit, l->bytes, v->exact),
		growth_bytes(left, l->left, v->exact),
		trend_time(at, f.seconds), trend_time(low, f.low),
		trend_time(high, f.high));
}

static void
write_together(FILE *out, const struct growth *g, const struct growth_view *v)
{
	const struct trend *t = &g->together;
	struct interval i = growth_an_hour(&t->slope95);
	char rate[GROWTH_CELL];

	if (g->classes[TREND_LINEAR] == 0) {
		fputs("nothing is seen to grow linearly\n", out);
		return;
	}
	growth_change(rate, t->slope * GROWTH_HOUR, &i, v->exact);
	fprintf(out, "%u stack%s linearly: %s an hour\n",
		g->classes[TREND_LINEAR],
		g->classes[TREND_LINEAR] == 1 ? " grows" : "s grow", rate);
	write_forecast(out, g, v);
}

void
write_growth_head(
	FILE *out, const struct growth *g, const struct growth_view *v)
{
	write_processes(out, g, v);
	write_together(out, g, v);
}
