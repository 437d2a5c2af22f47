/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions that a stranger chose, for whole names: a small part of
 * RE2's language, matched in time that is linear in the name. Literals, . [] ()
 * (?:) | * + ? and their lazy forms, \d \w \s \D \W \S; no counts, no flags.
 */
#ifndef PPROF_RX_H
#define PPROF_RX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pprof_rx_op { CHARACTER, ANY, CLASS, SPLIT, JUMP, DONE };

struct pprof_rx_step {
	unsigned char op, character;
	uint16_t a, b; /* where SPLIT and JUMP lead; of CLASS a is its set */
};

typedef unsigned char pprof_rx_set[32]; /* of bytes */

/* Private, as is all of the above. */
struct pprof_rx {
	struct pprof_rx_step *steps;
	size_t count, capacity;
	pprof_rx_set *sets;
	size_t set_count, set_capacity;
	/* The steps that a text may be at, and in which round they came in. */
	uint16_t *now, *next, *stack;
	size_t now_count, next_count;
	uint32_t *round, rounds;
	uint64_t work; /* done so far: bytes times steps */
};

/* NULL: it is of another kind, or too long. */
struct pprof_rx *pprof_rx_new(const char *text, size_t length);
void pprof_rx_free(struct pprof_rx *rx); /* may be NULL */

/* Does it match the whole of the text? */
bool pprof_rx_matches(struct pprof_rx *rx, const char *text, size_t length);

/* Of pprof_rx_new: its steps, without the last one. */
bool pprof_rx_parse(struct pprof_rx *rx, const char *text, size_t length);
/* Is the byte in the set? */
static inline bool
pprof_rx_has(const pprof_rx_set s, unsigned char c)
{
	return s[c / 8] >> c % 8 & 1;
}

#endif
