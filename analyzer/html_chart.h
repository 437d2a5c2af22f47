/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory over time, the parts of one figure. Lines are SVG that is stretched to
 * the page's width; words and the buttons of the dumps are HTML above it, so
 * that they keep their size.
 */
#ifndef HTML_CHART_H
#define HTML_CHART_H

#include "html_page.h"

#define HTML_UNKNOWN UINT64_MAX

struct html_chart {
	const struct html *h;
	const struct trace_process *process;
	struct trace_point *points; /* in order of time; not all there are */
	uint32_t count;
	double begin, end, most; /* ns, ns, bytes; end > begin, most > 0 */
};

/* Places in percent, from the left and from the bottom. */
double html_chart_x(const struct html_chart *c, uint64_t ns);
double html_chart_y(const struct html_chart *c, uint64_t bytes);

void html_chart_lines(const struct html_chart *c); /* live, resident, peak */
void html_chart_axes(const struct html_chart *c);
void html_chart_rate(const struct html_chart *c); /* of allocation */
void html_chart_dumps(const struct html_chart *c); /* a button each */
/* What the script says of the moment under the pointer. */
void html_chart_data(const struct html_chart *c);

#endif
