/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a symbolized profile to what is shown: one metric, as integers, stacks
 * as frames from root to leaf, wrappers marked.
 */
#ifndef SELECT_H
#define SELECT_H

#include "profile.h"

enum select_by { BY_PROCESS, BY_THREAD, BY_LABEL, BY_PHASE, BY_MODULE };
#define SELECT_BYS 5

/* "process", ...; the words of --by. */
extern const char *const select_by_names[SELECT_BYS];

/* What happens to the stacks with a frame that matches; see select_rules.h. */
enum select_rule {
	RULE_FOCUS, /* only they are kept */
	RULE_IGNORE, /* they are dropped */
	RULE_HIDE, /* the frame is taken out, what it holds stays */
	RULE_SHOW, /* all other frames are; stacks without one are dropped */
	RULE_SHOW_FROM /* the callers of the outermost one are; ditto */
};
#define SELECT_RULES 5

/* "focus", ...; the words of the options. */
extern const char *const select_rule_names[SELECT_RULES];

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
	/*
	 * Several phases: from the one that the mark `from` begins, or from the
	 * start, up to the one that `to` begins, or to the end. Without phase.
	 */
	const char *from, *to;
	bool until_now; /* of phases: what of them lives in the end */
	/* Regular expressions, NULL-terminated, or NULL: there is none. */
	const char **rules[SELECT_RULES];
	/*
	 * What is subtracted, stack by stack; symbolized. Frames are added to
	 * it. NULL: nothing is. base_names: for the words, NULL-terminated.
	 */
	struct profile *base;
	const char **base_names;
	/* The base's figures are of that one; 0: of the same metric. */
	int base_metric;
	bool only_grown; /* what holds less than in the base is left out */
	/*
	 * The base is scaled so that it holds as much as the profile does, both
	 * without the rules; nothing that lives in both cancels then.
	 */
	bool normalize;
	bool is_base; /* private: it is what is subtracted */
	bool keep_unchanged; /* stacks stay that hold what the base has, too */
	/* By process: those of one program are one, pids are not looked at. */
	bool by_program;
	/* By process blocks inherited by fork are shown, marked; not so here.
	 */
	bool leave_inherited;
	bool keep_empty; /* stacks stay that hold objects but no bytes */
	bool keep_rows; /* shown->stack_of is wanted */
};

/* Figures before they became integers: differences are taken of these. */
struct unrounded {
	double value, objects, bytes;
};

/*
 * Both sides of a stack of which a base was subtracted. What changed is
 * came - went, two estimates that know nothing of each other: samples that are
 * on one side only; where sides have none in common all of each.
 */
struct shown_pair {
	int64_t before, after; /* the stack's value is after - before */
	int64_t objects_before, objects_after;
	double before_var, after_var;
	struct value came, went;
};

/* Processes that are on both sides, and how much of them cancels. */
struct shown_shared {
	uint32_t processes;
	uint32_t cancelled; /* all that both have is known, and left out */
	uint32_t bounded; /* not listed in full: errors are bounded by counts */
	uint32_t apart; /* nothing cancels: errors are added */
	/* Of all these: their live samples were thinned out in between. */
	uint32_t thinned;
	/* A side on which nothing is seen has nothing: it is exact, or the
	 * figures only ever rise. */
	bool all_came, all_went;
};

/* One distinct stack of frames. Merged: no two have equal frames. */
struct shown_stack {
	uint32_t first; /* into frames[]; root first */
	uint32_t depth; /* all frames */
	uint32_t charge; /* depth without the wrappers at the leaf's end, >= 1
			    if depth >= 1: frames[first + charge - 1] decided */
	uint32_t roots; /* frames put there by --by */
	int64_t value; /* of the metric; below 0 only if a base has more */
	double var; /* of the value */
	int64_t objects; /* of the metric's *_objects; 0 if there is none */
	int64_t bytes; /* of the metric's *_space */
	struct unrounded unrounded; /* of the three above */
	uint64_t samples;
	double freed_objects, lifetime_ns; /* sum over the freed ones */
	uint32_t number; /* as stack_of has it: stays when others are taken
			    out */
	uint32_t stack; /* into profile->stacks: one of those merged here, for
			   addresses; NONE: only the base has it */
	uint32_t pair; /* into shown->pairs, where a base was subtracted */
	bool truncated;
};

/*
 * Of more stacks a picture holds only the metric that was asked for: all would
 * take its memory by as many times.
 */
#define SELECT_STACKS_OF_ALL 32768

struct shown {
	const struct profile *profile; /* borrowed: names are in it */
	enum metric metric;
	enum unit unit; /* of the metric */
	uint32_t *frames; /* indices into profile->frames; sorted with stacks */
	struct shown_pair *pairs; /* of a comparison; NULL without a base */
	struct shown_shared shared; /* likewise */
	double factor; /* that the base was scaled by; 1: it was not */
	/*
	 * By row of the profile, the stack that it became a part of (what it
	 * inherited left out), or NONE. NULL: not kept.
	 */
	uint32_t *stack_of;
	struct shown_stack *stacks; /* sorted by select_places, root first */
	uint32_t frame_count, stack_count;
	int64_t total; /* sum of stacks[].value */
	int64_t hundred; /* what shares are of: the total; with a base the sum
			    of what changed, up or down */
	double var;
	bool exact; /* nothing was sampled: every allocation is in it */
	bool var_known; /* false: the files hold no error of this metric */
	uint64_t samples; /* behind the figures; less than taken */
	uint64_t interval_min, interval_max; /* N in bytes; 0: not known */
	enum select_by by[SELECT_BYS]; /* as in the selection */
	int bys;
	/* Of the selection, and borrowed from it; NULL where it has none. */
	const char *phase, *from, *to;
	uint32_t phase_nth;
	const char *const *rules[SELECT_RULES];
	const char *const *base_names;
	bool compared; /* a base was subtracted: values may be negative */
	int64_t whole, selected; /* the total without the rules, and with */
	int64_t base_total; /* of the base, with the rules */
	uint64_t base_samples; /* as samples */
	int64_t shrunk; /* <= 0: sum of what was left out by only_grown */
	uint32_t shrunk_count;
	char title[320]; /* "peak_space, sum of per-process peaks", ... */
};

/* Is it one of those put at the root? */
bool select_is_by(const struct selection *s, enum select_by by);

/*
 * 0, or -1 after error(): a metric that the files do not hold, a bad regular
 * expression, a phase or mark that there is not. A stack whose value rounds to
 * 0 is left out. Frames that no symbol stands for ("[truncated]", "[no stack]",
 * "[hidden]", a process) are added to p.
 *
 * In this order: the metric and the phases decide which figures count; then
 * the rules, which stacks and frames stay; equal stacks are added and rounded;
 * the base, which went the same way, is subtracted; and who is charged is found
 * out among the frames that are left.
 */
int select_stacks(
	struct shown *out, struct profile *p, const struct selection *s);
void shown_release(struct shown *s);
/* Once a tree is built that is all that is wanted: its figures stay. */
void shown_forget_frames(struct shown *s);

/* "parse_value", as it is: each writer escapes it. Valid until p grows. */
const char *shown_name(const struct shown *s, uint32_t frame);

/*
 * The sorting of everything that is shown: one number a function, ordered
 * bytewise by name, then source file, then module, and equal for functions
 * that agree in all three. Caller frees.
 */
uint32_t *select_places(const struct profile *p);

#endif
