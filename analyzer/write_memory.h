/* SPDX-License-Identifier: Apache-2.0 */
/* The words of write_memory.c, for whoever else shows a struct memory. */
#ifndef WRITE_MEMORY_H
#define WRITE_MEMORY_H

#include <stdio.h>

#include "memory.h"

/* "stacks of threads", ... */
const char *memory_label(const struct memory *m, enum memory_part part);

/* The sentence of what most of it is, with a newline. */
void memory_verdict(FILE *out, const struct memory *m, bool exact);

#endif
