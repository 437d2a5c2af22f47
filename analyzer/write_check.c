/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line that says what is wrong with a limit, another that says what to do.
 * Names come from profiles and budgets, so each is made visible, and `##[`,
 * which a runner takes for a command wherever it stands, is broken.
 */
#include "write_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "text.h"
#include "units.h"

#define HOUR	      3600.0
#define Z975	      1.959963984540054
#define CALLERS_SHOWN 4

/* A stream whose text the caller takes. */
struct text {
	FILE *out;
	char *bytes;
	size_t size;
};

static void
text_begin(struct text *t)
{
	*t = (struct text){ 0 };
	t->out = open_memstream(&t->bytes, &t->size);
	if (t->out == NULL) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
}

static char *
text_end(struct text *t)
{
	fclose(t->out);
	return t->bytes;
}

static void
put_visible(FILE *out, const char *name)
{
	char *visible = text_visible(name), *at = visible, *command;

	while ((command = strstr(at, "##[")) != NULL) {
		fprintf(out, "%.*s##\\x5b", (int)(command - at), at);
		at = command + 3;
	}
	fputs(at, out);
	free(visible);
}

/* "12.3 MiB ± 0.8", as amount.c has it, of an error that is known by itself. */
static void
put_amount(FILE *out, enum finding_unit unit, double value, double half,
	bool exact)
{
	struct shown s = {
		.unit = unit == FINDING_COUNT ? UNIT_OBJECTS : UNIT_BYTES,
		.compared = true,
	};
	double scale = unit == FINDING_RATE ? HOUR : 1;
	char buf[AMOUNT_MAX];

	const char *error;

	half *= scale / Z975;
	amount_with_error(buf, &s, llround(value * scale),
		half > 0 ? half * half : 0, exact);
	error = strstr(buf, " \xc2\xb1");
	if (unit == FINDING_RATE && error != NULL)
		fprintf(out, "%.*s/h%s", (int)(error - buf), buf, error);
	else
		fprintf(out, "%s%s", buf, unit == FINDING_RATE ? "/h" : "");
}

static void
put_value(FILE *out, const struct finding *f, bool exact)
{
	put_amount(out, f->unit, f->value, (f->high - f->low) / 2, exact);
}

/* "10.0% more ± 1.4" */
static void
put_change(FILE *out, const struct finding *f)
{
	double half = f->change_error / f->before;

	fprintf(out, "%.1f%% %s", 100 * fabs(f->value - f->before) / f->before,
		f->value < f->before ? "less" : "more");
	if (half > 0)
		fprintf(out, " \xc2\xb1 %.1f", 100 * half);
	fprintf(out, ", tolerance %.4g%%", 100 * (f->limit / f->before - 1));
}

