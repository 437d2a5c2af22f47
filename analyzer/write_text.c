/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head and the table of `report`. The table is laid out from cells that
 * exist as text already: figures take what the widest of them takes, names what
 * is left, shortened only where a terminal's width is known.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "color.h"
#include "err.h"
#include "sites.h"
#include "text.h"
#include "units.h"
#include "write.h"
#include "write_text_cells.h"

enum column {
	FLAT,
	FLAT_MARK, /* of what is not to be told from zero */
	FLAT_SHARE,
	CUM,
	CUM_MARK,
	CUM_SHARE,
	SAMPLES,
	OBJECTS,
	LIFE,
	FUNCTION,
	WHERE,
	VIA,
	COLUMNS
};
#define NAME_PADDING 40 /* piped: longer names are not padded for */
#define NAMES_LEAST  40 /* on a terminal, if other columns can go */
#define GAP	     2 /* between the columns of names */

static const char *const titles[COLUMNS] = { "flat", "", "flat%", "cum", "",
	"cum%", "samples", "objects", "lived", "function", "where", "via" };

struct table {
	char *(*rows)[COLUMNS];
	uint32_t count;
	bool color;
	size_t width[COLUMNS];
};

/*
 * "5,912": as many of one size would err as much, but no more than there are.
 * "" where nothing was sampled.
 */
static const char *
samples_cell(
	char buf[AMOUNT_MAX], const struct shown *s, const struct site *site)
{
	double n = stats_effective((double)site->flat, site->flat_var);

	if (s->exact || s->compared || !s->var_known || site->flat_samples == 0)
		return "";
	if (!(n > 0) || n > (double)site->flat_samples)
		n = (double)site->flat_samples;
	return units_count(buf, n < 1 ? 1 : llround(n));
}

static const char *
mark_cell(const struct shown *s, int64_t value, double var)
{
	return amount_is_noise(s, value, var) ? AMOUNT_NOISE : "";
}

static void
fill_row(char *row[COLUMNS], const struct shown *s, const struct sites *sites,
	const struct site *site, bool exact)
{
	char buf[AMOUNT_MAX];

	row[FLAT] = xstrdup(
		amount_with_error(buf, s, site->flat, site->flat_var, exact));
	row[FLAT_MARK] = xstrdup(mark_cell(s, site->flat, site->flat_var));
	row[FLAT_SHARE] = xstrdup(amount_share(buf, site->flat, s->hundred));
	row[CUM] = xstrdup(
		amount_with_error(buf, s, site->cum, site->cum_var, exact));
	row[CUM_MARK] = xstrdup(mark_cell(s, site->cum, site->cum_var));
	row[CUM_SHARE] = xstrdup(amount_share(buf, site->cum, s->hundred));
	row[SAMPLES] = xstrdup(samples_cell(buf, s, site));
	row[OBJECTS] = xstrdup(s->metric < FOREIGN
				       ? units_count(buf, site->flat_objects)
				       : "");
	row[LIFE] = xstrdup(text_life(buf, s, site));
	row[FUNCTION] = text_visible(shown_name(s, site->frame));
	row[WHERE] = text_where(s, site->frame);
	row[VIA] = text_vias(s, sites, site);
}

static void
measure(struct table *t, enum column c)
{
	t->width[c] = text_column_width(
		(char *const *)t->rows, t->count, COLUMNS, c, titles[c]);
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

static size_t
room_for_names(const struct table *t, size_t columns)
{
	size_t figures = 0;

	for (int c = FLAT; c <= LIFE; c++)
		figures += t->width[c] + (t->width[c] > 0);
	return columns > figures + 12 ? columns - figures : 12;
}

/* "12.3 MiB +- 0.8" to "12.3 MiB", in place. */
static void
leave_values(struct table *t, enum column c)
{
	for (uint32_t i = 0; i < t->count; i++) {
		char *error = strstr(t->rows[i][c], " " AMOUNT_PLUS_MINUS);

		if (error)
			*error = '\0';
	}
	measure(t, c);
}

/* Makes the names fit beside the figures of a terminal. */
static void
fit(struct table *t, size_t columns)
{
	size_t room;

	if (room_for_names(t, columns) < NAMES_LEAST)
		drop(t, SAMPLES);
	if (room_for_names(t, columns) < NAMES_LEAST)
		leave_values(t, CUM);
	room = room_for_names(t, columns);
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

/* A figure goes with its mark, all that follows with what it all holds. */
static bool
is_grey(const char *const row[COLUMNS], int column)
{
	return *row[column <= FLAT_SHARE ? FLAT_MARK : CUM_MARK] ==
	       *AMOUNT_NOISE;
}

static void
put_cell(FILE *out, const struct table *t, const char *const row[COLUMNS],
	int column)
{
	bool grey = t->color && *row[column] && is_grey(row, column);

	fprintf(out, "%s%s%s", grey ? COLOR_GREY : "", row[column],
		grey ? COLOR_END : "");
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
		put_cell(out, t, row, c);
	}
	for (int c = FUNCTION; c < COLUMNS; c++) {
		size_t have = text_columns(row[c]);

		if (t->width[c] == 0)
			continue;
		if (have > 0) {
			pad(out, 0, owed);
			put_cell(out, t, row, c);
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
	if (t->width[FLAT_MARK] > 0 || t->width[CUM_MARK] > 0)
		fputs(AMOUNT_NOISE_LEGEND, out);
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
	struct table t = { .color = o->color };

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
