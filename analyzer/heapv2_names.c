/* SPDX-License-Identifier: Apache-2.0 */
#include "heapv2_names.h"

#include <stdlib.h>

#include "err.h"
#include "profile.h"

/* The shim has 16 bits for them; a damaged file must not cost memory. */
#define NUMBER_MOST 65535

bool
heapv2_names_set(struct heapv2_names *n, enum heapv2_kind kind, uint64_t number,
	uint32_t id)
{
	if (number == 0 || number > NUMBER_MOST)
		return false;
	while (n->count[kind] < number) {
		GROW32(n->ids[kind], n->count[kind]);
		n->ids[kind][n->count[kind]++] = NONE;
	}
	n->ids[kind][number - 1] = id;
	return true;
}

uint32_t
heapv2_names_get(
	const struct heapv2_names *n, enum heapv2_kind kind, uint64_t number)
{
	return number > 0 && number <= n->count[kind] ? n->ids[kind][number - 1]
						      : NONE;
}

void
heapv2_names_release(struct heapv2_names *n)
{
	for (int kind = 0; kind < HEAPV2_KINDS; kind++)
		free(n->ids[kind]);
	*n = (struct heapv2_names){ 0 };
}
