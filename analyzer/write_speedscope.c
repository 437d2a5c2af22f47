/* SPDX-License-Identifier: Apache-2.0 */
/*
 * speedscope's own format: frames in one table, and a profile of type
 * "sampled" for each metric, whose weights are never below 0. Where a metric
 * is a difference, what grew and what shrank are profiles of their own.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_metric.h"
#include "text.h"
#include "write.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

/* Numbers of frames in the file, in order of their first use. */
struct frames {
	uint32_t *number; /* by frame of the profile; plus 1, 0: none yet */
	uint32_t capacity;
	uint32_t *list; /* the frames, in that order */
	size_t count, list_capacity;
};

/* One metric, as it is shown. */
struct part {
	struct shown shown;
	bool negative; /* some of it is below 0 */
};

static uint32_t
number_of(struct frames *f, uint32_t frame)
{
	if (frame >= f->capacity) {
		uint32_t capacity = frame + frame / 2 + 64;

		f->number = xrealloc(f->number, capacity * sizeof *f->number);
		memset(f->number + f->capacity, 0,
			(capacity - f->capacity) * sizeof *f->number);
		f->capacity = capacity;
	}
	if (f->number[frame] == 0) {
		GROW(f->list, f->count, f->list_capacity);
		f->list[f->count++] = frame;
		f->number[frame] = (uint32_t)f->count;
	}
	return f->number[frame] - 1;
}

static void
number_frames(struct frames *f, const struct shown *s)
{
	for (uint32_t i = 0; i < s->stack_count; i++)
		for (uint32_t d = 0; d < s->stacks[i].depth; d++)
			number_of(f, s->frames[s->stacks[i].first + d]);
}

static void
write_frames(FILE *out, const struct frames *f, const struct profile *p)
{
	fputs("\"shared\":{\"frames\":[", out);
	for (size_t i = 0; i < f->count; i++) {
		const struct frame *frame = &p->frames[f->list[i]];
		const struct function *fn = &p->functions[frame->function];

		fputs(i > 0 ? ",\n{\"name\":" : "\n{\"name\":", out);
		text_json(out, strtab_get(&p->strings, fn->name));
		if (fn->file != NONE) {
			fputs(",\"file\":", out);
			text_json(out, strtab_get(&p->strings, fn->file));
		}
		if (frame->line > 0)
			fprintf(out, ",\"line\":%" PRIu32, frame->line);
		putc('}', out);
	}
	fputs("]},\n", out);
}

/* The words that speedscope has for units. */
static const char *
unit_name(enum unit unit)
{
	return unit == UNIT_BYTES	  ? "bytes"
	       : unit == UNIT_NANOSECONDS ? "nanoseconds"
					  : "none";
}

/* A value as far as it is of that sign. */
static int64_t
weight(int64_t value, int sign)
{
	if (sign > 0)
		return value > 0 ? value : 0;
	return value >= 0 ? 0 : value == INT64_MIN ? INT64_MAX : -value;
}

static int64_t
write_weights(FILE *out, const struct shown *s, int sign)
{
	const char *before = "";
	int64_t sum = 0;

	fputs("],\"weights\":[", out);
	for (uint32_t i = 0; i < s->stack_count; i++) {
		int64_t w = weight(s->stacks[i].value, sign);

		if (w == 0)
			continue;
		fprintf(out, "%s%" PRId64, before, w);
		before = ",";
		sum += w;
	}
	return sum;
}

static void
write_samples(FILE *out, struct frames *f, const struct shown *s, int sign)
{
	const char *before = "\n[";

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];

		if (weight(stack->value, sign) == 0)
			continue;
		fputs(before, out);
		before = ",\n[";
		for (uint32_t d = 0; d < stack->depth; d++)
			fprintf(out, "%s%" PRIu32, d > 0 ? "," : "",
				number_of(f, s->frames[stack->first + d]));
		putc(']', out);
	}
}

static void
write_part(FILE *out, struct frames *f, const struct part *part, int sign)
{
	const struct shown *s = &part->shown;
	char *name = xasprintf("%s%s", s->title,
		!part->negative ? ""
		: sign > 0	? ", grown"
				: ", shrunk");

	fputs("\n{\"type\":\"sampled\",\"name\":", out);
	text_json(out, name);
	fprintf(out, ",\"unit\":\"%s\",\"startValue\":0,\"samples\":[",
		unit_name(s->unit));
	write_samples(out, f, s, sign);
	fprintf(out, "],\"endValue\":%" PRId64 "}",
		write_weights(out, s, sign));
	free(name);
}

/* All that the files hold, or the one that was asked for. Returns how many. */
static int
select_parts(struct part parts[METRICS], struct profile *p,
	const struct selection *asked, int usual, int *active)
{
	bool one = asked->metric >= 0 || asked->metric_name;
	int count = 0;

	for (int m = 0; m < METRICS; m++) {
		struct selection s = *asked;
		bool held = m == usual;

		for (uint32_t i = 0; i < p->process_count && !one; i++)
			held |= p->processes[i].has[m];
		if (!held)
			continue;
		if (m == usual)
			*active = count;
		s.metric = m;
		s.metric_name = NULL;
		/* No frame is left out. */
		s.show_wrappers = !select_is_by(&s, BY_MODULE);
		if (select_stacks(&parts[count].shown, p, &s) < 0)
			break;
		parts[count].negative = false;
		for (uint32_t i = 0; i < parts[count].shown.stack_count; i++)
			parts[count].negative |=
				parts[count].shown.stacks[i].value < 0;
		count++;
		if (one)
			return count;
	}
	return count;
}

static void
write_name(FILE *out, const struct profile *p)
{
	const char *exe = strtab_get(&p->strings, p->processes[0].exe);
	const char *slash = strrchr(exe, '/');

	fputs("\"name\":", out);
	text_json(out, slash ? slash + 1 : *exe ? exe : "heap");
	fputs(",\n", out);
}

int
write_speedscope(FILE *out, struct profile *p, const struct selection *asked)
{
	struct part *parts = xcalloc(METRICS, sizeof *parts);
	struct frames frames = { 0 };
	int active = 0, usual = metric_choose(p, asked), count = 0;
	int parted = 0; /* before the active one */

	if (usual >= 0)
		count = select_parts(parts, p, asked, usual, &active);
	for (int i = 0; i < count; i++) {
		number_frames(&frames, &parts[i].shown);
		parted += i < active && parts[i].negative;
	}
	if (count > 0) {
		fputs("{\"$schema\":\"https://www.speedscope.app/"
		      "file-format-schema.json\",\n"
		      "\"exporter\":\"heapflame@" VERSION "\",\n",
			out);
		write_name(out, p);
		fprintf(out, "\"activeProfileIndex\":%d,\n", active + parted);
		write_frames(out, &frames, p);
		fputs("\"profiles\":[", out);
	}
	for (int i = 0; i < count; i++) {
		fputs(i > 0 ? "," : "", out);
		write_part(out, &frames, &parts[i], 1);
		if (parts[i].negative) {
			putc(',', out);
			write_part(out, &frames, &parts[i], -1);
		}
		shown_release(&parts[i].shown);
	}
	if (count > 0)
		fputs("]}\n", out);
	free(frames.number);
	free(frames.list);
	free(parts);
	return count > 0 ? 0 : -1;
}
