/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ways of taking a stack disagree: who is right, and why? And the report
 * of it, with every distinct pair of differing stacks.
 */
#ifndef ORACLE_VERDICT_H
#define ORACLE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "unwind.h"

#define STACK_MAX 256

struct stack {
	uintptr_t pc[STACK_MAX];
	uint32_t depth;
	uint16_t flags;
};

/* In the constructor. False: there is no third opinion on this machine. */
bool verdict_start(void);

/* One stack was taken both ways, on the same call. One thread at a time. */
void verdict_add(const struct stack *cfi, const struct stack *libunwind);

/* Into the file of that name; what was skipped is said by the caller. */
void verdict_write(const char *path, uint64_t skipped);

#endif
