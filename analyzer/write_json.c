/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame-report/1. Keys are only ever added; what is not known is null;
 * numbers are integers. One row a line, so that two reports can be compared by
 * tools that know nothing of JSON.
 */
#include "write_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "sites.h"
#include "text.h"
#include "write.h"

/* A string of the profile, or null. */
static void
string_or_null(FILE *out, const struct profile *p, uint32_t id)
{
	if (id == NONE)
		fputs("null", out);
	else
		text_json(out, strtab_get(&p->strings, id));
}

static void
number_or_null(FILE *out, uint64_t n)
{
	if (n > 0)
		fprintf(out, "%" PRIu64, n);
	else
		fputs("null", out);
}

/* Beyond what an integer can hold the limit stands for it. */
static int64_t
rounded(double x)
{
	if (x >= 9.2e18)
		return INT64_MAX;
	return x <= -9.2e18 ? -INT64_MAX : llround(x);
}

void
json_value(FILE *out, const struct shown *s, const char *key, int64_t value,
	double var)
{
	struct interval i = amount_interval(s, value, var);

	fprintf(out, "\"%s\":%" PRId64, key, value);
	if (!s->var_known)
		fputs(",\"low\":null,\"high\":null", out);
	else
		fprintf(out, ",\"low\":%" PRId64 ",\"high\":%" PRId64,
			rounded(i.low), rounded(i.high));
}

/* ,"effective_samples":E, at most all; null: no error, or it is not known. */
static void
put_effective(FILE *out, double value, double var, uint64_t samples)
{
	double n = fmin(stats_effective(value, var), (double)samples);

	fputs(",\"effective_samples\":", out);
	if (n > 0)
		fprintf(out, "%" PRId64, n < 1 ? 1 : rounded(n));
	else
		fputs("null", out);
}

void
json_samples(FILE *out, const struct shown *s, int64_t value, double var,
	uint64_t samples)
{
	bool known = s->var_known && !s->compared;

	fprintf(out, ",\"samples\":%" PRIu64, samples);
	put_effective(out, (double)value, known ? var : 0, samples);
	fprintf(out, ",\"significant\":%s",
		!s->var_known				       ? "null"
		: value == 0 || amount_is_noise(s, value, var) ? "false"
							       : "true");
}

void
json_place(FILE *out, const struct shown *s, uint32_t frame)
{
	const struct profile *p = s->profile;
	const struct frame *f = &p->frames[frame];
	const struct function *function = &p->functions[f->function];
	uint32_t module = function->module;

	fputs("\"function\":", out);
	text_json(out, shown_name(s, frame));
	fputs(",\"file\":", out);
	string_or_null(out, p, function->file);
	fputs(",\"line\":", out);
	number_or_null(out, f->line);
	fputs(",\"module\":", out);
	string_or_null(out, p, module == NONE ? NONE : p->modules[module].path);
	fputs(",\"build_id\":", out);
	string_or_null(
		out, p, module == NONE ? NONE : p->modules[module].build_id);
}

static void
write_phases(FILE *out, const struct profile *p, const struct process *it)
{
	fputs(",\"phases\":[", out);
	for (uint32_t i = 0; i < it->phases; i++) {
		const struct phase *phase = &p->phases[it->first_phase + i];

		fprintf(out, "%s{\"name\":", i > 0 ? "," : "");
		string_or_null(out, p, phase->name);
		fprintf(out, ",\"start_ns\":%" PRIu64 ",\"end_ns\":",
			phase->start_ns);
		if (phase->end_ns == PHASE_OPEN)
			fputs("null", out);
		else
			fprintf(out, "%" PRIu64, phase->end_ns);
		putc('}', out);
	}
	putc(']', out);
}

struct cause {
	const char *name;
	uint64_t count;
};

static int
compare_causes(const void *x, const void *y)
{
	const struct cause *a = x, *b = y;

	return strcmp(a->name, b->name);
}

/* The losses of all processes, by cause. */
static void
write_lost(FILE *out, const struct profile *p)
{
	struct cause *causes = xcalloc(p->loss_count + 1, sizeof *causes);
	uint32_t n = p->loss_count;
	const char *before = "";

	for (uint32_t i = 0; i < n; i++)
		causes[i] = (struct cause){
			.name = strtab_get(&p->strings, p->losses[i].cause),
			.count = p->losses[i].count,
		};
	qsort(causes, n, sizeof *causes, compare_causes);
	fputs("\"lost\":{", out);
	for (uint32_t i = 0; i < n; i++) {
		if (i + 1 < n && !strcmp(causes[i].name, causes[i + 1].name)) {
			causes[i + 1].count += causes[i].count;
			continue;
		}
		fputs(before, out);
		text_json(out, causes[i].name);
		fprintf(out, ":%" PRIu64, causes[i].count);
		before = ",";
	}
	fputs("},\n", out);
	free(causes);
}

