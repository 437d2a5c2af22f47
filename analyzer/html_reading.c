/* SPDX-License-Identifier: Apache-2.0 */
/* In words what the profile says, the weightiest first, as report has it. */
#include <stdlib.h>

#include "html_page.h"
#include "html_put.h"
#include "reading_facts.h"

/* The sentences are of all of the profile: beside a part they would mislead. */
static bool
is_part(const struct selection *s)
{
	bool part = s->bys > 0 || s->phase || s->from || s->to;

	for (int i = 0; i < SELECT_RULES; i++)
		part |= s->rules[i] != NULL;
	return part;
}

void
html_put_reading(const struct html *h)
{
	struct reading_found found = { .holder = NULL };
	struct reading reading;

	if (is_part(&h->selection))
		return;
	if (reading_facts_find(&found, h->p, &h->selection,
		    h->grows ? &h->growth : NULL) == 0) {
		reading_find(&reading, &found.facts);
		if (reading.count > 0) {
			html_section(h->out, "reading", "What it says");
			fputs("<ul class=\"reading\">\n", h->out);
			for (uint32_t i = 0; i < reading.count; i++) {
				fputs("<li>", h->out);
				html_put(h->out, reading.text[i]);
				fputs("</li>\n", h->out);
			}
			fputs("</ul>\n", h->out);
			html_section_end(h->out);
		}
		reading_release(&reading);
	}
	reading_found_release(&found);
}
