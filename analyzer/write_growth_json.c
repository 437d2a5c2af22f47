/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame-growth/1, in the manner of heapflame-report/1: keys are only ever
 * added; what is not known is null; bytes and times are whole numbers.
 */
#include <inttypes.h>
#include <math.h>

#include "text.h"
#include "write_growth.h"
#include "write_json.h"

#define HOUR	   3600
#define P_DIGITS   "%.3g"
#define MOST_WHOLE 9.2e18

/* A whole number; null: it is none that can be written. */
static void
put_number(FILE *out, const char *key, double x)
{
	if (isfinite(x) && fabs(x) < MOST_WHOLE)
		fprintf(out, "\"%s\":%lld", key, llround(x));
	else
		fprintf(out, "\"%s\":null", key);
}

static void
put_known(FILE *out, const char *key, uint64_t n)
{
	if (n > 0)
		fprintf(out, "\"%s\":%" PRIu64, key, n);
	else
		fprintf(out, "\"%s\":null", key);
}

/* "key":{"value","low","high"} */
static void
put_range(FILE *out, const char *key, double value, const struct interval *i,
	double factor)
{
	fprintf(out, ",\"%s\":{", key);
	put_number(out, "value", value * factor);
	putc(',', out);
	put_number(out, "low", i->low * factor);
	putc(',', out);
	put_number(out, "high", i->high * factor);
	putc('}', out);
}

static void
put_process(FILE *out, const struct growth_process *p)
{
	fputs("{\"exe\":", out);
	text_json(out, p->name);
	putc(',', out);
	put_known(out, "pid", p->pid > 0 ? (uint64_t)p->pid : 0);
	fprintf(out,
		",\"judged\":%s,\"points\":%u,\"damaged\":%u,\"thinned\":%u,"
		"\"unlisted\":%u,\"listed\":%s,\"file_times\":%s",
		p->judged ? "true" : "false", p->points, p->damaged, p->thinned,
		p->unlisted, p->listed ? "true" : "false",
		p->file_times ? "true" : "false");
	fprintf(out,
		",\"from_ns\":%" PRIu64 ",\"to_ns\":%" PRIu64
		",\"live_samples\":%" PRIu64 ",\"stacks\":%u,",
		p->first_ns, p->last_ns, p->samples, p->stacks);
	put_known(out, "interval_min", p->interval_min);
	putc(',', out);
	put_known(out, "interval_max", p->interval_max);
	putc(',', out);
	put_number(out, "live", p->live);
	putc(',', out);
	put_known(out, "rss", p->rss);
	putc('}', out);
}

static void
put_classes(FILE *out, const struct growth *g)
{
	fputs("\"classes\":{", out);
	for (int c = 0; c < TREND_CLASSES; c++)
		fprintf(out, "%s\"%s\":%u", c > 0 ? "," : "",
			trend_class_names[c], g->classes[c]);
	fputs("},\n", out);
}

static void
put_limit(FILE *out, const struct growth *g, const struct growth_limit *l)
{
	struct trend_forecast f;

	if (!l->what) {
		fputs("\"limit\":null,\n", out);
		return;
	}
	f = trend_forecast(&g->together, l->left);
	fputs("\"limit\":{", out);
	put_number(out, "bytes", l->bytes);
	putc(',', out);
	put_number(out, "left", fmax(l->left, 0));
	fputs(",\"seconds\":{", out);
	put_number(out, "value", f.seconds);
	putc(',', out);
	put_number(out, "low", f.low);
	putc(',', out);
	put_number(out, "high", f.high);
	fputs("}},\n", out);
}

static void
put_stack(FILE *out, const struct growth *g, const struct growth_stack *s)
{
	const struct shown names = { .profile = &g->names };
	const struct trend *t = &s->trend;

	fprintf(out, "{\"class\":\"%s\",\"process\":%u,\"function\":",
		trend_class_names[t->class], s->process);
	text_json(out, growth_function(g, s));
	if (t->class == TREND_LINEAR)
		put_range(out, "bytes_an_hour", t->slope, &t->slope95, HOUR);
	else
		fputs(",\"bytes_an_hour\":null", out);
	put_range(out, "growth", t->growth, &t->growth95, 1);
	putc(',', out);
	put_number(out, "live", t->live);
	fprintf(out, ",\"from_ns\":%" PRIu64 ",\"to_ns\":%" PRIu64 ",",
		t->from_ns, t->to_ns);
	put_number(out, "samples", t->samples);
	if (isfinite(t->p))
		fprintf(out, ",\"p\":" P_DIGITS, t->p);
	else
		fputs(",\"p\":null", out);
	fprintf(out, ",\"truncated\":%s,", s->truncated ? "true" : "false");
	json_stack(out, &names, g->frames + s->first, s->depth);
	putc('}', out);
}

void
write_growth_json(
	FILE *out, const struct growth *g, const struct growth_view *v)
{
	uint32_t count = growth_listed(g, v);

	fputs("{\"schema\":\"heapflame-growth/1\",\n\"processes\":[", out);
	for (uint32_t i = 0; i < g->process_count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		put_process(out, &g->processes[i]);
	}
	fprintf(out, "],\n\"stacks_looked_at\":%u,\n", g->stack_count);
	put_classes(out, g);
	fputs("\"together\":{", out);
	put_number(out, "live", g->together.live);
	put_range(out, "growth", g->together.growth, &g->together.growth95, 1);
	put_range(out, "bytes_an_hour", g->together.slope, &g->together.slope95,
		HOUR);
	fputs("},\n", out);
	put_limit(out, g, v->limit);
	fputs("\"stacks\":[", out);
	for (uint32_t i = 0; i < count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		put_stack(out, g, &g->stacks[i]);
	}
	fputs("]}\n", out);
}
