/* SPDX-License-Identifier: Apache-2.0 */
/* A difference as a flame graph: two panels in one file, as svg_change.h. */
#include <stdlib.h>

#include "amount.h"
#include "err.h"
#include "svg_change.h"
#include "svg_head.h"
#include "write.h"
#include "write_diff.h"

static const char *
base_name(const char *path)
{
	const char *slash = path;

	for (const char *s = path; *s; s++)
		if (*s == '/' && s[1])
			slash = s + 1;
	return slash;
}

/* "inuse_space: +1.2 MiB ± 0.1 (+9.8%), from 12.2 MiB to 13.4 MiB . ..." */
static char *
subtitle(const struct diff *d, const struct diff_tree *t,
	const struct diff_view *v)
{
	char before[SVG_AMOUNT_MAX], after[SVG_AMOUNT_MAX];
	char change[DIFF_AMOUNT_MAX], share[DIFF_SHARE_MAX];
	const struct diff_figure *total = &t->figures[0];
	const char *word = diff_share(share, total);
	char *words = selection_words(&t->shown), *text;

	text = xasprintf("%s: %s%s%s%s%s, from %s to %s%s \xc2\xb7 %s "
			 "\xe2\x86\x92 %s%s%s",
		profile_metric_name(d->shown.profile, d->shown.metric),
		diff_amount(change, d, total, false), *word ? " (" : "", word,
		*word ? ")" : "",
		diff_is_noise(d, total) ? ", which may be chance" : "",
		svg_amount(before, &d->shown, total->before),
		svg_amount(after, &d->shown, total->after),
		d->shown.var_known ? "" : " (the error is not known)",
		base_name(t->negated ? v->after : v->before),
		base_name(t->negated ? v->before : v->after),
		*words ? " \xc2\xb7 " : "", words);
	free(words);
	return text;
}

int
write_diff_svg(FILE *out, const struct diff *d, struct profile *p,
	const struct diff_view *v, const struct svg_options *looks)
{
	struct svg_options o = *looks;
	struct svg_change change = { .diff = d, .grey = v->only_certain };
	struct diff_tree tree;
	char *words;
	int rc;

	diff_tree_build(&tree, d, p, o.negate);
	words = subtitle(d, &tree, v);
	change.tree = &tree;
	o.change = &change;
	if (!o.title)
		o.title = d->shown.metric < FOREIGN ? "Heap difference"
						    : "Difference";
	if (!o.subtitle)
		o.subtitle = words;
	rc = write_svg(out, &tree.tree, &o);
	free(words);
	diff_tree_release(&tree);
	return rc;
}
