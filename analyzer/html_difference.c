/* SPDX-License-Identifier: Apache-2.0 */
/* This run and another one, as a picture and function by function. */
#include <inttypes.h>

#include "amount.h"
#include "diff.h"
#include "html_page.h"
#include "html_put.h"
#include "runs.h"
#include "write_diff.h"

#define ROWS_MOST 200

static void
put_change(FILE *out, const struct diff *d, const struct diff_figure *f)
{
	char text[AMOUNT_MAX];
	double var = f->came.var + f->went.var;

	fprintf(out, "<td class=\"n\" data-v=\"%" PRId64 "\">%s", f->change,
		f->change > 0 ? "+" : "");
	html_amount(out, amount_with_error(text, &d->shown, f->change,
				 d->shown.var_known ? var : 0, false));
	fputs("</td>", out);
}

static void
put_value(FILE *out, const struct diff *d, int64_t value)
{
	char text[AMOUNT_MAX];

	fprintf(out, "<td class=\"n\" data-v=\"%" PRId64 "\">%s</td>", value,
		amount(text, &d->shown, value, false));
}

static void
put_row(const struct html *h, uint32_t i)
{
	const struct diff *d = &h->diff;
	const struct diff_row *row = &d->functions[i];
	FILE *out = h->out;

	html_row(out, i, h->o->top, row->flat.significant ? "" : "quiet");
	put_change(out, d, &row->flat);
	put_value(out, d, row->flat.before);
	put_value(out, d, row->flat.after);
	fprintf(out, "<td class=\"t\">%s%s</td>",
		diff_status_names[row->flat.status],
		d->shown.var_known && !row->flat.significant &&
				row->flat.change != 0
			? ", may be chance"
			: "");
	html_cell_function(out, h->p, row->frame);
	fputs("</tr>\n", out);
}

static void
put_words(const struct html *h)
{
	const struct diff *d = &h->diff;
	const char *const *names = h->o->selection->base_names;
	char before[AMOUNT_MAX], after[AMOUNT_MAX], change[AMOUNT_MAX];
	FILE *out = h->out;

	fputs("<p>Against ", out);
	for (int i = 0; names && names[i]; i++) {
		fputs(i > 0 ? ", <code>" : "<code>", out);
		html_put(out, names[i]);
		fputs("</code>", out);
	}
	fputs(": ", out);
	html_put(out, profile_metric_name(h->p, d->shown.metric));
	fprintf(out,
		" was %s, is %s: <b id=\"r-diff-total\" data-v=\"%" PRId64
		"\">%s%s</b>",
		amount(before, &d->shown, d->total.before, false),
		amount(after, &d->shown, d->total.after, false),
		d->total.change, d->total.change > 0 ? "+" : "",
		amount_with_error(change, &d->shown, d->total.change,
			d->shown.var_known
				? d->total.came.var + d->total.went.var
				: 0,
			false));
	fputs(!d->shown.var_known ? "; how sure that is is not known.</p>\n"
		: d->total.significant ? ".</p>\n"
		: d->total.change == 0 ? ".</p>\n"
				       : ", which may be chance.</p>\n",
		out);
}

/* What its picture is made of. */
struct change {
	const struct html *html;
	struct diff_columns columns;
};

static int
put_svg(FILE *out, int width, void *context)
{
	const struct change *c = context;
	const struct html *h = c->html;
	const struct svg_options looks = { .width = width };
	const struct diff_view view = {
		.before = h->o->selection->base_names[0],
		.after = h->o->file_count > 0 ? h->o->files[0] : runs_origin(),
	};

	return write_diff_svg(out, &c->columns, h->p, &view, &looks);
}

static int
find_picture(struct html *h)
{
	struct change c = { .html = h };
	int rc;

	if (diff_columns_find(&c.columns, h->p, h->o->selection, true) < 0)
		return -1;
	rc = html_picture_make(&h->change, true, put_svg, &c);
	diff_columns_release(&c.columns);
	return rc;
}

int
html_difference_find(struct html *h)
{
	if (!h->o->selection->base)
		return 0;
	if (diff_find(&h->diff, h->p, h->o->selection, false) < 0)
		return -1;
	h->differs = true;
	if (find_picture(h) < 0)
		return -1;
	html_lines_add(&h->graphs, h->change.document);
	html_picture_forget_document(&h->change);
	return 0;
}

static void
put_table(const struct html *h)
{
	static const struct html_column columns[] = {
		{ 'n', "Change", "Of what the function allocated itself" },
		{ 'n', "Before", NULL },
		{ 'n', "After", NULL },
		{ 't', "What", NULL },
		{ 't', "Function", NULL },
	};
	const struct diff *d = &h->diff;
	uint32_t rows = 0;

	while (rows < d->function_count && rows < ROWS_MOST &&
		d->functions[rows].flat.change != 0)
		rows++;
	if (rows == 0)
		return;
	html_table(h->out, "r-diff",
		"What is more than chance first, the largest change on "
		"top" HTML_HINT("; a name shows it in the picture"),
		columns, 5, 0);
	for (uint32_t i = 0; i < rows; i++)
		put_row(h, i);
	html_table_end(h->out);
}

void
html_put_difference(const struct html *h)
{
	if (!h->differs)
		return;
	html_section(h->out, "difference", "Difference to another run");
	put_words(h);
	html_put_picture(h, "r-change", &h->change, h->graphs.count - 1);
	put_table(h);
	html_section_end(h->out);
}
