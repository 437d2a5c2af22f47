/* SPDX-License-Identifier: Apache-2.0 */
/* The head of the page, and who ran when. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "amount.h"
#include "html_page.h"
#include "html_put.h"
#include "memory.h"
#include "units.h"

#define PROCESSES_MAX 50 /* that are listed */
#define PHASES_MAX    50

const char *
html_program(const struct profile *p)
{
	const struct process *first = NULL;
	const char *exe, *slash;

	for (uint32_t i = 0; i < p->process_count; i++)
		if (!first || p->processes[i].samples > first->samples)
			first = &p->processes[i];
	exe = first ? strtab_get(&p->strings, first->exe) : "";
	if (!*exe && first)
		exe = strtab_get(&p->strings, first->id);
	slash = strrchr(exe, '/');
	return slash && slash[1] ? slash + 1 : *exe ? exe : "unknown program";
}

static void
put_date(FILE *out, int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	char text[64];
	struct tm tm;

	if (ms <= 0 || !gmtime_r(&s, &tm))
		return;
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
	fputs(text, out);
}

static void
put_interval(FILE *out, uint64_t min, uint64_t max)
{
	char low[UNITS_MAX], high[UNITS_MAX];

	if (max == 0)
		fputs("not known", out);
	else if (max == 1)
		fputs("every allocation", out);
	else if (min == max)
		fputs(units_bytes(low, (int64_t)max, false), out);
	else
		fprintf(out, "%s to %s", units_bytes(low, (int64_t)min, false),
			units_bytes(high, (int64_t)max, false));
}

/* One line: "ended, 2026-11-27 10:00:00 UTC, lasted 3.2 s, 1,001 samples" */
static void
put_line(const struct html *h)
{
	const struct profile *p = h->p;
	const struct process *it = p->processes;
	FILE *out = h->out;
	char n[UNITS_MAX];

	fputs("<p class=\"lede\">", out);
	if (profile_processes(p) != 1)
		fprintf(out, "%s processes",
			units_count(n, (int64_t)profile_processes(p)));
	else
		fputs(process_state_words[it->state], out);
	if (p->process_count == 1 && it->signal > 0)
		fprintf(out, " by signal %d", it->signal);
	if (p->process_count == 1 && it->pid > 0)
		fprintf(out, " \xc2\xb7 pid %d", it->pid);
	if (p->process_count > 0 && it->start_ms > 0) {
		fputs(" \xc2\xb7 ", out);
		put_date(out, it->start_ms);
		fputs(" UTC", out);
	}
	if (p->process_count == 1 && it->start_ms > 0 &&
		it->end_ms > it->start_ms)
		fprintf(out, " \xc2\xb7 %s",
			units_time(
				n, 1e6 * (double)(it->end_ms - it->start_ms)));
	if (h->shown.samples > 0 && !h->shown.exact) {
		fprintf(out, " \xc2\xb7 %s sample%s at ",
			units_count(n, (int64_t)h->shown.samples),
			h->shown.samples == 1 ? "" : "s");
		put_interval(out, h->shown.interval_min, h->shown.interval_max);
	} else if (h->shown.exact && h->shown.metric < FOREIGN) {
		fputs(" \xc2\xb7 every allocation", out);
	}
	fputs("</p>\n", out);
}

static void
put_figure(const struct html *h, const struct shown *s, const char *name)
{
	char text[AMOUNT_MAX];

	fprintf(h->out, "<div%s><dt>",
		s->metric == h->shown.metric ? " class=\"main\"" : "");
	html_put(h->out, name);
	fprintf(h->out, "</dt><dd data-v=\"%" PRId64 "\">", s->total);
	html_amount(
		h->out, amount_with_error(text, s, s->total, s->var, false));
	if (*amount_noun(s, s->total)) {
		putc(' ', h->out);
		html_put(h->out, amount_noun(s, s->total));
	}
	fputs("</dd></div>\n", h->out);
}

static bool
held(const struct profile *p, enum metric m)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].has[m])
			return true;
	return false;
}

/* The metric of the page, and the usual ones beside it. */
static void
put_figures(const struct html *h)
{
	static const enum metric others[] = { PEAK_SPACE, INUSE_SPACE,
		ALLOC_SPACE };
	struct memory m;
	char text[UNITS_MAX];

	fputs("<dl class=\"figures\">\n", h->out);
	put_figure(h, &h->shown,
		h->shown.title[0] ? h->shown.title
				  : profile_metric_name(h->p, h->shown.metric));
	for (int i = 0; i < 3; i++) {
		struct selection s = h->selection;
		struct shown shown;

		if (others[i] == h->shown.metric || !held(h->p, others[i]))
			continue;
		s.metric = (int)others[i];
		s.metric_name = NULL;
		if (select_stacks(&shown, h->p, &s) < 0)
			continue;
		put_figure(h, &shown, shown.title);
		shown_release(&shown);
	}
	memory_find(&m, h->p);
	if (m.processes > 0 && m.rss > 0)
		fprintf(h->out, "<div><dt>resident</dt><dd>%s</dd></div>\n",
			units_bytes(text, m.rss, false));
	fputs("</dl>\n", h->out);
}

