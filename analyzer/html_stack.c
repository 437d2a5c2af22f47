/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "html_page.h"
#include "html_put.h"

#define FRAMES_MOST 200 /* of a stack that are listed */

void
html_put_stack(FILE *out, const struct profile *p, const uint32_t *frames,
	uint32_t depth, uint32_t charge)
{
	uint32_t left = depth > FRAMES_MOST ? depth - FRAMES_MOST : 0;

	if (depth == 0) {
		fputs("<td class=\"t\">[no stack]</td>", out);
		return;
	}
	fputs("<td class=\"t\"><details class=\"stack\"><summary>", out);
	html_put(out,
		strtab_get(&p->strings,
			p->functions[p->frames[frames[charge - 1]].function]
				.name));
	fputs("</summary>\n<ol>\n", out);
	for (uint32_t i = depth; i > left; i--) {
		const struct frame *f = &p->frames[frames[i - 1]];
		const struct function *function = &p->functions[f->function];

		fprintf(out, "<li%s><span>",
			i > charge ? " class=\"wrap\"" : "");
		html_put(out, strtab_get(&p->strings, function->name));
		fputs("</span>", out);
		if (function->file != NONE) {
			fputs(" <span class=\"at\">", out);
			html_put(out, strtab_get(&p->strings, function->file));
			if (f->line > 0)
				fprintf(out, ":%" PRIu32, f->line);
			fputs("</span>", out);
		}
		fputs("</li>\n", out);
	}
	if (left > 0)
		fprintf(out, "<li class=\"wrap\">and %" PRIu32 " more</li>\n",
			left);
	fputs("</ol></details></td>", out);
}
