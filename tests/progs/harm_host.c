/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_host [ROUNDS]: an ordinary program whose output is the same each time:
 * two threads that allocate and check what is in their blocks, a forked child
 * that does so with what it inherited, a library loaded and unloaded, a file of
 * its own written and read back. What a failing profiler could spoil.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

#define BLOCKS 64

static int rounds = 200;
static unsigned char *inherited[BLOCKS];

static unsigned char *
make(size_t n, int tag)
{
	unsigned char *p = (unsigned char *)truth_keep(malloc(n));

	memset(p, tag, n);
	return p;
}

static void
check(unsigned char *p, size_t n, int tag)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != (unsigned char)tag)
			truth_fail("a block was spoiled");
	free(p);
}

static void *
work(void *arg)
{
	unsigned char *blocks[BLOCKS];
	int seed = *(int *)arg;
	size_t sum = 0;

	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < BLOCKS; i++)
			blocks[i] = make(16 + (size_t)i * 7, seed + i);
		for (int i = 0; i < BLOCKS; i += 2) {
			size_t n = 16 + (size_t)i * 7;

			blocks[i] = (unsigned char *)realloc(blocks[i], 3 * n);
			memset(blocks[i], seed + i, 3 * n);
		}
		for (int i = 0; i < BLOCKS; i++) {
			size_t n = (16 + (size_t)i * 7) * (i % 2 ? 1 : 3);

			check(blocks[i], n, seed + i);
			sum += n;
		}
	}
	return (void *)sum;
}

static void
in_threads(void)
{
	pthread_t threads[2];
	int seeds[2] = { 1, 100 };
	void *sum;

	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, work, &seeds[i]))
			truth_fail("pthread_create failed");
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], &sum);
		printf("thread %d: %zu\n", i, (size_t)sum);
	}
}

static void
in_a_child(void)
{
	int status, seed = 50;
	pid_t pid;

	for (int i = 0; i < BLOCKS; i++)
		inherited[i] = make(100, i);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < BLOCKS; i++)
			check(inherited[i], 100, i);
		printf("child: %zu\n", (size_t)work(&seed));
		exit(3);
	}
	waitpid(pid, &status, 0);
	printf("child ended with %d\n", WEXITSTATUS(status));
	for (int i = 0; i < BLOCKS; i++)
		check(inherited[i], 100, i);
}

static void
in_a_library(const char *self)
{
	char path[4096];
	void *(*allocate)(size_t);

	snprintf(path, sizeof path, "%.*slibplugin.so",
		(int)(strrchr(self, '/') + 1 - self), self);
	for (int i = 0; i < 3; i++) {
		void *library = dlopen(path, RTLD_NOW);

		if (!library)
			truth_fail("dlopen failed");
		*(void **)&allocate = dlsym(library, "plugin_allocate");
		free(allocate(1000));
		dlclose(library);
	}
	printf("library: done\n");
}

static void
in_a_file(void)
{
	FILE *f = tmpfile();
	char line[64];

	for (int i = 0; f && i < 1000; i++)
		fprintf(f, "line %d\n", i);
	if (!f || fseek(f, 0, SEEK_SET))
		truth_fail("no file");
	for (int i = 0; i < 1000; i++)
		if (!fgets(line, sizeof line, f) || atoi(line + 5) != i)
			truth_fail("the file was spoiled");
	fclose(f);
	printf("file: done\n");
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		rounds = atoi(argv[1]);
	in_a_file();
	in_threads();
	in_a_library(argv[0]);
	in_a_child();
	in_threads();
	return 0;
}
