/* SPDX-License-Identifier: Apache-2.0 */
/* The frames of our own making at the root of a stack: --by, and what is said
 * of a stack that is not whole. */
#ifndef SELECT_ROOTS_H
#define SELECT_ROOTS_H

#include "select.h"

struct roots {
	struct profile *p; /* borrowed; frames are added to it */
	uint32_t *processes; /* frames, by process; NONE: not made yet */
	bool by_program; /* a process goes by its program's name alone */
};

void roots_init(struct roots *r, struct profile *p, bool by_program);
void roots_release(struct roots *r);

/*
 * The frame that stands for the row's process, thread, label or phase, or for
 * the module of the frame that is charged.
 */
uint32_t roots_by(struct roots *r, const struct row *row, uint32_t charged,
	enum select_by by);

/* The programs that led to a process, "make/gcc"; "" if it has none. */
const char *roots_ancestors(const struct profile *p, uint32_t process);

/*
 * The frame of the thread's name that begins the stacks of perf, with `_` for
 * blanks as people know it; NONE where there is none, or --by shows it.
 */
uint32_t roots_command(
	struct roots *r, const struct row *row, const struct selection *s);

/* A frame of that name that no symbol stands for. */
uint32_t roots_marker(struct profile *p, const char *name);

#endif
