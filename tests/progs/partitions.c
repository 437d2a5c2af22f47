/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A benchmark with a warm-up that nobody wants to see, and three cases. Started
 * dormant (`heapflame run --active 0 --each-phase DIR`), each case becomes a
 * picture of its own. Built without heapflame: the header's calls do nothing
 * where it is not preloaded.
 */
#include <heapflame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITION 1000 /* bytes */

static char *shown; /* so that no allocation is left out */

static __attribute__((noinline)) char **
make_partitions(int n)
{
	char **partitions = calloc((size_t)n, sizeof *partitions);

	for (int i = 0; i < n; i++) {
		partitions[i] = malloc(PARTITION);
		memset(partitions[i], i, PARTITION);
		shown = partitions[i];
	}
	return partitions;
}

static __attribute__((noinline)) void
drop_partitions(char **partitions, int from, int to)
{
	for (int i = from; i < to; i++)
		free(partitions[i]);
}

static __attribute__((noinline)) void
warm_up(void)
{
	char **partitions = make_partitions(500);

	drop_partitions(partitions, 0, 500);
	free(partitions);
}

static char *cache[1000];
static int cached;

/* One in ten stays, until the program tidies up. */
static __attribute__((noinline)) void
run_case(int n)
{
	char **partitions = make_partitions(n);

	for (int i = 0; i < n / 10; i++)
		cache[cached++] = partitions[i];
	drop_partitions(partitions, n / 10, n);
	free(partitions);
}

int
main(void)
{
	warm_up();
	if (heapflame_start() != 0)
		puts("not recorded: heapflame is not preloaded");
	heapflame_mark("1,000 partitions");
	run_case(1000);
	heapflame_mark("2,000 partitions");
	run_case(2000);
	heapflame_mark("../5,000 partitions");
	run_case(5000);
	heapflame_mark("2,000 partitions");
	run_case(2000);
	heapflame_stop();
	drop_partitions(cache, 0, cached);
	warm_up();
	return 0;
}
