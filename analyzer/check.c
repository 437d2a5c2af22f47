/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each limit is of one view of the profile: the peak, what lives at the end
 * without what is no leak, all allocations, or the metric that was chosen. A
 * view is made once, when the first limit asks for it.
 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "leaks.h"
#include "select_match.h"
#include "select_metric.h"

#define NOTABLE_LOSS 0.01

/* By enum limit_kind; made: it is to be released. */
struct views {
	struct shown shown[LIMIT_KINDS];
	bool made[LIMIT_KINDS];
};

static int
make_live(struct shown *s, const struct check *c)
{
	struct leaks_view view = { .suppressed = *c->suppressed };
	int status = leaks_find(s, c->p, c->selection, &view, false);

	*c->suppressed = view.suppressed; /* how much each has hidden */
	leak_ages_release(&view.ages);
	return status;
}

static struct shown *
view_of(struct views *v, const struct check *c, enum limit_kind kind)
{
	struct selection s = *c->selection;
	struct shown *shown = &v->shown[kind];
	int status;

	if (v->made[kind])
		return shown;
	if (kind == LIMIT_PEAK)
		s.metric = PEAK_SPACE;
	if (kind == LIMIT_ALLOCS)
		s.metric = ALLOC_OBJECTS;
	status = kind == LIMIT_LIVE_AT_EXIT ? make_live(shown, c)
					    : select_stacks(shown, c->p, &s);
	v->made[kind] = status == 0;
	return status == 0 ? shown : NULL;
}

static void
views_release(struct views *v)
{
	for (int i = 0; i < LIMIT_KINDS; i++)
		if (v->made[i])
			shown_release(&v->shown[i]);
}

struct estimate
check_estimate(const struct shown *s, int64_t value, double var)
{
	bool bytes = s->unit == UNIT_BYTES;
	double least = (double)s->interval_min;
	struct estimate e = {
		.value = (double)value,
		.var = s->exact ? 0 : var,
		.interval = s->exact ? 1 : (double)s->interval_max,
		.known = s->exact || (s->var_known && s->interval_max > 0),
		/* The least block that anybody asks for is some 16 bytes. */
		.unseen = bytes	      ? 1
			  : value > 0 ? 0
				      : 1.0 / 16,
	};

	if (metric_is_peak(s->metric))
		e.unseen *= 2;
	estimate_set_rate(&e, least, bytes);
	return e;
}

void
check_figures(struct finding *f, const struct shown *s,
	const struct estimate *e, double limit)
{
	struct interval i = estimate_interval(e);

	f->unit = s->unit == UNIT_BYTES ? FINDING_BYTES : FINDING_COUNT;
	f->metric = xstrdup(profile_metric_name(s->profile, s->metric));
	f->value = e->value;
	f->low = i.low;
	f->high = i.high;
	f->limit = limit;
	if (!e->known)
		f->why = xstrdup("the files don't tell the error of this "
				 "metric");
}

/* Causes that do not count samples say nothing of their share. */
double
check_lost(const struct profile *p)
{
	double lost = 0, taken = 0;

	for (uint32_t i = 0; i < p->loss_count; i++) {
		const char *cause = strtab_get(&p->strings, p->losses[i].cause);

		if (strcmp(cause, "early") != 0 && strcmp(cause, "dump") != 0)
			lost += (double)p->losses[i].count;
	}
	for (uint32_t i = 0; i < p->process_count; i++)
		taken += (double)p->processes[i].samples;
	return lost > 0 ? lost / (lost + taken) : 0;
}

/* Stacks with a frame whose function matches; all of them without pattern. */
struct matching {
	const struct shown *s;
	struct match *match; /* NULL: all */
	unsigned char *known; /* by function: 1 matches, 2 does not */
};

static bool
function_matches(struct matching *m, uint32_t frame)
{
	uint32_t function = m->s->profile->frames[frame].function;
	unsigned char *known = &m->known[function];

	if (*known == 0)
		*known = match_any(m->match, shown_name(m->s, frame)) ? 1 : 2;
	return *known == 1;
}

