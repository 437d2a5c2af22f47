/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticker STEPS [MILLISECONDS]: allocates 1 MiB a step, in blocks of 1 KiB from
 * several sites, and pauses that long after each. Live memory rises to two
 * thirds of the steps and falls after: with dumps due every so many bytes the
 * place of the highest one is known.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "truth.h"

#define BLOCKS	  1024
#define MAX_STEPS 1000

static void *kept[MAX_STEPS];

static void *
by_block(void)
{
	return truth_keep(malloc(1024));
}

/* A step's blocks hang together, so that one pointer is enough. */
static void *
by_step(void)
{
	void **chain = NULL;

	for (int i = 0; i < BLOCKS; i++) {
		void **block = (void **)by_block();

		*block = chain;
		chain = block;
	}
	return chain;
}

static void
drop(void *chain)
{
	while (chain) {
		void *next = *(void **)chain;

		free(chain);
		chain = next;
	}
}

int
main(int argc, char **argv)
{
	int steps = argc > 1 ? atoi(argv[1]) : 10;
	long pause = argc > 2 ? atol(argv[2]) : 0;
	struct timespec t = { pause / 1000, pause % 1000 * 1000000 };

	if (steps < 1 || steps > MAX_STEPS)
		return 2;
	for (int i = 0, top = steps * 2 / 3; i < steps; i++) {
		kept[i] = by_step();
		if (i > top) {
			drop(kept[i]);
			drop(kept[i - top]);
			kept[i] = kept[i - top] = NULL;
		}
		if (pause)
			nanosleep(&t, NULL);
	}
	return 0;
}
