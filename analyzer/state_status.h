/* SPDX-License-Identifier: Apache-2.0 */
/* What a live state says of its process, for people. */
#ifndef STATE_STATUS_H
#define STATE_STATUS_H

#include <stdio.h>

/* A few lines on the state at `path`. 0, or -1 after error(). */
int state_status(FILE *out, const char *path);

#endif
