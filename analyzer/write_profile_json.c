/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame-profile/1, docs/FORMAT.md section 12: everything that is known of a
 * profile, in tables that refer to one another by index. One entry a line.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "err.h"
#include "select_metric.h"
#include "stats.h"
#include "text.h"
#include "write.h"
#include "write_json.h"

static void
put_string(FILE *out, const struct profile *p, const char *key, uint32_t id)
{
	fprintf(out, "\"%s\":", key);
	if (id == NONE)
		fputs("null", out);
	else
		text_json(out, strtab_get(&p->strings, id));
}

static void
put_index(FILE *out, const char *key, uint32_t index)
{
	if (index == NONE)
		fprintf(out, ",\"%s\":null", key);
	else
		fprintf(out, ",\"%s\":%" PRIu32, key, index);
}

/* As short as it reads back the same. */
static void
put_real(FILE *out, double x)
{
	char text[32];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	fputs(isfinite(x) ? text : "null", out);
}

static bool
held(const struct profile *p, int m)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].has[m])
			return true;
	return false;
}

/* Each metric with its total, as `report` has it. */
static int
write_metrics(FILE *out, struct profile *p)
{
	const char *before = "\n";

	fputs("\"metrics\":[", out);
	for (int m = 0; m < METRICS; m++) {
		struct selection s = { .metric = m, .show_wrappers = true };
		struct shown shown;

		if (!held(p, m))
			continue;
		if (select_stacks(&shown, p, &s) < 0)
			return -1;
		fprintf(out, "%s{\"name\":", before);
		text_json(out, profile_metric_name(p, (enum metric)m));
		fputs(",\"unit\":", out);
		text_json(out, profile_metric_unit_name(p, (enum metric)m));
		fputs(",\"total\":{", out);
		json_value(out, &shown, "value", shown.total, shown.var);
		fputs("}}", out);
		before = ",\n";
		shown_release(&shown);
	}
	fputs("],\n", out);
	return 0;
}

static void
write_modules(FILE *out, const struct profile *p)
{
	fputs("\"modules\":[", out);
	for (uint32_t i = 0; i < p->module_count; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		put_string(out, p, "path", p->modules[i].path);
		putc(',', out);
		put_string(out, p, "build_id", p->modules[i].build_id);
		putc(',', out);
		put_string(out, p, "why_unnamed", p->modules[i].why);
		putc('}', out);
	}
	fputs("],\n", out);
}

/*
 * Functions in order of their first use, by the order of locations: which were
 * named first, and where names came from, makes no difference. numbers: of
 * those of p, plus 1.
 */
static uint32_t
number_functions(
	const struct profile *p, uint32_t *numbers, uint32_t *functions)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->location_count; i++) {
		const struct location *l = &p->locations[i];

		for (uint32_t d = 0; d < l->depth; d++) {
			uint32_t frame = p->location_frames[l->first + d];
			uint32_t function = p->frames[frame].function;

			if (numbers[function] != 0)
				continue;
			functions[count] = function;
			numbers[function] = ++count;
		}
	}
	return count;
}

static void
write_functions(FILE *out, const struct profile *p, const uint32_t *functions,
	uint32_t count)
{
	fputs("\"functions\":[", out);
	for (uint32_t i = 0; i < count; i++) {
		const struct function *f = &p->functions[functions[i]];

		fputs(i > 0 ? ",\n{" : "\n{", out);
		put_string(out, p, "name", f->name);
		putc(',', out);
		put_string(out, p, "file", f->file);
		put_index(out, "module", f->module);
		fprintf(out, ",\"named\":%s,\"inlined\":%s}",
			f->named ? "true" : "false",
			f->inlined ? "true" : "false");
	}
	fputs("],\n", out);
}

static void
write_locations(FILE *out, const struct profile *p, const uint32_t *numbers)
{
	fputs("\"locations\":[", out);
	for (uint32_t i = 0; i < p->location_count; i++) {
		const struct location *l = &p->locations[i];

		fprintf(out, "%s{\"offset\":%" PRIu64, i > 0 ? ",\n" : "\n",
			l->offset);
		put_index(out, "module", l->module);
		fputs(",\"frames\":[", out);
		for (uint32_t d = 0; d < l->depth; d++) {
			const struct frame *f =
				&p->frames[p->location_frames[l->first + d]];

			fprintf(out, "%s{\"function\":%" PRIu32, d ? "," : "",
				numbers[f->function] - 1);
			if (f->line > 0)
				fprintf(out, ",\"line\":%" PRIu32, f->line);
			putc('}', out);
		}
		fputs("]}", out);
	}
	fputs("],\n", out);
}

