/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_loader SECONDS LIBRARY...: half of the threads load and unload the
 * libraries without a pause, the others allocate and check their blocks; one
 * walks the loaded objects and, in the callback, with the loader's lock held,
 * waits until another thread has allocated: a profiler that asks the loader
 * while it samples waits for ever. A watchdog ends the program then.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "truth.h"

#define BLOCKS 64

static atomic_int stop;
static atomic_long loads, allocations, walks;
static char **libraries;
static int library_count;

static void *
load(void *arg)
{
	unsigned n = *(unsigned *)arg;
	int (*use)(int);

	while (!atomic_load(&stop)) {
		const char *path = libraries[n++ % (unsigned)library_count];
		void *library = dlopen(path, n % 3 ? RTLD_NOW : RTLD_LAZY);

		if (!library)
			truth_fail(dlerror());
		*(void **)&use = dlsym(library, "plugin_use");
		if (!use || use((int)(n % 1000)))
			truth_fail("a plug-in's block was spoiled");
		if (dlclose(library))
			truth_fail("dlclose failed");
		atomic_fetch_add(&loads, 1);
	}
	return NULL;
}

static void *
allocate(void *arg)
{
	unsigned char *blocks[BLOCKS] = { NULL };
	unsigned n = *(unsigned *)arg;

	while (!atomic_load(&stop)) {
		unsigned i = n++ % BLOCKS;
		size_t size = 8 + n % 3000;

		if (blocks[i] && (blocks[i][0] != i || blocks[i][7] != i))
			truth_fail("a block was spoiled");
		free(blocks[i]);
		blocks[i] = (unsigned char *)truth_keep(malloc(size));
		memset(blocks[i], (int)i, size);
		atomic_fetch_add(&allocations, 1);
	}
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	return NULL;
}

static int
wait_for_others(struct dl_phdr_info *info, size_t size, void *data)
{
	long before = atomic_load(&allocations);

	free(truth_keep(malloc(123)));
	while (!atomic_load(&stop) && atomic_load(&allocations) < before + 20)
		sched_yield();
	free(truth_keep(malloc(321)));
	return ++*(int *)data > 3;
}

static void *
walk(void *arg)
{
	while (!atomic_load(&stop)) {
		int seen = 0;

		dl_iterate_phdr(wait_for_others, &seen);
		atomic_fetch_add(&walks, 1);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	/* The walk comes last: who makes threads for it must not be the one
	   that libunwind keeps at the loader's lock. */
	void *(*work[])(void *) = { load, allocate, load, allocate, walk };
	enum { THREADS = sizeof work / sizeof work[0] };
	unsigned seeds[THREADS] = { 0, 1, 2, 3, 4 };
	struct timespec rest = { 0, 20000000 };
	pthread_t threads[THREADS];
	time_t end;

	if (argc < 3)
		return 2;
	libraries = argv + 2;
	library_count = argc - 2;
	end = time(NULL) + atoi(argv[1]);
	alarm((unsigned)atoi(argv[1]) + 10); /* the watchdog */
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work[i], &seeds[i]))
			truth_fail("pthread_create failed");
	while (time(NULL) < end)
		nanosleep(&rest, NULL);
	atomic_store(&stop, 1);
	for (int i = THREADS; i-- > 0;) /* the walk waits for the others */
		pthread_join(threads[i], NULL);
	printf("loads %ld allocations %ld walks %ld\n", loads, allocations,
		walks);
	return 0;
}
