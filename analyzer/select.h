/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a symbolized profile to what is shown: one metric, as integers, stacks
 * as frames from root to leaf, wrappers marked.
 */
#ifndef SELECT_H
#define SELECT_H

#include "profile.h"

enum select_by { BY_PROCESS, BY_THREAD, BY_LABEL, BY_PHASE };
#define SELECT_BYS 4

/* "process", ...; the words of --by. */
extern const char *const select_by_names[SELECT_BYS];

struct selection {
	int metric; /* enum metric, or -1: the default (design 1.2), or */
	const char *metric_name; /* not NULL: one that a file names itself */
	bool show_wrappers; /* charge allocation wrappers too */
	const char *
		*wrappers; /* further regular expressions, NULL-terminated */
	/* What is put at the root of each stack, outermost first. */
	enum select_by by[SELECT_BYS];
	int bys;
	/*
	 * A phase: what was allocated in it, what of that lives at its end, its
	 * own maximum. NULL: all of the time. nth > 0: only the n-th of that
	 * name in each process.
	 */
	const char *phase;
	uint32_t phase_nth;
	/* By process blocks inherited by fork are shown, marked; not so here.
	 */
	bool leave_inherited;
	bool keep_empty; /* stacks stay that hold objects but no bytes */
};

/* One distinct stack of frames. Merged: no two have equal frames. */
struct shown_stack {
	uint32_t first; /* into frames[]; root first */
	uint32_t depth; /* all frames */
	uint32_t charge; /* depth without the wrappers at the leaf's end, >= 1
			    if depth >= 1: frames[first + charge - 1] decided */
	uint32_t roots; /* frames put there by --by */
	bool truncated;
	int64_t value; /* of the metric */
	double var; /* of the value */
	int64_t objects; /* of the metric's *_objects; 0 if there is none */
	int64_t bytes; /* of the metric's *_space */
	uint64_t samples;
	double freed_objects, lifetime_ns; /* sum over the freed ones */
	uint32_t stack; /* into profile->stacks: one of those merged here, for
			   addresses */
};

struct shown {
	const struct profile *profile; /* borrowed: names are in it */
	enum metric metric;
	enum unit unit; /* of the metric */
	uint32_t *frames; /* indices into profile->frames; sorted with stacks */
	struct shown_stack *stacks; /* sorted by select_places, root first */
	uint32_t frame_count, stack_count;
	int64_t total; /* sum of stacks[].value */
	double var;
	bool exact; /* nothing was sampled: every allocation is in it */
	bool var_known; /* false: the files hold no error of this metric */
	uint64_t samples; /* behind the figures; less than taken */
	uint64_t interval_min, interval_max; /* N in bytes; 0: not known */
	enum select_by by[SELECT_BYS]; /* as in the selection */
	int bys;
	const char *phase; /* of the selection; borrowed from it, or NULL */
	uint32_t phase_nth;
	char title[320]; /* "peak_space, sum of per-process peaks", ... */
};

/* Is it one of those put at the root? */
bool select_is_by(const struct selection *s, enum select_by by);

/*
 * 0, or -1 after error(): a metric that the files do not hold, a bad regular
 * expression, a phase that there is not. A stack whose value rounds to 0 is
 * left out. Frames that no symbol stands for ("[truncated]", "[no stack]", a
 * process) are added to p.
 */
int select_stacks(
	struct shown *out, struct profile *p, const struct selection *s);
void shown_release(struct shown *s);

/* "parse_value", as it is: each writer escapes it. Valid until p grows. */
const char *shown_name(const struct shown *s, uint32_t frame);

/*
 * The sorting of everything that is shown: one number a function, ordered
 * bytewise by name, then source file, then module, and equal for functions
 * that agree in all three. Caller frees.
 */
uint32_t *select_places(const struct profile *p);

#endif