static void
write_stacks(FILE *out, const struct profile *p)
{
	fputs("\"stacks\":[", out);
	for (uint32_t i = 0; i < p->stack_count; i++) {
		const struct stack *s = &p->stacks[i];

		fputs(i > 0 ? ",\n{\"locations\":[" : "\n{\"locations\":[",
			out);
		for (uint32_t d = 0; d < s->depth; d++)
			fprintf(out, "%s%" PRIu32, d > 0 ? "," : "",
				p->stack_locations[s->first + d]);
		fprintf(out, "],\"truncated\":%s}",
			s->truncated ? "true" : "false");
	}
	fputs("],\n", out);
}

/* The error of one row is known only if its process's figures have one. */
static void
write_value(FILE *out, struct value v, bool known)
{
	struct interval i = stats_interval95(v.sum, v.var);

	fputs("{\"value\":", out);
	put_real(out, v.sum);
	fputs(",\"low\":", out);
	put_real(out, known ? i.low : NAN);
	fputs(",\"high\":", out);
	put_real(out, known ? i.high : NAN);
	putc('}', out);
}

static void
write_row(FILE *out, const struct profile *p, const struct row *r)
{
	const struct process *it = &p->processes[r->process];
	const char *before = "";

	fprintf(out, "{\"stack\":%" PRIu32 ",\"process\":%" PRIu32 ",",
		r->stack, r->process);
	put_string(out, p, "thread", r->thread);
	putc(',', out);
	put_string(out, p, "label", r->label);
	put_index(out, "phase",
		r->phase == NONE ? NONE : r->phase - it->first_phase);
	fprintf(out,
		",\"samples\":%" PRIu64 ",\"samples_live\":%" PRIu64
		",\"values\":{",
		r->samples, r->samples_live);
	for (int m = 0; m < METRICS; m++) {
		if (!it->has[m])
			continue;
		fputs(before, out);
		text_json(out, profile_metric_name(p, (enum metric)m));
		putc(':', out);
		write_value(out, r->v[m],
			it->interval_max == 1 || r->v[m].var > 0 ||
				r->v[m].sum <= 0);
		before = ",";
	}
	fputs("}}", out);
}

static void
write_history(FILE *out, const struct profile *p)
{
	fputs("\"history\":[", out);
	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		fputs(i > 0 ? ",\n[" : "\n[", out);
		for (uint32_t k = 0; k < it->moments; k++) {
			const struct moment *m =
				&p->history[it->first_moment + k];

			fprintf(out,
				"%s{\"ns\":%" PRIu64 ",\"live\":%" PRIu64
				",\"allocated\":%" PRIu64 ",\"rss\":%" PRIu64
				"}",
				k > 0 ? ",\n" : "", m->ns, m->live,
				m->allocated, m->rss);
		}
		putc(']', out);
	}
	fputs("],\n", out);
}

static void
write_places(FILE *out, const struct profile *p)
{
	size_t size = (size_t)p->function_count + 1;
	uint32_t *numbers = xcalloc(size, sizeof *numbers);
	uint32_t *functions = xcalloc(size, sizeof *functions);
	uint32_t count = number_functions(p, numbers, functions);

	write_functions(out, p, functions, count);
	write_locations(out, p, numbers);
	free(numbers);
	free(functions);
}

int
write_profile_json(FILE *out, struct profile *p)
{
	const struct selection any = { .metric = -1 };
	int usual = metric_choose(p, &any);

	if (usual < 0)
		return -1;
	fputs("{\"schema\":\"heapflame-profile/1\",\n\"default_metric\":", out);
	text_json(out, profile_metric_name(p, (enum metric)usual));
	fputs(",\n", out);
	if (write_metrics(out, p) < 0)
		return -1;
	json_processes(out, p);
	write_history(out, p);
	write_modules(out, p);
	write_places(out, p);
	write_stacks(out, p);
	fputs("\"rows\":[", out);
	for (uint32_t i = 0; i < p->row_count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		write_row(out, p, &p->rows[i]);
	}
	fputs("]}\n", out);
	return 0;
}
