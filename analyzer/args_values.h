/* SPDX-License-Identifier: Apache-2.0 */
/* The part of args.c that knows what an option's value means. */
#ifndef ARGS_VALUES_H
#define ARGS_VALUES_H

#include "args.h"

/* value: NULL where the option has none. 0, or -1 after error(). */
int args_set(struct args *a, const struct args_own *o, const char *value);

/* "process,thread": what is at the root, outermost first. 0, or -1 after
 * error(). */
int args_set_by(struct selection *s, const char *words);

#endif
