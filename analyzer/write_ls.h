/* SPDX-License-Identifier: Apache-2.0 */
/* A list of live states, for people and for programs. */
#ifndef WRITE_LS_H
#define WRITE_LS_H

#include <stdio.h>

#include "runs_states.h"

/* now_ms: wall clock, for ages. Of none one line says how to get some. */
void write_ls(FILE *out, const struct states *s, int64_t now_ms, bool exact);

/* heapflame-ls/1 */
void write_ls_json(FILE *out, const struct states *s);

#endif
