/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` asks of a profile, limit by limit. */
#ifndef CHECK_H
#define CHECK_H

#include "budget.h"
#include "finding.h"
#include "suppress.h"

struct check {
	const struct budget *budget;
	struct profile *p; /* symbolized; frames are added to it */
	struct profile *base; /* likewise; NULL: nothing is compared */
	/* Its rules, phases and metric count: the metric is that of limits of
	 * functions and of the baseline. */
	const struct selection *selection;
	struct suppressions *suppressed; /* what is no leak */
	/* For max-growth, which reads all dumps itself; as runs_load has them.
	 */
	char *const *files;
	int file_count;
	bool all;
	/* Beside the others, which of them fails by chance. */
	double family;
};

/*
 * A finding each limit, in the order of the budget, then those of the baseline.
 * 0, or -1 after error().
 */
int check_all(struct findings *out, struct check *c);

/* Parts of it: the baseline's total, and the functions that have grown. */
int check_baseline(struct findings *out, const struct check *c);
/* The rates of what grows. */
int check_growth(
	struct findings *out, const struct check *c, const struct limit *l);

/* A figure of s as an estimate. */
struct estimate check_estimate(
	const struct shown *s, int64_t value, double var);

/* Fills in what was found, of a limit or a baseline in the unit of s. */
void check_figures(struct finding *f, const struct shown *s,
	const struct estimate *e, double limit);

/* The share of the samples that was lost. */
double check_lost(const struct profile *p);

#endif
