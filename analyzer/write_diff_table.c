/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of `diff`, laid out from cells that exist as text already: figures
 * take what the widest of them takes, names what is left.
 */
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "color.h"
#include "err.h"
#include "text.h"
#include "units.h"
#include "write_diff.h"
#include "write_text_cells.h"

enum column {
	CHANGE,
	MARK, /* of what may be chance */
	SHARE,
	BEFORE,
	AFTER,
	CUM,
	CUM_MARK,
	OBJECTS,
	FUNCTION,
	WHERE,
	COLUMNS
};
#define NAME_PADDING 40 /* piped: longer names are not padded for */
#define NAME_LEAST   12 /* on a terminal */

static const char *const titles[COLUMNS] = { "change", "", "by", "before",
	"after", "cum change", "", "objects", "function", "where" };

struct table {
	char *(*rows)[COLUMNS];
	uint32_t count;
	bool color;
	size_t width[COLUMNS];
};

static char *
objects_cell(const struct diff_figure *f, const struct shown *s)
{
	char count[UNITS_MAX];
	int64_t change = f->objects_after - f->objects_before;

	if (s->metric >= FOREIGN || s->unit == UNIT_OBJECTS)
		return xstrdup("");
	return xasprintf(
		"%s%s", change > 0 ? "+" : "", units_count(count, change));
}

static const char *
mark_of(const struct diff *d, const struct diff_figure *f)
{
	return diff_is_noise(d, f) ? AMOUNT_NOISE : "";
}

/* With --cum the figures beside the change are those of cum, too. */
static void
fill_row(char *cells[COLUMNS], const struct diff *d, const struct diff_view *v,
	const struct diff_row *row)
{
	const struct diff_figure *f = v->by_cum ? &row->cum : &row->flat;
	char buf[DIFF_AMOUNT_MAX], side[AMOUNT_MAX];

	cells[CHANGE] = xstrdup(diff_amount(buf, d, f, v->exact));
	cells[MARK] = xstrdup(mark_of(d, f));
	cells[SHARE] = xstrdup(diff_share(buf, f));
	cells[BEFORE] = xstrdup(amount(side, &d->shown, f->before, v->exact));
	cells[AFTER] = xstrdup(amount(side, &d->shown, f->after, v->exact));
	cells[CUM] = xstrdup(
		v->by_cum ? "" : diff_amount(buf, d, &row->cum, v->exact));
	cells[CUM_MARK] = xstrdup(v->by_cum ? "" : mark_of(d, &row->cum));
	cells[OBJECTS] = objects_cell(f, &d->shown);
	cells[FUNCTION] = text_visible(shown_name(&d->shown, row->frame));
	cells[WHERE] = text_where(&d->shown, row->frame);
}

static void
measure(struct table *t, int c)
{
	t->width[c] = text_column_width(
		(char *const *)t->rows, t->count, COLUMNS, c, titles[c]);
}

static void
limit(struct table *t, int c, size_t columns, bool tail)
{
	if (t->width[c] <= columns)
		return;
	for (uint32_t i = 0; i < t->count; i++)
		text_shorten(t->rows[i][c], columns, tail);
	measure(t, c);
}

/* Makes the names fit beside the figures of a terminal. */
static void
fit(struct table *t, size_t columns)
{
	size_t figures = 0, room;

	for (int c = 0; c < FUNCTION; c++)
		figures += t->width[c] + (t->width[c] > 0);
	room = columns > figures + NAME_LEAST ? columns - figures : NAME_LEAST;
	if (t->width[FUNCTION] + 3 + t->width[WHERE] <= room)
		return;
	limit(t, WHERE, room / 3, true);
	room -= t->width[WHERE] + 3;
	limit(t, FUNCTION, room > NAME_LEAST ? room : NAME_LEAST, false);
}

static void
put_cell(FILE *out, const struct table *t, const char *const row[COLUMNS],
	int c, bool left)
{
	bool grey = t->color && *row[c] && *row[c <= AFTER ? MARK : CUM_MARK];
	int pad = (int)t->width[c] - (int)text_columns(row[c]);

	pad = pad > 0 ? pad : 0;
	/* Functions and what follows are as certain as their own change. */
	if (c >= OBJECTS)
		grey = t->color && *row[c] && *row[MARK];
	fprintf(out, "%*s%s%s%s%*s", left ? 0 : pad, "", grey ? COLOR_GREY : "",
		row[c], grey ? COLOR_END : "",
		left && c + 1 < COLUMNS && *row[c + 1] ? pad : 0, "");
}

static void
print_row(FILE *out, const struct table *t, const char *const row[COLUMNS])
{
	for (int c = 0; c < FUNCTION; c++) {
		if (t->width[c] == 0)
			continue;
		if (c > 0)
			putc(' ', out);
		put_cell(out, t, row, c, false);
	}
	fputs("  ", out);
	put_cell(out, t, row, FUNCTION, true);
	if (*row[WHERE] && t->width[WHERE] > 0) {
		fputs("  ", out);
		put_cell(out, t, row, WHERE, true);
	}
	putc('\n', out);
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
write_diff_table(FILE *out, const struct diff *d, const struct diff_view *v,
	const struct diff_row *const *rows, uint32_t count)
{
	struct table t = { .count = count, .color = v->color };

	if (count == 0)
		return;
	t.rows = xcalloc(count, sizeof *t.rows);
	for (uint32_t i = 0; i < count; i++)
		fill_row(t.rows[i], d, v, rows[i]);
	for (int c = 0; c < COLUMNS; c++)
		measure(&t, c);
	if (v->columns > 0)
		fit(&t, (size_t)v->columns);
	else if (t.width[FUNCTION] > NAME_PADDING)
		t.width[FUNCTION] = NAME_PADDING;
	print_row(out, &t, titles);
	for (uint32_t i = 0; i < count; i++)
		print_row(out, &t, (const char *const *)t.rows[i]);
	release(&t);
}
