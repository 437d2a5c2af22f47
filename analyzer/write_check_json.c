/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame-check/1. Keys are only ever added; what is not known is null;
 * numbers are integers, rates bytes an hour.
 */
#include <inttypes.h>
#include <math.h>

#include "text.h"
#include "write_check.h"
#include "write_json.h"

#define HOUR 3600.0

static void
put_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	if (text != NULL)
		text_json(out, text);
	else
		fputs("null", out);
}

static void
put_number(FILE *out, const char *key, double x)
{
	if (isnan(x))
		fprintf(out, ",\"%s\":null", key);
	else
		fprintf(out, ",\"%s\":%" PRId64, key,
			fabs(x) < 9.2e18 ? (int64_t)llround(x)
			: x < 0		 ? -INT64_MAX
					 : INT64_MAX);
}

static void
put_stack(FILE *out, const struct finding *f)
{
	const struct finding_stack *s = &f->stack;

	if (s->depth == 0) {
		fputs(",\"stack\":null", out);
		return;
	}
	fputs(",\"stack\":{\"value\":", out);
	fprintf(out, "%" PRId64 ",\"frames\":[", (int64_t)llround(s->value));
	for (uint32_t i = 0; i < s->depth; i++) {
		fputs(i > 0 ? ",{\"function\":" : "{\"function\":", out);
		text_json(out, s->frames[i].function);
		put_text(out, "file", s->frames[i].file);
		put_number(out, "line",
			s->frames[i].line > 0 ? s->frames[i].line : NAN);
		putc('}', out);
	}
	fputs("]}", out);
}

static void
put_finding(FILE *out, const struct findings *all, const struct finding *f)
{
	static const char *const units[] = { [FINDING_BYTES] = "bytes",
		[FINDING_COUNT] = "objects",
		[FINDING_RATE] = "bytes_per_hour" };
	double scale = f->unit == FINDING_RATE ? HOUR : 1;

	fprintf(out, "{\"check\":\"%s\",\"verdict\":\"%s\"", f->check,
		verdict_names[f->verdict]);
	put_text(out, "subject", f->subject);
	put_text(out, "metric", f->metric);
	put_text(out, "unit", units[f->unit]);
	put_number(out, "value", f->value * scale);
	put_number(out, "low", f->low * scale);
	put_number(out, "high", f->high * scale);
	put_number(out, "limit", f->limit * scale);
	put_number(out, "baseline", f->before * scale);
	put_number(out, "decides_at", f->sample > 0 ? (double)f->sample : NAN);
	fprintf(out, ",\"baseline_too\":%s",
		f->baseline_too ? "true" : "false");
	put_text(out, "why", f->why);
	put_text(out, "budget", f->line > 0 ? all->budget : NULL);
	put_number(out, "line", f->line > 0 ? (double)f->line : NAN);
	put_stack(out, f);
	putc('}', out);
}

void
write_check_json(FILE *out, const struct findings *f)
{
	fprintf(out, "{\"schema\":\"heapflame-check/1\",\"verdict\":\"%s\",\n",
		verdict_names[findings_verdict(f)]);
	json_processes(out, f->p);
	fputs("\"checks\":[", out);
	for (size_t i = 0; i < f->count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		put_finding(out, f, &f->list[i]);
	}
	fputs("]}\n", out);
}
