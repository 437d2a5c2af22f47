/* SPDX-License-Identifier: Apache-2.0 */
/* What stacks refer to by number: names of threads, labels, phases. */
#ifndef HEAPV2_NAMES_H
#define HEAPV2_NAMES_H

#include <stdbool.h>
#include <stdint.h>

enum heapv2_kind { HEAPV2_THREAD, HEAPV2_LABEL, HEAPV2_PHASE, HEAPV2_KINDS };

/* Ids by number from 1; {0} is a valid start. */
struct heapv2_names {
	uint32_t *ids[HEAPV2_KINDS];
	uint32_t count[HEAPV2_KINDS];
};

/* False: no number that a shim would give. */
bool heapv2_names_set(struct heapv2_names *n, enum heapv2_kind kind,
	uint64_t number, uint32_t id);

/* NONE for 0 and for numbers that were not set. */
uint32_t heapv2_names_get(
	const struct heapv2_names *n, enum heapv2_kind kind, uint64_t number);

void heapv2_names_release(struct heapv2_names *n);

#endif
