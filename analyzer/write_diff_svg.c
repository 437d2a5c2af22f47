/* SPDX-License-Identifier: Apache-2.0 */
/* A difference as a flame graph: two panels in one file, as svg_change.h. */
#include <stdlib.h>

#include "amount.h"
#include "err.h"
#include "svg_change.h"
#include "svg_head.h"
#include "tree_callers.h"
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
subtitle(const struct diff_tree *t, uint32_t column,
	const struct diff_figure *total, const struct diff_view *v)
{
	const struct diff *d = &t->of->list[column];
	char before[SVG_AMOUNT_MAX], after[SVG_AMOUNT_MAX];
	char change[DIFF_AMOUNT_MAX], share[DIFF_SHARE_MAX];
	const char *word = diff_share(share, total);
	char *words = selection_words(&t->columns[column]), *text;

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

/* Of each column; what was asked for stands below all of them. */
static void
find_words(char *words[METRICS], const struct diff_tree *t,
	const struct diff_view *v, const char *asked)
{
	for (uint32_t i = 0; i < t->of->count; i++) {
		struct diff_figure total = t->of->list[i].total;

		if (t->negated)
			total = diff_figure_negated(&total);
		words[i] = asked ? xstrdup(asked) : subtitle(t, i, &total, v);
	}
}

/* The metric that is asked for, read from the leaf. */
struct callers {
	struct diff_columns of;
	struct diff_tree tree;
	struct svg_change change;
};

static struct callers *
callers_new(const struct svg_change *change, struct profile *p)
{
	struct callers *c = xcalloc(1, sizeof *c);
	struct diff *d = &c->of.list[0];

	*d = *change->diff;
	shown_reverse(&d->shown, &change->diff->shown);
	d->shown.pairs = change->diff->shown.pairs;
	c->of.count = 1;
	diff_tree_build(&c->tree, &c->of, p, change->tree->negated);
	c->change = *change;
	c->change.diff = d;
	c->change.tree = &c->tree;
	return c;
}

static void
callers_free(struct callers *c)
{
	if (!c)
		return;
	diff_tree_release(&c->tree);
	c->of.list[0].shown.pairs = NULL;
	shown_release(&c->of.list[0].shown);
	free(c);
}

int
write_diff_svg(FILE *out, const struct diff_columns *of, struct profile *p,
	const struct diff_view *v, const struct svg_options *looks)
{
	const struct diff *main = &of->list[of->main];
	struct svg_options o = *looks;
	char *words[METRICS] = { 0 };
	struct diff_tree tree;
	struct svg_change change = {
		.diff = main,
		.tree = &tree,
		.words = words,
		.grey = v->only_certain,
	};
	struct callers *callers = NULL;
	int rc;

	diff_tree_build(&tree, of, p, o.negate);
	find_words(words, &tree, v, o.subtitle);
	o.change = &change;
	if (!o.title)
		o.title = main->shown.metric < FOREIGN ? "Heap difference"
						       : "Difference";
	o.subtitle = words[of->main];
	if (o.reverse) {
		callers = callers_new(&change, p);
		o.callers = &callers->tree.tree;
		o.callers_change = &callers->change;
	}
	rc = write_svg(out, &tree.tree, &o);
	callers_free(callers);
	for (uint32_t i = 0; i < of->count; i++)
		free(words[i]);
	diff_tree_release(&tree);
	return rc;
}
