/* SPDX-License-Identifier: Apache-2.0 */
/* What is compared, by how much the whole differs, and what cancels. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "amount.h"
#include "select_metric.h"
#include "stats.h"
#include "text.h"
#include "units.h"
#include "write.h"
#include "write_diff.h"

static const char *
side_amount(char buf[AMOUNT_MAX], const struct diff *d, int64_t value,
	double var, bool exact)
{
	struct interval i = stats_interval95((double)value, var);
	double half = d->shown.var_known ? (i.high - i.low) / 2 : 0;

	return amount_with_half(buf, &d->shown, value, half, exact);
}

static void
write_total(FILE *out, const struct diff *d, const struct diff_view *v)
{
	const struct shown *s = &d->shown;
	const struct diff_figure *f = &d->total;
	char change[DIFF_AMOUNT_MAX], before[AMOUNT_MAX], after[AMOUNT_MAX];
	char share[DIFF_SHARE_MAX], *noun;
	const char *word = diff_share(share, f);

	noun = text_visible(amount_noun(s, 2));
	fprintf(out, "%s: %s%s%s", profile_metric_name(s->profile, s->metric),
		diff_amount(change, d, f, v->exact), *noun ? " " : "", noun);
	if (*word)
		fprintf(out, " (%s)", word);
	if (diff_is_noise(d, f))
		fputs(", which may be chance", out);
	fprintf(out, ", from %s to %s",
		side_amount(before, d, f->before, f->before_var, v->exact),
		side_amount(after, d, f->after, f->after_var, v->exact));
	if (!s->var_known)
		fputs(" (the error is not known)", out);
	putc('\n', out);
	free(noun);
}

/* When the last of it was seen. */
static void
put_time(FILE *out, const struct profile *p)
{
	int64_t ms = 0;
	char text[64];
	struct tm tm;
	time_t t;

	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].end_ms > ms)
			ms = p->processes[i].end_ms;
	t = (time_t)(ms / 1000);
	if (ms <= 0 || !gmtime_r(&t, &tm) ||
		strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return;
	fprintf(out, ", %s UTC", text);
}

static void
put_sampling(FILE *out, const struct diff *d, const struct profile *p,
	uint64_t samples)
{
	char count[UNITS_MAX], low[UNITS_MAX], high[UNITS_MAX];
	uint64_t least, most;

	profile_intervals(p, &least, &most);
	if (most <= 1) {
		if (d->shown.metric < FOREIGN)
			fputs(", every allocation", out);
		return;
	}
	fprintf(out, ", %s sample%s at %s",
		units_count(count, (int64_t)samples), samples == 1 ? "" : "s",
		units_bytes(low, (int64_t)least, false));
	if (least != most)
		fprintf(out, " to %s", units_bytes(high, (int64_t)most, false));
}

/* "before server (pid 42), 2026-01-02 03:04:05 UTC, ..., 'a.heap'" */
static void
write_side(FILE *out, const struct diff *d, const char *word,
	const struct profile *p, uint64_t samples, const char *file)
{
	char count[UNITS_MAX], *name = text_visible(file);

	fprintf(out, "%s ", word);
	write_text_program(out, p);
	put_time(out, p);
	put_sampling(out, d, p, samples);
	fprintf(out, ", %s process%s, '%s'\n",
		units_count(count, (int64_t)profile_processes(p)),
		profile_processes(p) == 1 ? "" : "es", name);
	free(name);
}

/* What one process has on both sides. */
static void
write_shared(FILE *out, const struct shown *s)
{
	const struct shown_shared *it = &s->shared;
	const char *many = it->processes == 1 ? "" : "es";

	if (s->exact || it->processes == 0)
		return;
	fprintf(out, "%" PRIu32 " process%s on both sides: ", it->processes,
		many);
	if (it->cancelled == it->processes && it->thinned > 0)
		fprintf(out,
			"live samples of %" PRIu32 " were thinned out, what is "
			"in both errs by that only\n",
			it->thinned);
	else if (it->cancelled == it->processes)
		fputs("what is in both is no error of the change\n", out);
	else if (it->bounded > 0)
		fprintf(out,
			"not all live samples are listed; of %" PRIu32
			" the error is bounded by what was allocated in "
			"between\n",
			it->bounded);
	else if (metric_is_peak(s->metric))
		fprintf(out,
			"%" PRIu32 " had a higher peak since, the errors of "
			"both are added\n",
			it->apart);
	else
		fprintf(out,
			"of %" PRIu32 " live samples were thinned out and are "
			"not all listed, the errors of both are added\n",
			it->apart);
}

void
write_diff_head(FILE *out, const struct diff *d, const struct diff_view *v)
{
	struct shown rules = d->shown;

	write_total(out, d, v);
	write_side(out, d, "before", d->base, d->shown.base_samples, v->before);
	write_side(
		out, d, "after ", d->shown.profile, d->shown.samples, v->after);
	rules.compared = false; /* that is what all of this is about */
	write_text_selection(out, &rules, v->exact);
	if (d->shown.factor != 1)
		fprintf(out,
			"normalized: what was before is multiplied by %.6g\n",
			d->shown.factor);
	write_shared(out, &d->shown);
	write_text_losses(out, d->base);
	write_text_losses(out, d->shown.profile);
}
