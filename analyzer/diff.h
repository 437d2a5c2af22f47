/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two profiles side by side: what each function and each stack held before and
 * after, the change with its error, and whether it is more than chance. Of one
 * process's dumps what lives in both cancels (select_shared.h); of different
 * runs both sides err. docs/SAMPLING.md, "Differences", derives it.
 *
 *	struct selection s = { .metric = -1, .base = &base };
 *	struct diff d;
 *
 *	if (diff_find(&d, &now, &s, false) == 0) {
 *		... d.total, d.functions[i].flat, d.stacks[i].flat ...
 *		diff_release(&d);
 *	}
 */
#ifndef DIFF_H
#define DIFF_H

#include "select.h"
#include "stats.h"

enum diff_status {
	DIFF_SAME,
	DIFF_NEW, /* 0 before */
	DIFF_VANISHED, /* 0 after */
	DIFF_GROWN,
	DIFF_SHRUNK
};

/* "same", "new", ... */
extern const char *const diff_status_names[];

/*
 * One figure on both sides. The integers add up: change = after - before, and
 * the changes of all functions' flat, or of all stacks, are that of the total.
 */
struct diff_figure {
	int64_t before, after, change;
	int64_t objects_before, objects_after;
	double before_var, after_var;
	/* The change as two estimates that know nothing of each other. */
	struct value came, went; /* came.var + went.var is its variance */
	struct interval change95; /* [change, change]: no error */
	double p; /* the chance of such a change where there is none */
	enum diff_status status;
	bool significant; /* 0 is not in change95 */
	/* So is it among all rows of its kind: the chance that any one of these
	 * is wrongly so is 5 % at most (Holm). */
	bool certain;
};

struct diff_row {
	uint32_t frame; /* of a function: its line that changed the most; of a
			   stack: the one that is charged */
	uint32_t stack; /* into shown.stacks; NONE: it is a function */
	struct diff_figure flat, cum; /* of a stack they are equal */
};

/* Are there errors, and are they known? */
static inline bool
diff_errs(const struct shown *s)
{
	return s->var_known && !s->exact;
}

struct diff {
	/* The difference, with all stacks, also those that did not change; what
	 * is said of it holds for both sides. shown.shared: what cancels.
	 * shown.var_known false: nothing is known of errors nor significant. */
	struct shown shown;
	const struct profile *base; /* borrowed */
	struct diff_figure total;
	/* Significant ones first, then by the size of the change, largest
	 * first. Unchanged ones are there, too, last. */
	struct diff_row *functions, *stacks;
	uint32_t function_count, stack_count;
};

/*
 * s->base and p are loaded and symbolized; p gets frames of the base. Without a
 * metric chosen it is inuse_space if a process is on both sides, else as of
 * `report`. by_cum: functions are sorted by cum, not flat. 0, or -1 after
 * error().
 */
int diff_find(struct diff *d, struct profile *p, const struct selection *s,
	bool by_cum);

/*
 * The same with rows of one kind only; those of the profiles are let
 * go (see profile_forget_rows), so that it takes less memory.
 */
enum diff_kind { DIFF_ALL, DIFF_FUNCTIONS, DIFF_STACKS };
int diff_find_kind(struct diff *d, struct profile *p, const struct selection *s,
	bool by_cum, enum diff_kind kind);
void diff_release(struct diff *d);

/*
 * The metric that is asked for as one of all that both sides have, in their
 * order, for a picture that can show each: DIFF_NO_ROWS of them. Only that one
 * if its stacks are many, for each takes as much memory, or if the base is
 * scaled, which is another scale for each. keep: the rows of the profiles stay.
 */
struct diff_columns {
	struct diff list[METRICS];
	uint32_t count, main;
};

int diff_columns_find(struct diff_columns *c, struct profile *p,
	const struct selection *s, bool keep);
void diff_columns_release(struct diff_columns *c);

#endif