static bool
stack_matches(struct matching *m, const struct shown_stack *k)
{
	if (m->match == NULL)
		return true;
	for (uint32_t i = k->roots; i < k->depth; i++)
		if (function_matches(m, m->s->frames[k->first + i]))
			return true;
	return false;
}

/* What they hold together, and the largest of them; NULL: there is none. */
static const struct shown_stack *
add_up(struct matching *m, int64_t *value, double *var)
{
	const struct shown_stack *largest = NULL;

	*value = 0;
	*var = 0;
	for (uint32_t i = 0; i < m->s->stack_count; i++) {
		const struct shown_stack *k = &m->s->stacks[i];

		if (!stack_matches(m, k))
			continue;
		*value += k->value;
		*var += k->var;
		if (largest == NULL || k->value > largest->value)
			largest = k;
	}
	return largest;
}

/* A figure that lacks what was lost is too small to hold. */
static void
judge_losses(struct finding *f, const struct profile *p)
{
	double lost = check_lost(p);

	if (f->verdict != VERDICT_HOLDS || lost <= NOTABLE_LOSS)
		return;
	f->verdict = VERDICT_UNDECIDED;
	f->why = xasprintf("%.1f%% of the samples were lost; 'heapflame info' "
			   "says why",
		100 * lost);
}

/* What one held that a signal ended, or that runs, is not what it left. */
static void
judge_end(struct finding *f, const struct profile *p)
{
	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		if (it->state != PROCESS_RUNNING &&
			it->state != PROCESS_UNTOLD && it->signal == 0)
			continue;
		f->verdict = VERDICT_UNDECIDED;
		f->sample = 0;
		free(f->why);
		if (it->state == PROCESS_UNTOLD)
			f->why = xasprintf("'%s' does not say whether it ended",
				strtab_get(&p->strings, it->source));
		else
			f->why = xasprintf("'%s' (pid %d) %s: what it held it "
					   "may have been about to free",
				strtab_get(&p->strings, it->exe), it->pid,
				it->signal > 0 ? "was killed"
					       : "had not ended");
		return;
	}
}

static void
judge(struct finding *f, const struct limit *l, const struct estimate *e,
	double family)
{
	f->verdict = verdict_of_limit(e, l->value, family);
	if (f->verdict == VERDICT_UNDECIDED)
		f->sample = verdict_sample_of_limit(e, l->value, family);
}

static int
check_limit(struct findings *out, struct views *v, const struct check *c,
	const struct limit *l)
{
	const char *const pattern[] = { l->pattern, NULL };
	struct matching m = { .s = view_of(v, c, l->kind) };
	const struct shown_stack *largest;
	struct finding *f;
	struct estimate e;
	int64_t value;
	double var;

	if (m.s == NULL ||
		(l->pattern && !(m.match = match_new(pattern, "max"))))
		return -1;
	m.known = xcalloc(c->p->function_count + 1, 1);
	largest = add_up(&m, &value, &var);
	match_free(m.match);
	free(m.known);
	e = check_estimate(m.s, value, var);
	f = findings_add(out, limit_names[l->kind]);
	f->line = l->line;
	f->subject = l->pattern ? xstrdup(l->pattern) : NULL;
	check_figures(f, m.s, &e, l->value);
	judge(f, l, &e, c->family);
	judge_losses(f, c->p);
	if (l->kind == LIMIT_LIVE_AT_EXIT)
		judge_end(f, c->p);
	if (largest != NULL)
		finding_take_stack(f, m.s, largest);
	else if (l->pattern != NULL)
		note("max '%s': no function in this profile matches",
			l->pattern);
	return 0;
}

int
check_all(struct findings *out, struct check *c)
{
	const struct budget *b = c->budget;
	struct views v = { 0 };
	int status = 0;

	c->family = (double)b->count + (c->base != NULL);
	out->p = c->p;
	out->budget = b->path;
	for (size_t i = 0; status == 0 && i < b->count; i++)
		status = b->list[i].kind == LIMIT_GROWTH
				 ? check_growth(out, c, &b->list[i])
				 : check_limit(out, &v, c, &b->list[i]);
	views_release(&v);
	if (status == 0 && c->base != NULL)
		status = check_baseline(out, c);
	return status;
}
