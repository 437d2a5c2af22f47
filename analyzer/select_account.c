/* SPDX-License-Identifier: Apache-2.0 */
#include "select_account.h"

#include <math.h>

#include "select_metric.h"

static void
add(struct value *to, struct value v)
{
	to->sum += v.sum;
	to->var += v.var;
}

/* Not less than nothing: sums of floating point are compared. */
static struct value
less(struct value a, struct value b)
{
	return (struct value){ fmax(a.sum - b.sum, 0), fmax(a.var - b.var, 0) };
}

static uint64_t
less_count(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What changed of one account. */
struct change {
	struct value came, went;
	uint64_t alone[2];
};

/* All of the one side came, all of the other went. */
static struct change
apart(const struct account *a)
{
	return (struct change){
		a->value[SIDE_NOW],
		a->value[SIDE_BASE],
		{ a->samples[SIDE_NOW], a->samples[SIDE_BASE] },
	};
}

/* Of a list that is cut short: live samples that it does not name. */
static struct value
unlisted(const struct account *a, int side)
{
	if (a->samples[side] <= a->listed_count[side])
		return (struct value){ 0 };
	return less(a->value[side], a->listed[side]);
}

static struct change
by_list(const struct account *a)
{
	struct change c = { a->alone[SIDE_NOW], a->alone[SIDE_BASE], { 0 } };

	add(&c.came, unlisted(a, SIDE_NOW));
	add(&c.went, unlisted(a, SIDE_BASE));
	add(&c.came, a->reweighed[SIDE_NOW]);
	add(&c.went, a->reweighed[SIDE_BASE]);
	for (int i = 0; i < 2; i++)
		c.alone[i] = a->alone_count[i] +
			     less_count(a->samples[i], a->listed_count[i]);
	return c;
}

/*
 * What is new was allocated in between, what is gone is what was new less the
 * growth; neither is more than what lived.
 */
static struct change
by_counts(const struct account *a, int later)
{
	int earlier = 1 - later;
	struct value taken = less(a->taken[later], a->taken[earlier]);
	const struct value *end = &a->value[later], *start = &a->value[earlier];
	uint64_t fresh =
		less_count(a->samples_taken[later], a->samples_taken[earlier]);
	struct value came, went;
	struct change c;

	came.sum = fmin(end->sum, taken.sum);
	came.sum = fmax(came.sum, fmax(end->sum - start->sum, 0));
	came.var = fmin(end->var, taken.var);
	went.sum = fmax(came.sum - (end->sum - start->sum), 0);
	went.var = fmax(taken.var - (end->var - start->var), 0);
	went.var = fmin(start->var, went.var);
	fresh = fresh < a->samples[later] ? fresh : a->samples[later];
	c.came = later == SIDE_NOW ? came : went;
	c.went = later == SIDE_NOW ? went : came;
	c.alone[later] = fresh;
	c.alone[earlier] =
		less_count(fresh + a->samples[earlier], a->samples[later]);
	return c;
}

/* What only ever rises: the later one has all that the earlier one has. */
static struct change
cumulative(const struct account *a)
{
	struct change c = { 0 };

	c.came = less(a->value[SIDE_NOW], a->value[SIDE_BASE]);
	c.went = less(a->value[SIDE_BASE], a->value[SIDE_NOW]);
	for (int i = 0; i < 2; i++)
		c.alone[i] = less_count(a->samples[i], a->samples[1 - i]);
	/* Only one of the two has a value; what the other has is rounding. */
	if (c.came.sum > 0)
		c.went = (struct value){ 0 };
	else
		c.came = (struct value){ 0 };
	return c;
}

static enum account_how
live(struct change *c, const struct account *a,
	const struct account_process *it)
{
	struct change bounded;
	bool complete = a->samples[SIDE_NOW] <= a->listed_count[SIDE_NOW] &&
			a->samples[SIDE_BASE] <= a->listed_count[SIDE_BASE];

	*c = by_list(a);
	if (complete)
		return ACCOUNT_CANCELLED;
	if (it->thinned)
		return ACCOUNT_APART;
	bounded = by_counts(a, it->later);
	/* Of blocks without error the bound is the better one, too. */
	if (bounded.came.var + bounded.went.var <= c->came.var + c->went.var)
		*c = bounded;
	return ACCOUNT_BOUNDED;
}

enum account_how
account_settle(struct shared_change *out, const struct account *a,
	enum metric m, const struct account_process *it)
{
	enum account_how how = ACCOUNT_CANCELLED;
	struct change c = { 0 };

	if (metric_is_live(m)) {
		how = live(&c, a, it);
	} else if (!metric_is_peak(m)) {
		c = cumulative(a);
	} else if (!it->same_peak) {
		c = apart(a);
		how = ACCOUNT_APART;
	}
	add(&out->came, c.came);
	add(&out->went, c.went);
	for (int i = 0; i < 2; i++)
		out->alone[i] += c.alone[i];
	return how;
}
