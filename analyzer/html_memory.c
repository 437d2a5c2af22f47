/* SPDX-License-Identifier: Apache-2.0 */
/* What resident memory is made of: a bar, and its figures. */
#include <inttypes.h>

#include "amount.h"
#include "html_page.h"
#include "html_put.h"
#include "memory.h"
#include "units.h"
#include "write_memory.h"

/* What of a part is in memory: what is not was allocated, but never used. */
static int64_t
present(const struct memory *m, int part)
{
	int64_t bytes = m->part[part];

	if (part == MEMORY_LIVE)
		bytes += m->part[MEMORY_ABSENT];
	return bytes > 0 ? bytes : 0;
}

/* Parts above 0, as shares of what they add up to. */
static void
put_bar(FILE *out, const struct memory *m)
{
	int64_t sum = 0;

	for (int i = 0; i < MEMORY_PARTS; i++)
		sum += present(m, i);
	fputs("<div class=\"parts\" aria-hidden=\"true\">", out);
	for (int i = 0; i < MEMORY_PARTS; i++)
		if (present(m, i) > 0)
			fprintf(out,
				"<i class=\"p%d\" style=\"flex-grow:%.4f\">"
				"</i>",
				i, (double)present(m, i) * 100 / (double)sum);
	fputs("</div>\n", out);
}

static void
put_part(const struct html *h, const struct memory *m, enum memory_part part)
{
	struct shown bytes = h->shown;
	FILE *out = h->out;

	bytes.metric = INUSE_SPACE; /* whatever else is shown: as bytes */
	bytes.unit = UNIT_BYTES;
	html_row(out, 0, 0, "");
	fprintf(out, "<td class=\"t\"><i class=\"key p%d\"></i>%s</td>", part,
		memory_label(m, part));
	html_cell(out, &bytes, m->part[part],
		part == MEMORY_LIVE && !h->shown.exact ? m->live_var : 0);
	html_cell_share(out, m->part[part], m->rss);
	fputs("</tr>\n", out);
}

void
html_put_memory(const struct html *h)
{
	static const struct html_column columns[] = {
		{ 't', "Part", NULL },
		{ 'n', "Bytes", NULL },
		{ 'n', "Of resident", NULL },
	};
	struct memory m;
	char now[UNITS_MAX], most[UNITS_MAX];
	FILE *out = h->out;

	memory_find(&m, h->p);
	if (m.processes == 0 || m.rss <= 0)
		return;
	html_section(out, "memory", "What resident memory is made of");
	fputs("<p>", out);
	memory_verdict(out, &m, false);
	fprintf(out, "%s resident %s", units_bytes(now, m.rss, false),
		m.ended ? "at the end" : "by then");
	if (m.rss_peak > 0 && m.processes == 1)
		fprintf(out, ", %s at most",
			units_bytes(most, m.rss_peak, false));
	if (m.processes > 1)
		fprintf(out, ", of %" PRIu32 " processes", m.processes);
	if (m.allocator != NONE) {
		fputs("; malloc of ", out);
		html_put(out, strtab_get(&h->p->strings, m.allocator));
	}
	fputs(".</p>\n", out);
	put_bar(out, &m);
	html_table(out, "r-memory", "The parts add up to what is resident",
		columns, 3, -1);
	for (int i = 0; i < MEMORY_PARTS; i++)
		if (m.part[i] != 0)
			put_part(h, &m, (enum memory_part)i);
	html_table_end(out);
	html_section_end(out);
}
