/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the page that its sections are made of. */
#ifndef HTML_PUT_H
#define HTML_PUT_H

#include <stdio.h>

#include "select.h"

/* Somebody's text, safe between tags and between double quotes. */
void html_put(FILE *out, const char *text);

/*
 * The same as a string of JSON within a <script>, which no text in it can end:
 * "<" is written as an escape.
 */
void html_put_json(FILE *out, const char *text, size_t length);

/* <section id="..." ...> with its heading; html_section_end() closes it. */
void html_section(FILE *out, const char *id, const char *heading);
void html_section_end(FILE *out);

/* Headings of a table that can be sorted. kind: 'n' numbers, largest first;
 * 't' text; '-' not sorted by. The first of them says how it is sorted now. */
struct html_column {
	char kind;
	const char *heading;
	const char *explained; /* on hover; NULL: nothing */
};
void html_table(FILE *out, const char *id, const char *caption,
	const struct html_column *columns, int count, int sorted);
/* Of a caption: what can be done, where it can. */
#define HTML_HINT(words) "<span class=\"hint\">" words "</span>"
void html_table_end(FILE *out);

/* A row of a table; those from `top` on are shown on demand. */
void html_row(FILE *out, uint32_t index, int top, const char *class);

/* <td> of a figure of s, its error beside it. */
void html_cell(FILE *out, const struct shown *s, int64_t value, double var);
/* The same of bytes, with an interval around them or without (NULL). */
struct interval;
void html_cell_bytes(FILE *out, double bytes, const struct interval *i);
void html_cell_count(FILE *out, int64_t n);
void html_cell_share(FILE *out, int64_t part, int64_t whole);

/* <td> of a function: its name, as a link that searches it in the graph, and
 * where it is. */
void html_cell_function(FILE *out, const struct profile *p, uint32_t frame);

/* "12.3 MiB <span class=e>± 0.8</span>": as amount.h has it. */
void html_amount(FILE *out, const char *with_error);

/* What `write` says, line by line, of which `take` makes what it likes. */
char *html_text_of(void (*write)(FILE *, void *), void *context);

#endif
