/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first lines of every text: what is shown, of whom, and how far it can be
 * trusted. Silence means that nothing stands against it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "text.h"
#include "units.h"
#include "write.h"

#define FEW_SAMPLES    100 /* below, figures are said to be rough */
#define GOOD_SAMPLES   1000 /* what the suggested interval aims at */
#define NOTABLE_LOSS   0.01
#define NOTABLE_CUT    0.01
#define NOTABLE_NONAME 0.05

/* By whom there is most to say; of equals, who began first. */
static bool
before(const struct process *a, const struct process *b)
{
	return a->samples != b->samples ? a->samples > b->samples
					: a->start_ms < b->start_ms;
}

/* The process of the same program that forked it; NULL: none that is here. */
static const struct process *
forked_by(const struct profile *p, const struct process *it)
{
	if (it->parent == NONE)
		return NULL;
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].id == it->parent &&
			p->processes[i].exe == it->exe)
			return &p->processes[i];
	return NULL;
}

/*
 * The process that the profile is called after: not the wrapper that started
 * the server, nor one of the server's workers. NULL: there is none.
 */
static const struct process *
program_of(const struct profile *p)
{
	const struct process *first = NULL, *up;

	for (uint32_t i = 0; i < p->process_count; i++)
		if (!first || before(&p->processes[i], first))
			first = &p->processes[i];
	/* Files may say of two that each is the other's parent. */
	for (uint32_t i = 0; i < p->process_count && first; i++) {
		up = forked_by(p, first);
		if (!up)
			break;
		first = up;
	}
	return first;
}

/* Its base name, visible. Caller frees. */
static char *
program_name(const struct profile *p, const struct process *program)
{
	const char *exe = program ? strtab_get(&p->strings, program->exe) : "";
	const char *slash = strrchr(exe, '/');

	if (!*exe && program) /* what its file is called */
		exe = strtab_get(&p->strings, program->id);
	return text_visible(slash ? slash + 1 : *exe ? exe : "unknown program");
}

/* The interval that would have given enough samples, as "64K". */
static void
better_interval(char *buf, size_t size, const struct shown *s)
{
	uint64_t wanted = s->interval_max / GOOD_SAMPLES * s->samples;
	uint64_t n = 1;

	while (n * 2 <= wanted)
		n *= 2;
	if (n >= 1024 * 1024)
		snprintf(buf, size, "%" PRIu64 "M", n >> 20);
	else if (n >= 1024)
		snprintf(buf, size, "%" PRIu64 "K", n >> 10);
	else
		snprintf(buf, size, "%" PRIu64, n);
}

static void
write_samples(FILE *out, const struct shown *s)
{
	char count[UNITS_MAX], low[UNITS_MAX], high[UNITS_MAX], better[32];

	if (s->exact) {
		if (s->metric < FOREIGN)
			fputs(", every allocation", out);
		return;
	}
	fprintf(out, ", %s sample%s at %s",
		units_count(count, (int64_t)s->samples),
		s->samples == 1 ? "" : "s",
		units_bytes(low, (int64_t)s->interval_min, false));
	if (s->interval_max != s->interval_min)
		fprintf(out, " to %s",
			units_bytes(high, (int64_t)s->interval_max, false));
	if (s->samples >= FEW_SAMPLES || s->total == 0)
		return;
	better_interval(better, sizeof better, s);
	fprintf(out, " (few: a rough picture; finer: run --sample %s)", better);
}

void
write_text_program(FILE *out, const struct profile *p)
{
	const struct process *program = program_of(p);
	char *name = program_name(p, program);

	fputs(name, out);
	if (program && program->pid > 0)
		fprintf(out, " (pid %d%s", program->pid,
			program->signal > 0 ? ", killed by signal " : ")");
	if (program && program->pid > 0 && program->signal > 0)
		fprintf(out, "%d)", program->signal);
	free(name);
}

