/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head and the table of `report`. The table is laid out from cells that
 * exist as text already: figures take what the widest of them takes, names what
 * is left, shortened only where a terminal's width is known.
 */
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "sites.h"
#include "text.h"
#include "units.h"
#include "write.h"

enum column {
	FLAT,
	FLAT_SHARE,
	CUM,
	CUM_SHARE,
	OBJECTS,
	LIFE,
	FUNCTION,
	WHERE,
	VIA,
	COLUMNS
};
#define NAME_PADDING 40 /* piped: longer names are not padded for */
#define GAP	     2 /* between the columns of names */
#define VIAS_SHOWN   3

static const char *const titles[COLUMNS] = { "flat", "flat%", "cum", "cum%",
	"objects", "lived", "function", "where", "via" };

struct table {
	char *(*rows)[COLUMNS];
	uint32_t count;
	size_t width[COLUMNS];
};

/* "server.c:120"; "" if not known. Caller frees. */
static char *
where_cell(const struct shown *s, uint32_t frame)
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
static char *
via_cell(const struct shown *s, const struct sites *sites,
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
static const char *
life_cell(char buf[AMOUNT_MAX], const struct shown *s, const struct site *site)
{
	if (s->metric == INUSE_SPACE || s->metric == INUSE_OBJECTS ||
		s->metric == PEAK_SPACE || s->metric == PEAK_OBJECTS)
		return "";
	return site->freed_objects > 0
		       ? units_time(
				 buf, site->lifetime_ns / site->freed_objects)
		       : "";
}

static void
fill_row(char *row[COLUMNS], const struct shown *s, const struct sites *sites,
	const struct site *site, bool exact)
{
	char buf[AMOUNT_MAX];

	row[FLAT] = xstrdup(
		amount_with_error(buf, s, site->flat, site->flat_var, exact));
	row[FLAT_SHARE] = xstrdup(amount_share(buf, site->flat, s->hundred));
	row[CUM] = xstrdup(amount(buf, s, site->cum, exact));
	row[CUM_SHARE] = xstrdup(amount_share(buf, site->cum, s->hundred));
	row[OBJECTS] = xstrdup(s->metric < FOREIGN
				       ? units_count(buf, site->flat_objects)
				       : "");
	row[LIFE] = xstrdup(life_cell(buf, s, site));
	row[FUNCTION] = text_visible(shown_name(s, site->frame));
	row[WHERE] = where_cell(s, site->frame);
	row[VIA] = via_cell(s, sites, site);
}

static void
measure(struct table *t, enum column c)
{
	t->width[c] = 0;
	for (uint32_t i = 0; i < t->count; i++) {
		size_t n = text_columns(t->rows[i][c]);

		if (n > t->width[c])
			t->width[c] = n;
	}
	/* A column in which nothing stands needs no title. */
	if (t->width[c] > 0 && t->width[c] < strlen(titles[c]))
		t->width[c] = strlen(titles[c]);
}

static void
limit(struct table *t, enum column c, size_t columns, bool tail)
{
	if (t->width[c] <= columns)
		return;
	for (uint32_t i = 0; i < t->count; i++)
		text_shorten(t->rows[i][c], columns, tail);
	measure(t, c);
}

/* Paths to their last part, in place. */
static void
leave_base_names(struct table *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		char *where = t->rows[i][WHERE];
		char *slash = strrchr(where, '/');

		if (slash)
			memmove(where, slash + 1, strlen(slash));
	}
	measure(t, WHERE);
}

static void
drop(struct table *t, enum column c)
{
	for (uint32_t i = 0; i < t->count; i++)
		*t->rows[i][c] = '\0';
	t->width[c] = 0;
}

static size_t
names_width(const struct table *t)
{
	return t->width[FUNCTION] + GAP + t->width[WHERE] + GAP + t->width[VIA];
}

/* Makes the names fit beside the figures of a terminal. */
static void
fit(struct table *t, size_t columns)
{
	size_t figures = 0, room;

	for (int c = FLAT; c <= LIFE; c++)
		figures += t->width[c] + 1;
	room = columns > figures + 13 ? columns - figures - 1 : 12;
	if (names_width(t) > room)
		leave_base_names(t);
	if (names_width(t) > room && room < 40)
		drop(t, VIA);
	if (names_width(t) > room && room < 28)
		drop(t, WHERE);
	if (names_width(t) > room)
		limit(t, VIA, room / 4, false);
	if (names_width(t) > room)
		limit(t, WHERE, room / 3, true);
	if (names_width(t) > room)
		limit(t, FUNCTION,
			room - t->width[WHERE] - t->width[VIA] -
				GAP * ((t->width[WHERE] > 0) +
					      (t->width[VIA] > 0)),
			false);
}

static void
pad(FILE *out, size_t have, size_t want)
{
	for (; have < want; have++)
		putc(' ', out);
}

static void
print_row(FILE *out, const struct table *t, const char *const row[COLUMNS])
{
	size_t owed = 1; /* blanks, printed only if something follows them */

	for (int c = FLAT; c <= LIFE; c++) {
		if (t->width[c] == 0)
			continue;
		if (c > FLAT)
			putc(' ', out);
		pad(out, text_columns(row[c]), t->width[c]);
		fputs(row[c], out);
	}
	for (int c = FUNCTION; c < COLUMNS; c++) {
		size_t have = text_columns(row[c]);

		if (t->width[c] == 0)
			continue;
		if (have > 0) {
			pad(out, 0, owed);
			fputs(row[c], out);
			owed = 0;
		}
		owed += GAP + (t->width[c] > have ? t->width[c] - have : 0);
	}
	putc('\n', out);
}

static void
print_table(FILE *out, struct table *t, int columns)
{
	for (int c = 0; c < COLUMNS; c++)
		measure(t, (enum column)c);
	if (columns > 0)
		fit(t, (size_t)columns);
	else if (t->width[FUNCTION] > NAME_PADDING)
		t->width[FUNCTION] = NAME_PADDING;
	print_row(out, t, titles);
	for (uint32_t i = 0; i < t->count; i++)
		print_row(out, t, (const char *const *)t->rows[i]);
}

static void
release(struct table *t)
{
	for (uint32_t i = 0; i < t->count; i++)
		for (int c = 0; c < COLUMNS; c++)
			free(t->rows[i][c]);
	free(t->rows);
}

void
write_text_table(FILE *out, const struct shown *s, const struct text_options *o)
{
	struct sites sites;
	struct table t = { 0 };

	sites_build(&sites, s, o->by_cum);
	t.count = o->top > 0 && (uint32_t)o->top < sites.count
			  ? (uint32_t)o->top
			  : sites.count;
	t.rows = xcalloc(t.count, sizeof *t.rows);
	for (uint32_t i = 0; i < t.count; i++)
		fill_row(t.rows[i], s, &sites, &sites.list[i], o->exact);
	if (t.count > 0)
		print_table(out, &t, o->columns);
	if (t.count < sites.count)
		fprintf(out, "... and %u more function%s (--top 0 shows all)\n",
			sites.count - t.count,
			sites.count - t.count == 1 ? "" : "s");
	release(&t);
	sites_release(&sites);
}
