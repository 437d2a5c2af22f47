/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of `key` or `key=value`, values percent-encoded: what is told of a
 * module's file where the file is not (struct module.facts).
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>

bool facts_has(const char *facts, const char *key);

/* Decoded, of the first such key; NULL: there is none. Caller frees. */
char *facts_value(const char *facts, const char *key);

#endif