char *
check_name(const struct finding *f)
{
	struct text t;

	text_begin(&t);
	fputs(f->check, t.out);
	if (f->subject != NULL) {
		fputs(" '", t.out);
		put_visible(t.out, f->subject);
		putc('\'', t.out);
	}
	return text_end(&t);
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* " (index.c:88)" */
static void
put_line(FILE *out, const struct finding_frame *f)
{
	if (f->file == NULL)
		return;
	fputs(" (", out);
	put_visible(out, last_part(f->file));
	if (f->line > 0)
		fprintf(out, ":%u", f->line);
	putc(')', out);
}

/* "load_index (index.c:88) < read_all < main" */
static void
put_stack(FILE *out, const struct finding_stack *s)
{
	uint32_t n = 0;

	put_visible(out, s->frames[0].function);
	put_line(out, &s->frames[0]);
	/* What called main is the same in every program. */
	while (n + 1 < s->depth && n < CALLERS_SHOWN &&
		strcmp(s->frames[n].function, "main") != 0) {
		fputs(" < ", out);
		put_visible(out, s->frames[++n].function);
	}
	if (n + 1 < s->depth && strcmp(s->frames[n].function, "main") != 0)
		fputs(" < ...", out);
}

static void
put_blame(FILE *out, const struct finding *f, bool exact)
{
	if (f->stack.depth == 0)
		return;
	fputs(isnan(f->before) ? "; most of it, " : "; grown most, by ", out);
	put_amount(out, f->unit, f->stack.value, 0, exact);
	fputs(": ", out);
	put_stack(out, &f->stack);
}

static void
put_bound(FILE *out, const struct finding *f, bool exact)
{
	if (f->before > 0) {
		fputs(", before ", out);
		put_amount(out, f->unit, f->before, 0, exact);
		fputs(": ", out);
		put_change(out, f);
		return;
	}
	fputs(isnan(f->before) ? ", limit " : ", before ", out);
	put_amount(out, f->unit, f->limit, 0, exact);
	if (f->value > f->limit) {
		fputs(": ", out);
		put_amount(out, f->unit, f->value - f->limit, 0, exact);
		fputs(" too much", out);
	}
}

char *
check_message(const struct finding *f, bool exact)
{
	struct text t;

	text_begin(&t);
	if (f->metric != NULL) {
		put_visible(t.out, f->metric);
		putc(' ', t.out);
	}
	if (isnan(f->value))
		fputs("not known", t.out);
	else
		put_value(t.out, f, exact);
	put_bound(t.out, f, exact);
	if (f->verdict == VERDICT_UNDECIDED && f->why == NULL)
		fputs("; that is within the error", t.out);
	if (f->verdict != VERDICT_HOLDS)
		put_blame(t.out, f, exact);
	return text_end(&t);
}

static void
put_sample(FILE *out, uint64_t n)
{
	if (n >= 1 << 20)
		fprintf(out, "%uM", (unsigned)(n >> 20));
	else if (n >= 1 << 10)
		fprintf(out, "%uK", (unsigned)(n >> 10));
	else
		fprintf(out, "%u", (unsigned)n);
}

static void
put_undecided(FILE *out, const struct finding *f)
{
	if (f->why != NULL) {
		put_visible(out, f->why);
		return;
	}
	if (f->sample == 0)
		return;
	fputs("it can be told at --sample ", out);
	put_sample(out, f->sample);
	if (f->sample == 1)
		fputs(" (every allocation)", out);
	if (f->unit == FINDING_RATE)
		fputs(", or over a longer time", out);
	if (f->baseline_too)
		fputs(", of a baseline taken at that, too", out);
}

/* The command that shows it. */
static void
put_see(FILE *out, const struct finding *f)
{
	if (f->unit == FINDING_RATE) {
		fputs("see `heapflame growth`", out);
	} else if (strcmp(f->check, limit_names[LIMIT_LIVE_AT_EXIT]) == 0) {
		fputs("see `heapflame leaks`", out);
	} else {
		fputs("see `heapflame report --metric ", out);
		put_visible(out, f->metric);
		putc('`', out);
	}
}

static void
put_if_meant(FILE *out, const struct findings *all, const struct finding *f)
{
	if (!isnan(f->before)) {
		fputs("; if it is meant: `heapflame check --update-baseline`",
			out);
		return;
	}
	fputs("; if it is meant: raise the limit", out);
	if (f->line == 0 || all->budget == NULL)
		return;
	fputs(" in '", out);
	put_visible(out, all->budget);
	fprintf(out, "', line %zu", f->line);
}

/* "" if there is nothing to be said. */
char *
check_advice(const struct findings *all, const struct finding *f)
{
	struct text t;

	text_begin(&t);
	if (f->verdict == VERDICT_UNDECIDED)
		put_undecided(t.out, f);
	if (f->verdict == VERDICT_FAILS) {
		put_see(t.out, f);
		put_if_meant(t.out, all, f);
	}
	return text_end(&t);
}

/* said: the advice above, which is not repeated. */
static void
write_one(FILE *out, const struct findings *all, const struct finding *f,
	bool exact, char **said)
{
	static const char *const words[] = {
		[VERDICT_HOLDS] = "holds",
		[VERDICT_FAILS] = "FAILS",
		[VERDICT_UNDECIDED] = "UNDECIDED",
	};
	char *name = check_name(f), *message = check_message(f, exact);
	char *advice = check_advice(all, f);

	fprintf(out, "%s %s: %s\n", words[f->verdict], name, message);
	if (*advice && strcmp(advice, *said) != 0)
		fprintf(out, "      %s\n", advice);
	free(*said);
	*said = advice;
	free(name);
	free(message);
}

void
write_check(FILE *out, const struct findings *f, bool all, bool exact)
{
	size_t holds = findings_count(f, VERDICT_HOLDS);
	size_t fails = findings_count(f, VERDICT_FAILS);
	size_t undecided = findings_count(f, VERDICT_UNDECIDED);
	char *said = xstrdup("");

	for (size_t i = 0; i < f->count; i++)
		if (all || f->list[i].verdict != VERDICT_HOLDS)
			write_one(out, f, &f->list[i], exact, &said);
	free(said);
	fprintf(out, "check: %zu %s", holds,
		holds == 1 ? "limit holds" : "limits hold");
	if (fails > 0)
		fprintf(out, ", %zu %s", fails, fails == 1 ? "fails" : "fail");
	if (undecided > 0)
		fprintf(out, ", %zu cannot be decided", undecided);
	putc('\n', out);
}
