/* SPDX-License-Identifier: Apache-2.0 */
/* What the sections of the page know of one another; for html*.c only. */
#ifndef HTML_PAGE_H
#define HTML_PAGE_H

#include "diff.h"
#include "growth.h"
#include "html.h"
#include "html_lines.h"
#include "html_picture.h"
#include "write_trace.h"

#define HTML_PROCESSES 4 /* that have a timeline */

struct html {
	FILE *out;
	struct profile *p;
	const struct html_options *o;
	struct selection selection; /* without the base */
	struct shown shown; /* the metric that the page is about */
	struct html_picture picture; /* of it */
	struct html_lines graphs; /* the documents; 0 is that picture's */
	struct diff diff; /* if `differs` */
	struct html_picture change; /* of it; its document is the last */
	bool differs;
	struct trace trace; /* the series, if `timed` */
	bool timed;
	uint32_t *timelines; /* by process of the trace: its place among
			      those that have one, 1 is the first; or 0 */
	uint32_t *graph_of; /* by point of the trace: its document, or NONE */
	struct growth growth; /* if `grows` */
	bool grows;
};

/* What is gathered before anything is written. 0, or -1 after error(). */
void html_series_find(
	struct html *h); /* trace and growth, where there is one */
int html_moments_find(struct html *h); /* graphs of the series */
int html_difference_find(struct html *h); /* and its graph */

/* The sections; those that have nothing to say write nothing. */
void html_put_head(const struct html *h); /* program, figures, contents */
void html_put_reading(const struct html *h);
void html_put_runs(const struct html *h);
void html_put_memory(const struct html *h);
void html_put_timeline(const struct html *h);
void html_timelines_choose(struct html *h);
void html_put_graph(const struct html *h);
/* A picture's place: of that number among the documents. */
void html_put_picture(const struct html *h, const char *id,
	const struct html_picture *picture, size_t number);
void html_put_top(const struct html *h);
int html_put_leaks(const struct html *h);
void html_put_growth(const struct html *h);
void html_put_difference(const struct html *h);
void html_put_quality(const struct html *h);

/* Base name of the program that there is most to say of. */
const char *html_program(const struct profile *p);

/* A stack's frames, leaf first, in a part that can be opened. */
void html_put_stack(FILE *out, const struct profile *p, const uint32_t *frames,
	uint32_t depth, uint32_t charge);

#endif