void
json_processes(FILE *out, const struct profile *p)
{
	static const char *const states[PROCESS_STATES] = {
		[PROCESS_ENDED] = "\"ended\"",
		[PROCESS_RUNNING] = "\"running\"",
		[PROCESS_KILLED] = "\"killed\"",
		[PROCESS_UNTOLD] = "null",
	};

	fputs("\"processes\":[", out);
	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		fputs(i > 0 ? ",\n{\"exe\":" : "\n{\"exe\":", out);
		string_or_null(out, p, it->exe);
		fputs(",\"pid\":", out);
		number_or_null(out, it->pid > 0 ? (uint64_t)it->pid : 0);
		fputs(",\"start\":", out);
		number_or_null(
			out, it->start_ms > 0 ? (uint64_t)it->start_ms : 0);
		fprintf(out, ",\"state\":%s,\"source\":", states[it->state]);
		string_or_null(out, p, it->source);
		if (it->signal > 0)
			fprintf(out, ",\"signal\":%d", it->signal);
		if (it->merged > 0)
			fprintf(out, ",\"merged\":%" PRIu32, it->merged);
		write_phases(out, p, it);
		putc('}', out);
	}
	fputs("],\n", out);
	write_lost(out, p);
}

void
json_stack(FILE *out, const struct shown *s, const uint32_t *frames,
	uint32_t depth)
{
	fputs("\"stack\":[", out);
	for (uint32_t i = depth; i > 0; i--) {
		text_json(out, shown_name(s, frames[i - 1]));
		if (i > 1)
			putc(',', out);
	}
	fputs("],\"frames\":[", out);
	for (uint32_t i = depth; i > 0; i--) {
		putc('{', out);
		json_place(out, s, frames[i - 1]);
		fputs(i > 1 ? "}," : "}", out);
	}
	putc(']', out);
}

void
json_head(FILE *out, const struct shown *s)
{
	fputs("{\"schema\":\"heapflame-report/1\",\n\"metric\":", out);
	text_json(out, profile_metric_name(s->profile, s->metric));
	fputs(",\n\"unit\":", out);
	text_json(out, profile_metric_unit_name(s->profile, s->metric));
	fprintf(out,
		",\n\"samples\":%" PRIu64 ",\n\"interval_min\":", s->samples);
	number_or_null(out, s->interval_min);
	fputs(",\n\"interval_max\":", out);
	number_or_null(out, s->interval_max);
	fputs(",\n\"total\":{", out);
	json_value(out, s, "value", s->total, s->var);
	json_samples(out, s, s->total, s->var, s->samples);
	fputs("},\n\"phase\":", out);
	if (s->phase)
		text_json(out, s->phase);
	else
		fputs("null", out);
	fputs(",\n", out);
	json_selection(out, s);
	json_processes(out, s->profile);
}

static void
write_row(FILE *out, const struct shown *s, const struct sites *sites,
	const struct site *site)
{
	putc('{', out);
	json_place(out, s, site->frame);
	fputs(",\"via\":[", out);
	for (uint32_t i = 0; i < site->vias; i++) {
		if (i > 0)
			putc(',', out);
		text_json(out, shown_name(s, sites->via[site->first_via + i]));
	}
	fputs("],\"flat\":{", out);
	json_value(out, s, "value", site->flat, site->flat_var);
	fprintf(out, ",\"objects\":%" PRId64, site->flat_objects);
	json_samples(out, s, site->flat, site->flat_var, site->flat_samples);
	fputs("},\"cum\":{", out);
	json_value(out, s, "value", site->cum, site->cum_var);
	fprintf(out, ",\"objects\":%" PRId64, site->cum_objects);
	json_samples(out, s, site->cum, site->cum_var, site->cum_samples);
	fputs("},\"lifetime_ns\":", out);
	if (site->freed_objects > 0)
		fprintf(out, "%" PRId64 "}",
			rounded(site->lifetime_ns / site->freed_objects));
	else
		fputs("null}", out);
}

static void
write_reading(FILE *out, const struct reading *reading)
{
	fputs("\"reading\":[", out);
	for (uint32_t i = 0; reading && i < reading->count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		text_json(out, reading->text[i]);
	}
	fputs("],\n", out);
}

void
write_json(FILE *out, const struct shown *s, const struct reading *reading,
	bool by_cum, int top)
{
	struct sites sites;

	sites_build(&sites, s, by_cum);
	if (top > 0 && (uint32_t)top < sites.count)
		sites.count = (uint32_t)top;
	json_head(out, s);
	write_reading(out, reading);
	json_memory(out, s);
	json_groups(out, s);
	fputs("\"rows\":[", out);
	for (uint32_t i = 0; i < sites.count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		write_row(out, s, &sites, &sites.list[i]);
	}
	fputs("]}\n", out);
	sites_release(&sites);
}
