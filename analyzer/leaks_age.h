/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When what a stack holds was allocated, and what that says: it was there from
 * the start and stays, or it still becomes more. docs/SAMPLING.md, section 11,
 * has the rule.
 */
#ifndef LEAKS_AGE_H
#define LEAKS_AGE_H

#include "select.h"

enum leak_kind { LEAK_UNTOLD, LEAK_ACCUMULATES, LEAK_START_UP, LEAK_KINDS };

/* "still accumulating", "start-up, kept"; NULL of what can't be told. */
extern const char *const leak_kind_names[LEAK_KINDS];

#define LEAK_AGE_UNKNOWN UINT64_MAX

struct leak_age {
	enum leak_kind kind;
	bool known; /* false: nothing is known of when */
	uint64_t samples; /* live, that it is known of */
	/*
	 * Of the oldest and the youngest of them: how long before the end of
	 * its process, and how long after the start the oldest came. Where
	 * oldest_ns is unknown the youngest is that old or older.
	 */
	uint64_t oldest_ns, youngest_ns, first_ns;
	bool long_lived; /* a process lived long enough for it to mean much */
};

/* By shown_stack.number. `= {0}`: of none is anything known. */
struct leak_ages {
	struct leak_age *list;
	uint32_t count;
};

/*
 * Of a selection of what lives, with its stack_of. To be
 * released in any case.
 */
void leak_ages_find(struct leak_ages *out, const struct shown *s);
void leak_ages_release(struct leak_ages *a);

/* Never NULL. */
const struct leak_age *leak_age_of(
	const struct leak_ages *a, const struct shown_stack *stack);

/* The rule by itself. A live sample came at a share of its process's life. */
struct leak_birth {
	double at; /* 0 to 1 */
	double bytes; /* that it stands for */
};

struct leak_births {
	const struct leak_birth *list; /* in the order of `at` */
	uint32_t count;
	bool freed; /* blocks of the stack were freed, too */
	double lifetime; /* of those, in the mean, as a share of the life */
};

enum leak_kind leak_judge(const struct leak_births *b);

/*
 * The same of samples that are not known one by one: n of them, the last one at
 * `last`. Of their bytes at least such a share is of the last third of the life
 * and of what is before; 0 where blocks of the stack were freed, too.
 */
struct leak_dates {
	double n, last, late, early;
};
enum leak_kind leak_judge_dates(const struct leak_dates *d);

#endif
