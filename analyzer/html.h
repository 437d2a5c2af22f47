/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page: one HTML file with all that is known of a run, for somebody who has
 * nothing but a browser. It loads nothing; without scripts it can be read as it
 * stands, with them it sorts, searches and shows the flame graph's tool.
 */
#ifndef HTML_H
#define HTML_H

#include <stdio.h>

#include "profile.h"
#include "select.h"

struct html_options {
	const char *title; /* NULL: the program's name */
	int top; /* rows that tables begin with */
	/* As args_load() took them: for the series of dumps. */
	char *const *files;
	int file_count;
	bool all;
	/* Its base is what the section of differences is about, only. */
	const struct selection *selection;
};

/* p is symbolized; frames are added to it. 0, or -1 after error(). */
int html_write(FILE *out, struct profile *p, const struct html_options *o);

/* Where it goes when nobody says: "report.html" in the folder of a run,
 * "<name>.html" here for a single file. Caller frees. */
char *html_path(const char *origin);

#endif
