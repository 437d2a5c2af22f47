/* SPDX-License-Identifier: Apache-2.0 */
/* What lives in the end, by stack, as `heapflame leaks` has it. */
#include <inttypes.h>
#include <stdlib.h>

#include "html_page.h"
#include "html_put.h"
#include "leaks.h"
#include "leaks_series.h"
#include "units.h"
#include "write_leaks.h"

#define ROWS_MOST 100

static bool
knows_live(const struct profile *p)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].has[INUSE_SPACE])
			return true;
	return false;
}

static void
put_words(const struct html *h, const struct shown *s,
	const struct leaks_view *v, bool ended)
{
	char total[UNITS_MAX], n[UNITS_MAX], hidden[UNITS_MAX];
	FILE *out = h->out;

	fprintf(out,
		"<p id=\"r-leaks-total\" data-v=\"%" PRId64 "\">%s in %s "
		"stack%s %s.",
		s->total, units_bytes(total, s->total, false),
		units_count(n, s->stack_count), s->stack_count == 1 ? "" : "s",
		ended ? "was allocated and never freed"
		      : "lives; the program had not ended, so that this does "
			"not mean that it leaked");
	if (v->known.objects > 0)
		fprintf(out,
			" Known one-time allocations of libc and libstdc++ are "
			"left out (%s).",
			units_bytes(hidden, v->known.bytes, false));
	if (!s->exact && s->interval_max > 1)
		fprintf(out,
			" Sampled at %s: a site that holds less than %s "
			"may be unseen.",
			units_bytes(total, (int64_t)s->interval_max, false),
			units_bytes(
				hidden, (int64_t)(3 * s->interval_max), false));
	fputs("</p>\n", out);
}

/* How it came about, and how long ago the youngest of it did. */
static void
put_age(FILE *out, const struct leak_age *age)
{
	const char *kind = leak_kind_names[age->kind];
	char text[UNITS_MAX];

	fprintf(out, "<td class=\"t age\">%s", kind ? kind : "");
	if (age->known && age->youngest_ns != LEAK_AGE_UNKNOWN)
		fprintf(out, "%s<span class=\"at\">youngest %s old</span>",
			kind ? " " : "",
			units_time(text, (double)age->youngest_ns));
	fputs("</td>", out);
}

static void
put_rows(
	const struct html *h, const struct shown *s, const struct leaks_view *v)
{
	static const struct html_column columns[] = {
		{ 'n', "Bytes", NULL },
		{ 'n', "Objects", NULL },
		{ 't', "How", "By when it was allocated" },
		{ 't', "Allocated by", "Click for the whole stack" },
	};
	const struct shown_stack **list = leaks_in_order(s, v);

	html_table(h->out, "r-leaks",
		"What still accumulates first, then the largest", columns, 4,
		-1);
	for (uint32_t i = 0; i < s->stack_count && i < ROWS_MOST; i++) {
		const struct shown_stack *it = list[i];

		html_row(h->out, i, h->o->top, "");
		html_cell(h->out, s, it->bytes, it->var);
		html_cell_count(h->out, it->objects);
		put_age(h->out, leak_age_of(&v->ages, it));
		html_put_stack(h->out, h->p, s->frames + it->first, it->depth,
			it->charge);
		fputs("</tr>\n", h->out);
	}
	html_table_end(h->out);
	if (s->stack_count > ROWS_MOST)
		fprintf(h->out,
			"<p class=\"note\">and %" PRIu32 " more; heapflame "
			"leaks --top 0 lists all.</p>\n",
			s->stack_count - ROWS_MOST);
	free(list);
}

int
html_put_leaks(const struct html *h)
{
	struct leaks_view view = { .top = ROWS_MOST };
	struct shown s;
	bool ended = profile_all_ended(h->p);

	if (!knows_live(h->p))
		return 0;
	if (leaks_find(&s, h->p, &h->selection, &view, false) < 0) {
		leaks_view_release(&view);
		return -1;
	}
	if (h->grows)
		leaks_follow_growth(&view, &s, &h->selection, &h->growth);
	html_section(h->out, "leaks", ended ? "Never freed" : "What lives");
	put_words(h, &s, &view, ended);
	if (s.stack_count > 0)
		put_rows(h, &s, &view);
	html_section_end(h->out);
	shown_release(&s);
	leaks_view_release(&view);
	return 0;
}
