/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `check` has found of one limit, with all that is written of it: by then
 * the profiles that it comes from may be gone.
 */
#ifndef FINDING_H
#define FINDING_H

#include "budget.h"
#include "select.h"
#include "verdict.h"

/* A frame of the stack that did it; strings of its own. */
struct finding_frame {
	char *function, *file; /* file NULL: not known */
	uint32_t line; /* 0: not known */
};

/* A stack from the function that decided to the root. */
struct finding_stack {
	struct finding_frame *frames;
	uint32_t depth;
	double value; /* of it alone */
};

enum finding_unit { FINDING_BYTES, FINDING_COUNT, FINDING_RATE };

struct finding {
	const char *check; /* "max-peak", "max", "baseline", ...: a word */
	char *subject; /* an expression, a function, a file; NULL: none */
	char *metric; /* "peak_space"; NULL: it is of none */
	size_t line; /* of the budget file; 0: of none */
	enum finding_unit unit;
	enum verdict verdict;
	double value, low, high; /* low NAN: the error is not known */
	double limit; /* that value is to keep */
	double before; /* of a baseline; NAN: there is none */
	double change_error; /* of value - before, at 95 %; NAN: not known */
	struct finding_stack stack; /* depth 0: there is none to name */
	uint64_t sample; /* the interval that would decide; 0: none */
	bool baseline_too; /* must be taken anew for that */
	char *why; /* it is not decided, if it is no matter of N; or NULL */
};

/* All of a check. */
struct findings {
	struct finding *list;
	size_t count, capacity;
	const char *budget; /* path; NULL: none; borrowed */
	const struct profile *p; /* whose it is; borrowed */
};

/* One more at the end, all zeros but its own name; valid until the next. */
struct finding *findings_add(struct findings *f, const char *check);
void findings_release(struct findings *f);

/* The stack's frames from the one that is charged on, copied. */
void finding_take_stack(
	struct finding *f, const struct shown *s, const struct shown_stack *k);

/* Frames root first, of which the last is charged. */
void finding_take_frames(struct finding *f, const struct profile *p,
	const uint32_t *frames, uint32_t depth);

/* How many have that verdict, and what all of it comes to. */
size_t findings_count(const struct findings *f, enum verdict v);
enum verdict findings_verdict(const struct findings *f);

#endif
