/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live bytes that rise, fall, come back to a lower hump made of other sites,
 * and end with everything freed: the peak is the first hump, to the byte, and
 * nothing of the second. At the end nothing is live.
 */
#include <stdlib.h>

#include "truth.h"

#define MANY 500

static void *slots[3 * MANY];

static void
by_first_hump(void)
{
	for (size_t i = 0; i < MANY; i++)
		slots[i] = TOOK(malloc(1000 + i), 1000 + i);
}

/* Grows on top of the first hump: the peak lies in the middle of this. */
static void
by_growing_block(void)
{
	void *p = TOOK(malloc(10), 10);

	for (size_t n = 100; n <= 300000; n *= 3) {
		GAVE(p);
		p = TOOK(realloc(p, n), n);
	}
	free(GAVE(p));
}

static void
by_second_hump(void)
{
	for (size_t i = 0; i < MANY; i++)
		slots[MANY + i] = TOOK(calloc(1, 900), 900);
}

static void
by_last_blocks(void)
{
	for (size_t i = 0; i < MANY; i++)
		slots[2 * MANY + i] = TOOK(malloc(50), 50);
}

static void
give_back(size_t first)
{
	for (size_t i = first; i < first + MANY; i++)
		free(GAVE(slots[i]));
}

int
main(void)
{
	by_first_hump();
	by_growing_block();
	give_back(0);
	by_second_hump();
	by_last_blocks();
	give_back(MANY);
	give_back(2 * MANY);
	truth_print(1, 1);
	return 0;
}
