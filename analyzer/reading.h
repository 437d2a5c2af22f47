/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a profile says, in at most five sentences, each with its figures. Pure:
 * whoever has the facts fills them in; what they don't support, their errors
 * considered, is not said.
 */
#ifndef READING_H
#define READING_H

#include "memory.h"

#define READING_MAX 5

/* An estimate, and whose it is; name NULL: this is not known, or nothing. */
struct reading_of {
	const char *name; /* of a function; as it is: the sentence escapes it */
	struct value v;
};

struct reading_facts {
	bool ended; /* all of it is past */
	uint32_t processes; /* that the figures are sums of */
	/* Bytes, of all; var 0: exact. Of what ended `held` is its peak, else
	 * what is in use. */
	struct value held, allocated;
	struct reading_of holder; /* holds the most of that */
	double holder_objects; /* 0: not known */
	struct value holder_stack; /* its largest single stack */
	/* The largest linear growth that was found significant (trend.h). */
	const char *grower;
	double slope, slope_low, slope_high; /* bytes a second */
	/* Who allocated the most, and what of that is in use, or was at the
	 * peak. */
	struct reading_of churner;
	struct value churner_held;
	/* Who has most samples that are reallocs of a block; among how many;
	 * and what it allocated. */
	const char *reallocer;
	struct value reallocer_bytes;
	uint64_t reallocs, realloc_samples;
	/* Allocated in the first second and still in use, or at the end. */
	struct value start_up;
	const struct memory *memory; /* NULL: not known */
};

enum reading_kind {
	READING_GROWTH,
	READING_HOLDER,
	READING_MEMORY,
	READING_START_UP,
	READING_TINY,
	READING_CHURN,
	READING_REALLOC,
	READING_KINDS
};

/* The sentences, the weightiest first. */
struct reading {
	enum reading_kind kind[READING_MAX];
	char *text[READING_MAX]; /* no line end; safe for a terminal */
	uint32_t count;
};

void reading_find(struct reading *out, const struct reading_facts *facts);
void reading_release(struct reading *r);

#endif
