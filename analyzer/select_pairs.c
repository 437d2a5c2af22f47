/* SPDX-License-Identifier: Apache-2.0 */
#include "select_pairs.h"

#include <math.h>

/* Below this share of both a difference is that of the order of adding. */
#define NOTHING 1e-9

static int64_t
settle(double figure, double *owed)
{
	int64_t n = figure > 0 ? llround(figure + *owed) : 0;

	if (n < 0)
		n = 0;
	*owed += figure - (double)n;
	return n;
}

/* The change before rounding. */
static double
settle_both(int64_t *now, int64_t *base, const double figures[2],
	double *const owed[2])
{
	double change = figures[SIDE_NOW] - figures[SIDE_BASE];
	double both = figures[SIDE_NOW] + figures[SIDE_BASE];

	*base = settle(figures[SIDE_BASE], owed[SIDE_BASE]);
	if (fabs(change) > NOTHING * both) {
		*now = settle(figures[SIDE_NOW], owed[SIDE_NOW]);
		return change;
	}
	*now = *base;
	*owed[SIDE_NOW] += figures[SIDE_NOW] - (double)*now;
	return 0;
}

static void
round_figures(struct shown_stack *s, struct shown_pair *pair,
	const struct pair_sums *sums, struct pair_owed *owed)
{
	const struct unrounded *now = &sums->figures[SIDE_NOW];
	const struct unrounded *base = &sums->figures[SIDE_BASE];
	struct unrounded *n = &owed->side[SIDE_NOW];
	struct unrounded *b = &owed->side[SIDE_BASE];
	int64_t bytes[2];

	s->unrounded.value = settle_both(&pair->after, &pair->before,
		(double[]){ now->value, base->value },
		(double *[]){ &n->value, &b->value });
	s->unrounded.objects =
		settle_both(&pair->objects_after, &pair->objects_before,
			(double[]){ now->objects, base->objects },
			(double *[]){ &n->objects, &b->objects });
	s->unrounded.bytes = settle_both(&bytes[SIDE_NOW], &bytes[SIDE_BASE],
		(double[]){ now->bytes, base->bytes },
		(double *[]){ &n->bytes, &b->bytes });
	s->value = pair->after - pair->before;
	s->objects = pair->objects_after - pair->objects_before;
	s->bytes = bytes[SIDE_NOW] - bytes[SIDE_BASE];
}

/*
 * What select_unseen.c added to the variance of a side counts as far as the
 * side's samples are its own.
 */
static double
unseen(const struct pair_sums *sums, const struct shared_change *c, int side)
{
	double more = sums->var[side] - c->var[side], part;

	/* A sum in another order is no addition. */
	if (more <= NOTHING * sums->var[side] || c->samples[side] == 0)
		return 0;
	part = (double)c->alone[side] / (double)c->samples[side];
	return more * part * part;
}

void
pair_make(struct shown_stack *stack, struct shown_pair *pair,
	const struct pair_sums *sums, struct pair_owed *owed,
	const struct shared_change *change)
{
	round_figures(stack, pair, sums, owed);
	pair->before_var = sums->var[SIDE_BASE];
	pair->after_var = sums->var[SIDE_NOW];
	pair->came = (struct value){ sums->figures[SIDE_NOW].value,
		sums->var[SIDE_NOW] };
	pair->went = (struct value){ sums->figures[SIDE_BASE].value,
		sums->var[SIDE_BASE] };
	if (change && change->known) {
		pair->came = change->came;
		pair->went = change->went;
		pair->came.var += unseen(sums, change, SIDE_NOW);
		pair->went.var += unseen(sums, change, SIDE_BASE);
	}
	stack->var = pair->came.var + pair->went.var;
}
