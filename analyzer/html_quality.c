/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the figures can be trusted: what a report would warn of, how much has
 * names and whole stacks, what can't have been seen, and all that info says.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "html_page.h"
#include "html_put.h"
#include "units.h"

#define INFO_MOST 40000 /* bytes of it that are shown */

static void
text_head(FILE *out, void *context)
{
	write_text_head(out, context, false);
}

static void
text_coverage(FILE *out, void *context)
{
	write_coverage(out, context);
}

static void
text_info(FILE *out, void *context)
{
	write_info(out, context, false);
}

/* The lines that begin so, as items of a list; returns how many. */
static uint32_t
put_lines(FILE *out, char *text, const char *begin, const char *class)
{
	uint32_t n = 0;
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, begin, strlen(begin)) != 0)
			continue;
		fprintf(out, "<li class=\"%s\">", class);
		html_put(out, line);
		fputs("</li>\n", out);
		n++;
	}
	return n;
}

static void
put_shares(const struct html *h)
{
	const struct shown *s = &h->shown;
	int64_t named = 0, cut = 0;
	char a[AMOUNT_MAX], b[AMOUNT_MAX];

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];
		uint32_t charged =
			stack->depth == 0
				? NONE
				: s->frames[stack->first + stack->charge - 1];

		if (stack->truncated)
			cut += stack->value;
		if (charged != NONE &&
			h->p->functions[h->p->frames[charged].function].named)
			named += stack->value;
	}
	if (s->total > 0)
		fprintf(h->out,
			"<li>%s is charged to functions with a name; %s has "
			"stacks that are cut off.</li>\n",
			amount_share(a, named, s->total),
			amount_share(b, cut, s->total));
}

static void
put_losses(const struct html *h)
{
	const struct profile *p = h->p;
	const char *before = "<li>Lost: ";
	char count[UNITS_MAX];
	uint64_t taken = 0;

	for (uint32_t i = 0; i < p->process_count; i++)
		taken += p->processes[i].samples;
	if (taken > 0)
		fprintf(h->out, "<li>%s samples were taken.</li>\n",
			units_count(count, (int64_t)taken));
	for (uint32_t i = 0; i < p->loss_count; i++) {
		uint64_t sum = profile_loss_sum(p, i);

		if (sum == 0)
			continue;
		fputs(before, h->out);
		html_put(h->out, strtab_get(&p->strings, p->losses[i].cause));
		fprintf(h->out, " %s", units_count(count, (int64_t)sum));
		before = ", ";
	}
	if (*before == ',')
		fputs(".</li>\n", h->out);
	else if (taken > 0)
		fputs("<li>Nothing was lost.</li>\n", h->out);
}

static void
put_info(const struct html *h)
{
	char *info = html_text_of(text_info, h->p);
	bool cut = strlen(info) > INFO_MOST;

	if (cut)
		info[INFO_MOST] = '\0';
	fputs("<details><summary>All that heapflame info says</summary><pre>",
		h->out);
	html_put(h->out, info);
	fputs(cut ? "\n...</pre></details>\n" : "</pre></details>\n", h->out);
	free(info);
}

void
html_put_quality(const struct html *h)
{
	char *head = html_text_of(text_head, (void *)&h->shown);
	char *coverage = html_text_of(text_coverage, h->p);
	uint32_t warnings;

	html_section(h->out, "quality", "How good the data is");
	fputs("<ul class=\"facts\">\n", h->out);
	warnings = put_lines(h->out, head, "warning: ", "warn");
	warnings += put_lines(h->out, coverage, "unseen", "warn");
	if (warnings == 0)
		fputs("<li>There is nothing to be warned of.</li>\n", h->out);
	put_shares(h);
	put_losses(h);
	fputs("</ul>\n", h->out);
	put_info(h);
	html_section_end(h->out);
	free(head);
	free(coverage);
}
