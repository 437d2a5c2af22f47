/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many texts that are much alike, each line of them once: flame graphs of one
 * program at several times share their script and their names, which stand a
 * name a line.
 */
#ifndef HTML_LINES_H
#define HTML_LINES_H

#include <stdio.h>

#include "strtab.h"

/* `= {0}` is empty; release takes it back to that. */
struct html_lines {
	struct strtab lines;
	char **texts; /* as runs of lines, JSON */
	size_t count, capacity;
};

/* Adds a text; its number is the count before. How much it adds to the page. */
size_t html_lines_add(struct html_lines *l, const char *text);

/* No more come: what finds equal lines is let go. */
void html_lines_complete(struct html_lines *l);
void html_lines_release(struct html_lines *l);

/*
 * {"lines":[...],"texts":[[first,count,first,count,...],...]}: a text is its
 * runs of lines one after another, with newlines between the lines.
 */
void html_lines_put(FILE *out, const struct html_lines *l);

#endif
