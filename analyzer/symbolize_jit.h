/* SPDX-License-Identifier: Apache-2.0 */
/* Names of code that is in no file: what programs make at run time. */
#ifndef SYMBOLIZE_JIT_H
#define SYMBOLIZE_JIT_H

#include "symbolize.h"

/*
 * Gives frames to the locations without module that a perf map knows, and says
 * in p->no_module_why what is missing for the others. roots: prefixes of
 * "/tmp/perf-PID.map", NULL-terminated.
 */
void symbolize_jit(struct profile *p, const struct symbolize_options *o,
	const char *const *roots);

#endif
