/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `info --why` of what is no profile: a program that is to be profiled, or a
 * process that is not.
 */
#ifndef WHY_H
#define WHY_H

#include <stdbool.h>
#include <stdio.h>

/* Is it a program or a script, rather than a profile? */
bool why_is_program(const char *path);

/* A line each for what is in the way of profiling it. 0, or -1 after error().
 */
int why_program(FILE *out, const char *path);

/* The same of a process that has no live state. */
int why_process(FILE *out, int pid);

#endif
