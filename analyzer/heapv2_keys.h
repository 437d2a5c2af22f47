/* SPDX-License-Identifier: Apache-2.0 */
/* What heapv2_head.c and heapv2_keys.c share. */
#ifndef HEAPV2_KEYS_H
#define HEAPV2_KEYS_H

#include "heapv2.h"

/* More than any machine has: such a file is damaged. */
#define HEAPV2_MOST_BYTES (1ULL << 60)

/* A text value, decoded, as a string of the profile; "-" is NONE. */
uint32_t heapv2_text(struct profile *p, struct scan word);

/* Up to `most` integers, separated by a space; returns how many there were. */
int heapv2_integers(struct scan *s, uint64_t *to, int most);

/* Each takes the values of the key of its name; false: misspelt. */
bool heapv2_key_rss(struct heapv2_head *h, struct scan *s);
bool heapv2_key_own(struct heapv2_head *h, struct scan *s);
bool heapv2_key_allocator(struct heapv2_head *h, struct scan *s);
bool heapv2_key_temp(struct heapv2_head *h, struct scan *s);
bool heapv2_key_history(struct heapv2_head *h, struct scan *s);
bool heapv2_key_name(struct heapv2_head *h, struct scan *s);
bool heapv2_key_phase(struct heapv2_head *h, struct scan *s);
bool heapv2_key_process(struct heapv2_head *h, struct scan *s);
bool heapv2_key_was(struct heapv2_head *h, struct scan *s);

#endif