static void
write_first_line(FILE *out, const struct shown *s, bool exact)
{
	const struct profile *p = s->profile;
	char buf[AMOUNT_MAX], *noun;

	write_text_program(out, p);
	noun = text_visible(amount_noun(s, s->total));
	amount_with_error(buf, s, s->total, s->var, exact);
	/* "45 samples", not "samples 45 samples" */
	if (strcmp(noun, s->title) == 0)
		fprintf(out, ": %s %s", buf, noun);
	else
		fprintf(out, ": %s %s%s%s", s->title, buf, *noun ? " " : "",
			noun);
	if (!s->var_known)
		fputs(" (its error is not known)", out);
	write_samples(out, s);
	fprintf(out, ", %s process%s\n",
		units_count(buf, (int64_t)profile_processes(p)),
		profile_processes(p) == 1 ? "" : "es");
	free(noun);
}

/* Causes that do not count samples: they say nothing of their share. */
static bool
counts_samples(const char *cause)
{
	return strcmp(cause, "early") != 0 && strcmp(cause, "dump") != 0;
}

static void
write_causes(FILE *out, const struct profile *p)
{
	const char *before = "";

	for (uint32_t i = 0; i < p->loss_count; i++) {
		char *cause, count[UNITS_MAX];
		uint64_t sum = profile_loss_sum(p, i);

		if (sum == 0)
			continue;
		cause = text_visible(
			strtab_get(&p->strings, p->losses[i].cause));
		fprintf(out, "%s%s %s", before, cause,
			units_count(count, (int64_t)sum));
		before = ", ";
		free(cause);
	}
}

void
write_text_losses(FILE *out, const struct profile *p)
{
	double lost = 0, taken = 0;

	for (uint32_t i = 0; i < p->loss_count; i++)
		if (counts_samples(strtab_get(&p->strings, p->losses[i].cause)))
			lost += (double)p->losses[i].count;
	for (uint32_t i = 0; i < p->process_count; i++)
		taken += (double)p->processes[i].samples;
	if (lost <= NOTABLE_LOSS * (lost + taken))
		return;
	fprintf(out, "warning: %.1f%% of the samples were lost: ",
		100 * lost / (lost + taken));
	write_causes(out, p);
	putc('\n', out);
}

static void
write_shares(FILE *out, const struct shown *s)
{
	const struct profile *p = s->profile;
	int64_t cut = 0, nameless = 0;
	char share[AMOUNT_MAX];

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];
		uint32_t charged =
			stack->depth == 0
				? NONE
				: s->frames[stack->first + stack->charge - 1];

		if (stack->truncated)
			cut += llabs(stack->value);
		if (charged == NONE ||
			!p->functions[p->frames[charged].function].named)
			nameless += llabs(stack->value);
	}
	if ((double)cut > NOTABLE_CUT * (double)s->hundred)
		fprintf(out,
			"warning: %s has stacks that are cut off, too deep or "
			"not to be unwound\n",
			amount_share(share, cut, s->hundred));
	if ((double)nameless > NOTABLE_NONAME * (double)s->hundred)
		fprintf(out,
			"warning: %s is in functions without a name; "
			"'heapflame info' says why\n",
			amount_share(share, nameless, s->hundred));
}

/* An empty picture says what would not be empty. */
static void
write_nothing(FILE *out, const struct shown *s)
{
	const struct profile *p = s->profile;

	if (s->whole > 0) {
		fputs(s->selected > 0 ? "nothing has changed\n"
				      : "no stack is left by this selection\n",
			out);
		return;
	}
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].dormant && p->processes[i].samples == 0) {
			fputs("it is dormant: nothing is seen before "
			      "'heapflame ctl PID start'\n",
				out);
			return;
		}
	for (uint32_t i = 0; i < p->process_count; i++) {
		if (s->metric != INUSE_SPACE && s->metric != INUSE_OBJECTS)
			break;
		if (p->processes[i].has[PEAK_SPACE]) {
			fputs("nothing was live; peak_space shows what was\n",
				out);
			return;
		}
	}
	fputs("nothing to show\n", out);
}

void
write_text_reading(FILE *out, const struct reading *r)
{
	for (uint32_t i = 0; i < r->count; i++)
		fprintf(out, "- %s\n", r->text[i]);
	if (r->count > 0)
		putc('\n', out);
}

void
write_text_head(FILE *out, const struct shown *s, bool exact)
{
	write_first_line(out, s, exact);
	write_text_selection(out, s, exact);
	write_text_losses(out, s->profile);
	write_shares(out, s);
	if (s->stack_count == 0)
		write_nothing(out, s);
}
