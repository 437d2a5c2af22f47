/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks for dumps from a signal handler that interrupts malloc and free all the
 * time. Says how many it got.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "heapflame.h"
#include "truth.h"

#define BLOCKS 1000
#define TURNS  1000000
#define US     3000

static volatile sig_atomic_t dumps;

/* After the last dump, however long that took: else there is none but those. */
static void
arm(void)
{
	const struct itimerval once = { { 0, 0 }, { 0, US } };

	setitimer(ITIMER_REAL, &once, NULL);
}

static void
interrupt(int signal)
{
	(void)signal;
	dumps += heapflame_dump() == HEAPFLAME_OK;
	arm();
}

int
main(void)
{
	void *block[BLOCKS] = { NULL };

	signal(SIGALRM, interrupt);
	arm();
	for (int i = 0; i < TURNS; i++) {
		int k = rand() % BLOCKS;

		free(block[k]);
		block[k] = truth_keep(malloc((size_t)(rand() % 3000) + 1));
	}
	signal(SIGALRM, SIG_IGN);
	printf("%d\n", (int)dumps);
	return 0;
}
