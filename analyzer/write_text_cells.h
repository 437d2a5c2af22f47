/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the table of functions, beside the figures. */
#ifndef WRITE_TEXT_CELLS_H
#define WRITE_TEXT_CELLS_H

#include "amount.h"
#include "sites.h"

/* "server.c:120"; "" if not known. Caller frees. */
char *text_where(const struct shown *s, uint32_t frame);

/* "zmalloc, zrealloc", the first few; caller frees. */
char *text_vias(const struct shown *s, const struct sites *sites,
	const struct site *site);

/* How long what was freed had lived, where the table is about that. */
const char *text_life(
	char buf[AMOUNT_MAX], const struct shown *s, const struct site *site);

/*
 * Columns that column c of a table takes, its title with it; 0 if nothing
 * stands in it, which needs no title. cells: row by row, `columns` in each.
 */
size_t text_column_width(char *const *cells, uint32_t rows, int columns, int c,
	const char *title);

#endif
