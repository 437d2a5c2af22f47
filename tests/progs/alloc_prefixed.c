/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program whose memory comes from an allocator under a prefix: what is kept
 * and what is given back, and the truth of it. Compiled again by a scenario,
 * with PREFIXED(f) for je_f and an allocator of that prefix linked in. Sizes
 * are such as jemalloc need not round up: its profiler counts what it gives.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "truth.h"

#ifndef PREFIXED
#define PREFIXED(f) f
#endif

#define KEPT 500

void *PREFIXED(malloc)(size_t n);
void PREFIXED(free)(void *p);

static void *kept[KEPT];

static void
by_keep(void)
{
	for (size_t i = 0; i < KEPT; i++) {
		size_t n = 1024 + i % 4 * 256;

		kept[i] = TOOK(PREFIXED(malloc)(n), n);
		memset(kept[i], 1, n);
	}
}

static void
by_drop(void)
{
	for (size_t i = 0; i < KEPT; i++)
		PREFIXED(free)(GAVE(TOOK(PREFIXED(malloc)(3072), 3072)));
}

static void
by_libc(void)
{
	for (size_t i = 0; i < 20; i++)
		TOOK(malloc(100 + i), 100 + i);
}

/* "fork": a child that ends by exit() as well; else nothing. */
int
main(int argc, char **argv)
{
	by_keep();
	by_drop();
	by_libc();
	if (argc > 1 && strcmp(argv[1], "fork") == 0) {
		pid_t pid = fork();

		if (pid == 0)
			exit(0);
		waitpid(pid, NULL, 0);
	}
	truth_print(0, 0);
	return 0;
}
