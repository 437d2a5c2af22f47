/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_crowd THREADS: makes and ends that many threads, at most 50 at once, on
 * the smallest stacks that pthread allows, each of which allocates, and checks
 * its blocks. Prints the memory that the last nine tenths of them added, in
 * KiB: nothing may stay behind of a thread that has ended.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "truth.h"

#define AT_ONCE 50

static void *
thread(void *arg)
{
	unsigned char *blocks[16];

	for (int i = 0; i < 16; i++) {
		blocks[i] = (unsigned char *)truth_keep(malloc(20 + i * 10));
		memset(blocks[i], i, 20 + i * 10);
	}
	for (int i = 0; i < 16; i++) {
		if (blocks[i][19 + i * 10] != i)
			truth_fail("a block was spoiled");
		free(blocks[i]);
	}
	return arg;
}

static void
wave(int n)
{
	pthread_t threads[AT_ONCE];
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	if (pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN))
		truth_fail("pthread_attr_setstacksize failed");
	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], &attr, thread, nullptr))
			truth_fail("pthread_create failed");
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], nullptr);
}

/* Private, resident KiB: what the allocator keeps is not a thread's. */
static long
resident(void)
{
	long pages = 0, all = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &all, &pages) != 2)
		truth_fail("no statm");
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int
main(int argc, char **argv)
{
	int waves = (argc > 1 ? atoi(argv[1]) : 1000) / AT_ONCE;
	long before = 0;

	for (int i = 0; i < waves; i++) {
		if (i == waves / 10)
			before = resident();
		wave(AT_ONCE);
	}
	printf("added %ld\n", resident() - before);
	return 0;
}
