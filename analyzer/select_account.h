/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of select_shared.c that go through live samples, and that find out
 * what one process has changed in one stack.
 */
#ifndef SELECT_ACCOUNT_H
#define SELECT_ACCOUNT_H

#include "select_shared.h"

/* All that one process has on both sides of one stack, by SIDE_*. */
struct account {
	struct value value[2]; /* of the metric */
	struct value taken[2]; /* of all that was ever allocated */
	uint64_t samples[2], samples_taken[2]; /* behind these */
	/* Live samples: those listed; those that only this side lists. */
	struct value listed[2], alone[2];
	uint64_t listed_count[2], alone_count[2];
	/* Of those of both that stand for more on this side, as N differs. */
	struct value reweighed[2];
	bool used;
};

/* What is known of the process. */
struct account_process {
	uint32_t number[2]; /* in its profile */
	int later; /* the side that saw more of it */
	bool thinned; /* live samples were dropped, or reweighed, in between */
	bool same_peak; /* both sides have the same one */
};

/* How well it went; worst last. */
enum account_how { ACCOUNT_CANCELLED, ACCOUNT_BOUNDED, ACCOUNT_APART };

/* Adds the live samples of the process to the accounts of their stacks. */
void account_samples(struct account *accounts,
	const struct shared_side sides[2], const struct account_process *it);

/* Adds what one account says to c. */
enum account_how account_settle(struct shared_change *c,
	const struct account *a, enum metric m,
	const struct account_process *it);

#endif
