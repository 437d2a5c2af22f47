/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile holds and what it lacks; write_info_modules.c is its last
 * part. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "stats.h"
#include "text.h"
#include "units.h"
#include "write.h"

static void
write_string(FILE *out, const struct profile *p, uint32_t id)
{
	char *text = text_visible(
		id == NONE ? "not known" : strtab_get(&p->strings, id));

	fputs(text, out);
	free(text);
}

static void
write_field(FILE *out, const struct profile *p, const char *name, uint32_t id)
{
	if (id == NONE)
		return;
	fprintf(out, "  %-9s ", name);
	write_string(out, p, id);
	putc('\n', out);
}

static void
write_times(FILE *out, const struct process *it)
{
	time_t start = (time_t)(it->start_ms / 1000);
	char text[64];
	struct tm tm;

	if (it->start_ms <= 0 || !gmtime_r(&start, &tm))
		return;
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(out, "  %-9s %s UTC",
		it->state == PROCESS_UNTOLD ? "written" : "started", text);
	if (it->state != PROCESS_UNTOLD && it->end_ms >= it->start_ms)
		fprintf(out, ", %s %.1f s",
			it->state == PROCESS_ENDED ? "lasted" : "seen for",
			(double)(it->end_ms - it->start_ms) / 1000);
	putc('\n', out);
}

static void
write_sampling(FILE *out, const struct profile *p, uint32_t process, bool exact)
{
	const struct process *it = &p->processes[process];
	char low[UNITS_MAX], high[UNITS_MAX], count[UNITS_MAX];
	uint64_t live = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		if (p->rows[i].process == process)
			live += p->rows[i].samples_live;
	fputs("  interval  ", out);
	if (it->interval_max == 0)
		fputs("not known", out);
	else if (it->interval_max == 1)
		fputs("every allocation", out);
	else if (it->interval_min == it->interval_max)
		fputs(units_bytes(low, (int64_t)it->interval_min, exact), out);
	else
		fprintf(out, "%s at first, %s at last",
			units_bytes(low, (int64_t)it->interval_min, exact),
			units_bytes(high, (int64_t)it->interval_max, exact));
	fprintf(out, "\n  samples   %s taken",
		units_count(count, (int64_t)it->samples));
	fprintf(out, ", %s live\n", units_count(count, (int64_t)live));
}

/* How far what lives is known: where it is exact nothing needs to be said. */
static void
write_live(FILE *out, const struct profile *p, uint32_t process, bool exact)
{
	char is[UNITS_MAX], low[UNITS_MAX], high[UNITS_MAX], n[UNITS_MAX];
	struct value v = { 0 };
	struct interval i;
	double samples = 0;

	for (uint32_t k = 0; k < p->row_count; k++) {
		if (p->rows[k].process != process)
			continue;
		v.sum += p->rows[k].v[INUSE_SPACE].sum;
		v.var += p->rows[k].v[INUSE_SPACE].var;
		samples += (double)p->rows[k].samples_live;
	}
	i = stats_interval95(v.sum, v.var);
	if (!p->processes[process].has[INUSE_SPACE] || !(v.var > 0) ||
		!(i.high < 9e18))
		return;
	samples = fmax(fmin(stats_effective(v.sum, v.var), samples), 1);
	fprintf(out, "  live      %s, 95 %%: %s to %s, %s effective sample%s\n",
		units_bytes(is, llround(v.sum), exact),
		units_bytes(low, llround(i.low), exact),
		units_bytes(high, llround(i.high), exact),
		units_count(n, llround(samples)),
		llround(samples) == 1 ? "" : "s");
}

static void
write_losses(FILE *out, const struct profile *p, const struct process *it)
{
	const char *before = "";
	char count[UNITS_MAX];

	fputs("  lost      ", out);
	for (uint32_t i = 0; i < it->losses; i++) {
		const struct loss *l = &p->losses[it->first_loss + i];

		if (l->count == 0)
			continue;
		fputs(before, out);
		write_string(out, p, l->cause);
		fprintf(out, " %s", units_count(count, (int64_t)l->count));
		before = ", ";
	}
	fputs(*before ? "\n" : "nothing\n", out);
}

static void
write_metrics(FILE *out, const struct profile *p, const struct process *it)
{
	fputs("  metrics  ", out);
	for (int m = 0; m < METRICS; m++)
		if (it->has[m])
			fprintf(out, " %s",
				profile_metric_name(p, (enum metric)m));
	putc('\n', out);
}

#define PHASES_MAX 20 /* that are listed */

/* A line a phase: when it began and how long it was. */
static void
write_phases(FILE *out, const struct profile *p, const struct process *it)
{
	char start[UNITS_MAX], lasted[UNITS_MAX];

	for (uint32_t i = 0; i < it->phases && i < PHASES_MAX; i++) {
		const struct phase *phase = &p->phases[it->first_phase + i];

		fputs("  phase     ", out);
		write_string(out, p, phase->name);
		fprintf(out, ", from %s on",
			units_time(start, (double)phase->start_ns));
		if (phase->end_ns >= phase->start_ns &&
			phase->end_ns != PHASE_OPEN)
			fprintf(out, ", for %s",
				units_time(lasted, (double)(phase->end_ns -
							    phase->start_ns)));
		putc('\n', out);
	}
	if (it->phases > PHASES_MAX)
		fprintf(out, "  phase     and %u more\n",
			it->phases - PHASES_MAX);
}

static void
write_process(FILE *out, const struct profile *p, uint32_t process, bool exact)
{
	const struct process *it = &p->processes[process];
	char now[UNITS_MAX], peak[UNITS_MAX];

	if (it->merged > 0)
		fprintf(out, "%" PRIu32 " process%s as one, ", it->merged,
			it->merged == 1 ? "" : "es");
	else
		fputs("process ", out);
	if (it->pid > 0)
		fprintf(out, "%d, ", it->pid);
	fputs(process_state_words[it->state], out);
	if (it->signal > 0)
		fprintf(out, " by signal %d", it->signal);
	putc('\n', out);
	write_field(out, p, "program", it->exe);
	write_field(out, p, "id", it->id);
	write_field(out, p, "parent", it->parent);
	write_field(out, p, "source", it->source);
	write_times(out, it);
	write_sampling(out, p, process, exact);
	write_live(out, p, process, exact);
	write_losses(out, p, it);
	if (it->no_state != NONE) {
		fputs("  a kill would have lost it: no live state, ", out);
		write_string(out, p, it->no_state);
		fputc('\n', out);
	}
	write_metrics(out, p, it);
	write_phases(out, p, it);
	if (it->rss > 0)
		fprintf(out, "  memory    %s resident, %s at most\n",
			units_bytes(now, (int64_t)it->rss, exact),
			units_bytes(peak, (int64_t)it->rss_peak, exact));
	write_coverage_share(out, p, process, exact);
}

static void
write_stacks(FILE *out, const struct profile *p)
{
	char count[UNITS_MAX];
	uint32_t cut = 0;

	for (uint32_t i = 0; i < p->stack_count; i++)
		cut += p->stacks[i].truncated;
	fprintf(out, "stacks: %s", units_count(count, (int64_t)p->stack_count));
	fprintf(out, ", %s cut off\n", units_count(count, (int64_t)cut));
}

void
write_info(FILE *out, const struct profile *p, bool exact)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		write_process(out, p, i, exact);
	write_coverage(out, p);
	write_stacks(out, p);
	write_info_modules(out, p);
}
