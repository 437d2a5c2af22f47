/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame-diff/1. Keys are only ever added; what is not known is null;
 * numbers are integers; one row a line.
 */
#include <inttypes.h>
#include <math.h>

#include "text.h"
#include "write_diff.h"
#include "write_json.h"

static int64_t
rounded(double x)
{
	if (x >= 9.2e18)
		return INT64_MAX;
	return x <= -9.2e18 ? -INT64_MAX : llround(x);
}

/* {"value":V,"low":L,"high":H} */
static void
put_value(FILE *out, const struct diff *d, int64_t value, struct interval i)
{
	fprintf(out, "{\"value\":%" PRId64, value);
	if (d->shown.var_known)
		fprintf(out, ",\"low\":%" PRId64 ",\"high\":%" PRId64 "}",
			rounded(i.low), rounded(i.high));
	else
		fputs(",\"low\":null,\"high\":null}", out);
}

static const char *
truth(const struct diff *d, bool yes)
{
	return !d->shown.var_known ? "null" : yes ? "true" : "false";
}

/* "before":{...},"after":{...},"delta":{...},"objects":{...},"status":... */
static void
put_figure(FILE *out, const struct diff *d, const struct diff_figure *f)
{
	fputs("\"before\":", out);
	put_value(out, d, f->before,
		stats_interval95((double)f->before, f->before_var));
	fputs(",\"after\":", out);
	put_value(out, d, f->after,
		stats_interval95((double)f->after, f->after_var));
	fputs(",\"delta\":", out);
	put_value(out, d, f->change, f->change95);
	fprintf(out,
		",\"objects\":{\"before\":%" PRId64 ",\"after\":%" PRId64
		",\"delta\":%" PRId64 "},\"status\":\"%s\"",
		f->objects_before, f->objects_after,
		f->objects_after - f->objects_before,
		diff_status_names[f->status]);
	fprintf(out, ",\"significant\":%s,\"certain\":%s",
		truth(d, f->significant), truth(d, f->certain));
}

static void
put_interval(FILE *out, const char *key, uint64_t n)
{
	if (n > 0)
		fprintf(out, "\"%s\":%" PRIu64 ",\n", key, n);
	else
		fprintf(out, "\"%s\":null,\n", key);
}

static void
put_side(FILE *out, const char *key, const struct profile *p, uint64_t samples,
	const char *file)
{
	uint64_t least, most;

	profile_intervals(p, &least, &most);
	fprintf(out, "\"%s\":{\"file\":", key);
	text_json(out, file);
	fprintf(out, ",\n\"samples\":%" PRIu64 ",\n", samples);
	put_interval(out, "interval_min", least);
	put_interval(out, "interval_max", most);
	json_processes(out, p);
	fprintf(out, "\"process_count\":%" PRIu64 "},\n", profile_processes(p));
}

static void
put_head(FILE *out, const struct diff *d, const struct diff_view *v)
{
	const struct shown *s = &d->shown;

	fputs("{\"schema\":\"heapflame-diff/1\",\n\"metric\":", out);
	text_json(out, profile_metric_name(s->profile, s->metric));
	fputs(",\n\"unit\":", out);
	text_json(out, profile_metric_unit_name(s->profile, s->metric));
	fputs(",\n", out);
	put_side(out, "base", d->base, s->base_samples, v->before);
	put_side(out, "new", s->profile, s->samples, v->after);
	fputs("\"total\":{", out);
	put_figure(out, d, &d->total);
	fputs("},\n\"factor_ppm\":", out);
	if (s->factor != 1)
		fprintf(out, "%" PRId64, rounded(1e6 * s->factor));
	else
		fputs("null", out);
	fprintf(out,
		",\n\"shared\":{\"processes\":%" PRIu32
		",\"cancelled\":%" PRIu32 ",\"bounded\":%" PRIu32
		",\"apart\":%" PRIu32 ",\"thinned\":%" PRIu32 "},\n\"phase\":",
		s->shared.processes, s->shared.cancelled, s->shared.bounded,
		s->shared.apart, s->shared.thinned);
	if (s->phase)
		text_json(out, s->phase);
	else
		fputs("null", out);
	fputs(",\n", out);
	json_selection(out, s);
	json_groups(out, s);
}

static void
put_row(FILE *out, const struct diff *d, const struct diff_row *row)
{
	const struct shown *s = &d->shown;
	const struct shown_stack *stack;

	putc('{', out);
	if (row->stack != NONE) {
		stack = &s->stacks[row->stack];
		json_stack(out, s, s->frames + stack->first, stack->depth);
		putc(',', out);
		put_figure(out, d, &row->flat);
		putc('}', out);
		return;
	}
	json_place(out, s, row->frame);
	putc(',', out);
	put_figure(out, d, &row->flat);
	fputs(",\"cum\":{", out);
	put_figure(out, d, &row->cum);
	fputs("}}", out);
}

void
write_diff_json(FILE *out, const struct diff *d, const struct diff_view *v)
{
	const struct diff_row *rows = v->stacks ? d->stacks : d->functions;
	uint32_t n = v->stacks ? d->stack_count : d->function_count, done = 0;

	put_head(out, d, v);
	fprintf(out, "\"rows_are\":\"%s\",\n\"rows\":[",
		v->stacks ? "stacks" : "functions");
	for (uint32_t i = 0; i < n; i++) {
		const struct diff_row *row = &rows[i];

		if (v->only_certain &&
			!(v->by_cum ? row->cum : row->flat).certain)
			continue;
		if (v->top > 0 && done == (uint32_t)v->top)
			break;
		fputs(done++ > 0 ? ",\n" : "\n", out);
		put_row(out, d, row);
	}
	fputs("]}\n", out);
}
