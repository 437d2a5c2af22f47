/* SPDX-License-Identifier: Apache-2.0 */
#include "write_text_cells.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"
#include "units.h"

#define VIAS_SHOWN 3

/* "server.c:120"; "" if not known. Caller frees. */
char *
text_where(const struct shown *s, uint32_t frame)
{
	const struct profile *p = s->profile;
	const struct frame *f = &p->frames[frame];
	const char *file =
		strtab_get(&p->strings, p->functions[f->function].file);
	char *visible, *cell;

	if (!*file)
		return xstrdup("");
	visible = text_visible(file);
	if (f->line == 0)
		return visible;
	cell = xasprintf("%s:%u", visible, f->line);
	free(visible);
	return cell;
}

/* "zmalloc, zrealloc"; caller frees. */
char *
text_vias(const struct shown *s, const struct sites *sites,
	const struct site *site)
{
	char *cell = xstrdup("");

	for (uint32_t i = 0; i < site->vias; i++) {
		char *name, *longer;

		if (i == VIAS_SHOWN) {
			longer = xasprintf("%s, ...", cell);
			free(cell);
			return longer;
		}
		name = text_visible(
			shown_name(s, sites->via[site->first_via + i]));
		longer = xasprintf("%s%s%s", cell, i > 0 ? ", " : "", name);
		free(name);
		free(cell);
		cell = longer;
	}
	return cell;
}

/* How long what was freed had lived, where the table is about that. */
const char *
text_life(char buf[AMOUNT_MAX], const struct shown *s, const struct site *site)
{
	if (s->metric == INUSE_SPACE || s->metric == INUSE_OBJECTS ||
		s->metric == PEAK_SPACE || s->metric == PEAK_OBJECTS)
		return "";
	return site->freed_objects > 0
		       ? units_time(
				 buf, site->lifetime_ns / site->freed_objects)
		       : "";
}

size_t
text_column_width(char *const *cells, uint32_t rows, int columns, int c,
	const char *title)
{
	size_t width = 0;

	for (uint32_t i = 0; i < rows; i++) {
		size_t n = text_columns(
			cells[(size_t)i * (size_t)columns + (size_t)c]);

		if (n > width)
			width = n;
	}
	return width > 0 && width < strlen(title) ? strlen(title) : width;
}
