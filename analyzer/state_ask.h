/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a running process for something, by the control words of its state
 * (struct hfs_control): no signal, no socket. The next allocation of any of its
 * threads does it.
 */
#ifndef STATE_ASK_H
#define STATE_ASK_H

#include "state_map.h"

struct request {
	enum hfs_request kind;
	uint64_t argument; /* HFS_RATE: N in bytes */
	const char *text; /* HFS_MARK: the phase's name */
};

enum answer {
	ANSWER_DONE,
	/* It allocates nothing: done at its next allocation, if ever. */
	ANSWER_PENDING,
	ANSWER_REFUSED, /* by the process */
	ANSWER_BUSY /* somebody else's request is still on its way */
};

/*
 * Writes the request into a state that is mapped writable and waits for the
 * answer, a second at most. What is pending stays so, and is not replaced but
 * by the like: a start by a stop, a mark by no other mark.
 */
enum answer state_ask(struct state_map *m, const struct request *r);

/* "start", "stop", "rate", "mark"; NULL for a number that is none of them. */
const char *state_request_name(uint32_t kind);

/* The kind of the request that still waits for its answer, or 0. */
uint32_t state_pending(const struct hfs_control *c);

#endif
