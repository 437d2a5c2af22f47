/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people read them. K, M, G are powers of 1024. */
#ifndef UNITS_H
#define UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNITS_MAX 32

/* "12.3 MiB", "640 B"; `exact` gives plain digits. Returns buf. */
const char *units_bytes(char buf[UNITS_MAX], int64_t bytes, bool exact);

/* "340 ns", "1.2 ms", "5.0 min": a time, nanoseconds. Returns buf. */
const char *units_time(char buf[UNITS_MAX], double ns);

/* "1,234,567" */
const char *units_count(char buf[UNITS_MAX], int64_t n);

/* "512K", "1", "3G", "4096" to bytes; -1 if it is no size. */
int64_t units_parse_size(const char *text);

/* "30s", "500ms", "5m" or "5min", "1h", "30" (seconds) to ms; -1 if it is no
 * time above 0. */
double units_parse_ms(const char *text);

#endif
