/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: resident THREADS
 * Resident KiB while that many threads live, each of which has taken and given
 * back 1 MiB in blocks of 1 KiB and waits. Over no shim is what a shim adds.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_barrier_t worked, measured;

static void *
work(void *unused)
{
	for (int i = 0; i < 1024; i++) {
		void *volatile block = malloc(1024);

		free(block);
	}
	pthread_barrier_wait(&worked);
	pthread_barrier_wait(&measured);
	return NULL;
}

static long
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = -1;

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		abort();
	fclose(f);
	return pages * 4;
}

int
main(int argc, char **argv)
{
	unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
	pthread_t id;

	if (threads < 1 || pthread_barrier_init(&worked, NULL, threads + 1) ||
		pthread_barrier_init(&measured, NULL, threads + 1))
		return 2;
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&id, NULL, work, NULL))
			return 1;
	pthread_barrier_wait(&worked);
	printf("%ld\n", resident_kib());
	pthread_barrier_wait(&measured);
	return 0;
}
