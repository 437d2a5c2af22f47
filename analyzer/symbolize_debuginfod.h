/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debuginfod: libdwfl asks the servers, if libdebuginfod is there; what was
 * fetched before, by whatever program, can be had without asking anybody.
 */
#ifndef SYMBOLIZE_DEBUGINFOD_H
#define SYMBOLIZE_DEBUGINFOD_H

#include <stdbool.h>
#include <stddef.h>

/* The debug file of that build-id in the user's cache, opened; -1: none. */
int symbolize_cached(const unsigned char *build_id, size_t length);

/* Says what keeps servers from being asked, if anything does. */
void symbolize_debuginfod_check(void);

#endif
