/* SPDX-License-Identifier: Apache-2.0 */
#include "flame_change.h"

#include <stdlib.h>

#include "diff.h"
#include "err.h"
#include "write_diff.h"

bool
flame_is_change(const struct profile *p, const struct selection *s)
{
	int now = p->usual_metric, before = p->before_metric;

	if (now < 0 || before < 0 || s->metric >= 0 || s->metric_name ||
		s->base || s->phase || s->from || s->to)
		return false;
	for (uint32_t i = 0; i < p->process_count; i++)
		if (!p->processes[i].has[now] || !p->processes[i].has[before])
			return false;
	return true;
}

int
flame_write_change(struct profile *p, const char *path, const char *name,
	const struct selection *s, const struct svg_options *options)
{
	struct selection of = *s;
	struct diff_view view = { .after = "second column" };
	struct output out;
	struct diff_columns d;
	char *first;

	if (options->whole > 0)
		warning("--total means nothing to a difference");
	of.metric = p->usual_metric;
	of.base_metric = p->before_metric;
	of.base = p;
	if (diff_columns_find(&d, p, &of, false) < 0)
		return -1;
	if (output_open(&out, path) < 0) {
		diff_columns_release(&d);
		return -1;
	}
	first = xasprintf("%s, first column", name);
	view.before = first;
	/* A write that failed is found, and said, when the file is closed. */
	(void)write_diff_svg(out.stream, &d, p, &view, options);
	free(first);
	diff_columns_release(&d);
	return output_commit(&out);
}
