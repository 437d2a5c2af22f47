/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-line messages without stdio or allocation. A message goes to fd 2, only
 * if that is still the file that it was when the process started (a daemon may
 * have opened its data there), and at most HF_SAY_MAX in a process's life.
 */
#ifndef HF_SAY_H
#define HF_SAY_H

#include <stddef.h>
#include <stdint.h>

#define HF_SAY_MAX 64

/* Remembers what fd 2 is. In the constructor. */
void hf_say_start(void);

/*
 * "heapflame: " and the texts, up to a NULL, and a newline. Control characters
 * are shown as '?'. Keeps errno; any thread.
 */
void hf_say(const char *first, ...) __attribute__((sentinel));

/* n in decimal into buf (at least 21 bytes); returns buf. */
char *hf_say_number(char *buf, uint64_t n);

#endif
