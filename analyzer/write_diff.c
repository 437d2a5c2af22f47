/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed for certain first, then what may be chance, then how many rows
 * there are besides. The rows come in this order already.
 */
#include "write_diff.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "amount.h"
#include "color.h"
#include "err.h"
#include "stats_change.h"
#include "text.h"
#include "units.h"
#include "write_text_cells.h"

#define LEGEND                                                                 \
	AMOUNT_NOISE                                                           \
	": may be chance, the error of the change is as large as the change\n"

/*
 * The side of the interval on which 0 lies: where few samples are behind it the
 * other one is wider, and a change that is certain would look as if it were
 * not.
 */
static double
error_of(const struct diff_figure *f)
{
	double below = (double)f->change - f->change95.low;
	double above = f->change95.high - (double)f->change;

	return f->change > 0   ? below
	       : f->change < 0 ? above
			       : (below + above) / 2;
}

const char *
diff_amount(char buf[DIFF_AMOUNT_MAX], const struct diff *d,
	const struct diff_figure *f, bool exact)
{
	char text[AMOUNT_MAX];

	snprintf(buf, DIFF_AMOUNT_MAX, "%s%s", f->change > 0 ? "+" : "",
		amount_with_half(text, &d->shown, f->change,
			d->shown.var_known ? error_of(f) : 0, exact));
	return buf;
}

const char *
diff_share(char buf[DIFF_SHARE_MAX], const struct diff_figure *f)
{
	double share;

	if (f->status == DIFF_NEW)
		return "new";
	if (f->status == DIFF_VANISHED)
		return "gone";
	if (f->change == 0 || f->before == 0)
		return "";
	share = 100 * (double)f->change / (double)f->before;
	snprintf(buf, DIFF_SHARE_MAX, "%+.*f%%", fabs(share) < 1000 ? 1 : 0,
		share);
	return buf;
}

bool
diff_is_noise(const struct diff *d, const struct diff_figure *f)
{
	return d->shown.var_known && f->change != 0 && !f->significant;
}

/* The figure that a row is listed by. */
static const struct diff_figure *
figure_of(const struct diff_row *row, const struct diff_view *v)
{
	return v->by_cum ? &row->cum : &row->flat;
}

static bool
has_changed(const struct diff_figure *f)
{
	return f->change != 0 || f->objects_before != f->objects_after;
}

/* What becomes of the rows. */
struct counts {
	const struct diff_row **shown;
	uint32_t count; /* shown */
	uint32_t more; /* would be, without --top */
	uint32_t noise, unchanged;
	bool marked; /* some of the shown may be chance */
	struct diff_figure sum; /* of what may be chance */
};

static void
add_noise(struct diff_figure *sum, const struct diff_figure *f)
{
	sum->change += f->change;
	sum->came.sum += f->came.sum;
	sum->came.var += f->came.var;
	sum->went.sum += f->went.sum;
	sum->went.var += f->went.var;
}

static void
sort_out(struct counts *c, const struct diff *d, const struct diff_view *v)
{
	const struct diff_row *rows = v->stacks ? d->stacks : d->functions;
	uint32_t n = v->stacks ? d->stack_count : d->function_count;

	*c = (struct counts){ .shown = xcalloc((size_t)n + 1, sizeof(void *)) };
	for (uint32_t i = 0; i < n; i++) {
		const struct diff_figure *f = figure_of(&rows[i], v);
		bool noise =
			diff_is_noise(d, f) || (v->only_certain && !f->certain);

		if (!has_changed(f)) {
			c->unchanged++;
			continue;
		}
		if (noise) {
			c->noise++;
			add_noise(&c->sum, f);
		}
		if (noise && v->only_certain)
			continue;
		if (v->top > 0 && c->count == (uint32_t)v->top) {
			c->more++;
			continue;
		}
		c->shown[c->count++] = &rows[i];
		c->marked |= noise;
	}
}

/* "12 functions", "1 stack" */
static void
put_count(FILE *out, uint32_t n, const struct diff_view *v)
{
	char count[UNITS_MAX];

	fprintf(out, "%s %s%s", units_count(count, n),
		v->stacks ? "stack" : "function", n == 1 ? "" : "s");
}

static void
write_rest(FILE *out, const struct diff *d, const struct diff_view *v,
	struct counts *c)
{
	struct stats_side came = { c->sum.came.sum, c->sum.came.var,
		d->shown.shared.all_came };
	struct stats_side went = { c->sum.went.sum, c->sum.went.var,
		d->shown.shared.all_went };
	char buf[DIFF_AMOUNT_MAX];

	if (c->more > 0) {
		fputs("... and ", out);
		put_count(out, c->more, v);
		fputs(" more that changed (--top 0 shows all)\n", out);
	}
	if (c->noise > 0) {
		c->sum.change95 =
			stats_change95((double)c->sum.change, came, went);
		put_count(out, c->noise, v);
		fprintf(out,
			" may have changed by chance alone, by %s in all\n",
			diff_amount(buf, d, &c->sum, v->exact));
	}
	if (c->unchanged > 0) {
		put_count(out, c->unchanged, v);
		fputs(" did not change\n", out);
	}
}

/* "    #0 parse_value src/parse.c:120", leaf first. */
static void
write_frames(FILE *out, const struct shown *s, const struct shown_stack *stack)
{
	for (uint32_t i = stack->depth; i > 0; i--) {
		uint32_t frame = s->frames[stack->first + i - 1];
		char *name = text_visible(shown_name(s, frame));
		char *where = text_where(s, frame);

		fprintf(out, "    #%" PRIu32 " %s%s%s\n", stack->depth - i,
			name, *where ? " " : "", where);
		free(name);
		free(where);
	}
}

static void
write_stack(FILE *out, const struct diff *d, const struct diff_view *v,
	const struct diff_row *row)
{
	const struct diff_figure *f = &row->flat;
	char change[DIFF_AMOUNT_MAX], share[DIFF_SHARE_MAX];
	char before[AMOUNT_MAX], after[AMOUNT_MAX], objects[UNITS_MAX];
	bool grey = v->color && diff_is_noise(d, f);
	const char *word = diff_share(share, f);

	fprintf(out, "\n%s%s%s%s%s%s: %s to %s", grey ? COLOR_GREY : "",
		diff_amount(change, d, f, v->exact),
		diff_is_noise(d, f) ? " " AMOUNT_NOISE : "", *word ? " (" : "",
		word, *word ? ")" : "",
		amount(before, &d->shown, f->before, v->exact),
		amount(after, &d->shown, f->after, v->exact));
	if (d->shown.unit == UNIT_BYTES && d->shown.metric < FOREIGN)
		fprintf(out, ", %s to %s objects",
			units_count(change, f->objects_before),
			units_count(objects, f->objects_after));
	fprintf(out, "%s\n", grey ? COLOR_END : "");
	write_frames(out, &d->shown, &d->shown.stacks[row->stack]);
}

void
write_diff(FILE *out, const struct diff *d, const struct diff_view *v)
{
	struct counts c;

	write_diff_head(out, d, v);
	sort_out(&c, d, v);
	if (!v->stacks)
		write_diff_table(out, d, v, c.shown, c.count);
	for (uint32_t i = 0; v->stacks && i < c.count; i++)
		write_stack(out, d, v, c.shown[i]);
	if (v->stacks && c.count > 0)
		putc('\n', out);
	if (c.count == 0 && c.noise == 0)
		fputs("nothing has changed\n", out);
	if (c.marked)
		fputs(LEGEND, out);
	write_rest(out, d, v, &c);
	free(c.shown);
}