void
html_put_head(const struct html *h)
{
	char *words = selection_words(&h->shown);

	fputs("<header>\n<h1>", h->out);
	html_put(h->out, h->o->title ? h->o->title : html_program(h->p));
	fputs("</h1>\n", h->out);
	put_line(h);
	if (*words) {
		fputs("<p class=\"note\">Only a part is shown: ", h->out);
		html_put(h->out, words);
		fputs("</p>\n", h->out);
	}
	free(words);
	put_figures(h);
	fputs("</header>\n", h->out);
}

static void
put_process(const struct html *h, uint32_t i)
{
	const struct profile *p = h->p;
	const struct process *it = &p->processes[i];
	char text[UNITS_MAX];
	FILE *out = h->out;

	html_row(out, i, h->o->top, "");
	fputs("<td class=\"t\">", out);
	html_put(out, it->exe != NONE ? strtab_get(&p->strings, it->exe)
				      : strtab_get(&p->strings, it->id));
	if (it->merged > 0)
		fprintf(out, " <span class=\"at\">%" PRIu32 " processes</span>",
			it->merged);
	fprintf(out, "</td><td class=\"n\" data-v=\"%d\">", it->pid);
	if (it->pid > 0)
		fprintf(out, "%d", it->pid);
	fprintf(out, "</td><td class=\"t\">%s", process_state_words[it->state]);
	if (it->signal > 0)
		fprintf(out, " by signal %d", it->signal);
	fprintf(out, "</td><td class=\"n\" data-v=\"%" PRId64 "\">",
		it->start_ms);
	put_date(out, it->start_ms);
	fprintf(out, "</td><td class=\"n\" data-v=\"%" PRId64 "\">",
		it->end_ms - it->start_ms);
	if (it->start_ms > 0 && it->end_ms >= it->start_ms)
		fputs(units_time(
			      text, 1e6 * (double)(it->end_ms - it->start_ms)),
			out);
	fputs("</td>", out);
	html_cell_count(out, (int64_t)it->samples);
	fputs("<td class=\"t\">", out);
	put_interval(out, it->interval_min, it->interval_max);
	fputs("</td></tr>\n", out);
}

static void
put_phases(const struct html *h)
{
	const struct profile *p = h->p;
	char text[UNITS_MAX];

	if (p->phase_count == 0)
		return;
	fputs("<h3>Phases</h3>\n<ol class=\"phases\">\n", h->out);
	for (uint32_t i = 0; i < p->phase_count && i < PHASES_MAX; i++) {
		const struct phase *phase = &p->phases[i];

		fputs("<li><b>", h->out);
		html_put(h->out, strtab_get(&p->strings, phase->name));
		fprintf(h->out, "</b> from %s",
			units_time(text, (double)phase->start_ns));
		if (phase->end_ns != PHASE_OPEN &&
			phase->end_ns >= phase->start_ns)
			fprintf(h->out, " for %s",
				units_time(text, (double)(phase->end_ns -
							  phase->start_ns)));
		fputs("</li>\n", h->out);
	}
	if (p->phase_count > PHASES_MAX)
		fprintf(h->out, "<li>and %" PRIu32 " more</li>\n",
			p->phase_count - PHASES_MAX);
	fputs("</ol>\n", h->out);
}

void
html_put_runs(const struct html *h)
{
	static const struct html_column columns[] = {
		{ 't', "Program", NULL },
		{ 'n', "Pid", NULL },
		{ 't', "State", NULL },
		{ 'n', "Started (UTC)", NULL },
		{ 'n', "Lasted", NULL },
		{ 'n', "Samples", "Allocations that were sampled" },
		{ 't', "Interval", "Bytes between two samples, in the mean" },
	};
	uint32_t n = h->p->process_count;

	if (n == 0)
		return;
	html_section(h->out, "runs", "What ran, and when");
	html_table(
		h->out, "r-runs", "Processes in these files", columns, 7, -1);
	for (uint32_t i = 0; i < n && i < PROCESSES_MAX; i++)
		put_process(h, i);
	html_table_end(h->out);
	if (n > PROCESSES_MAX)
		fprintf(h->out,
			"<p class=\"note\">and %" PRIu32
			" more processes</p>\n",
			n - PROCESSES_MAX);
	put_phases(h);
	html_section_end(h->out);
}
