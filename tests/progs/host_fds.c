/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that is particular about its descriptors, in two ways:
 *
 *   host_fds watch       one thread allocates (dumps are due all the time),
 *                        another looks for a descriptor that is not ours, and
 *                        for a child that wait() would find
 *   host_fds own FILE    closes everything, opens FILE and expects number 0,
 *                        writes to it between allocations, over and over
 *                        closing and opening, and reads it back in the end
 *
 * Exit 1 with one line in FILE.wrong or on stdout if something is off.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

#define FDS 256

static atomic_int done;

static void
allocate_much(void)
{
	for (int i = 0; i < 200; i++)
		free(truth_keep(malloc(1000 + (size_t)i)));
}

static void
list(char open_now[FDS])
{
	for (int fd = 0; fd < FDS; fd++)
		open_now[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void *
worker(void *arg)
{
	for (int i = 0; i < 3000; i++)
		allocate_much();
	atomic_store(&done, 1);
	return NULL;
}

static int
watch(void)
{
	char before[FDS], now[FDS];
	pthread_t thread;
	long looks = 0;

	list(before);
	if (pthread_create(&thread, NULL, worker, NULL))
		truth_fail("pthread_create failed");
	while (!atomic_load(&done)) {
		list(now);
		if (memcmp(before, now, FDS)) {
			printf("a descriptor came or went\n");
			return 1;
		}
		if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD) {
			printf("a child that is not ours\n");
			return 1;
		}
		looks++;
	}
	pthread_join(thread, NULL);
	printf("looked often: %s\n", looks > 100 ? "yes" : "no");
	return 0;
}

static int
complain(const char *path, const char *what)
{
	char name[4096];
	int fd;

	snprintf(name, sizeof name, "%s.wrong", path);
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
	return write(fd, what, strlen(what)) > 0 ? 1 : 2;
}

static int
own(const char *path)
{
	static const char line[] = "a line of the host's\n";
	enum { LENGTH = sizeof line - 1, ROUNDS = 2000 };
	char back[LENGTH];
	int fd;

	for (fd = 0; fd < FDS; fd++)
		close(fd);
	for (int i = 0; i < ROUNDS; i++) {
		fd = open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
		if (fd != 0)
			return complain(path, "open() did not return 0\n");
		allocate_much();
		if (write(0, line, LENGTH) != LENGTH)
			return complain(path, "write failed\n");
		allocate_much();
		if (close(0))
			return complain(path, "close failed\n");
	}
	fd = open(path, O_RDONLY);
	for (int i = 0; i < ROUNDS; i++)
		if (read(fd, back, LENGTH) != LENGTH ||
			memcmp(back, line, LENGTH))
			return complain(path, "foreign bytes in our file\n");
	if (read(fd, back, 1) != 0)
		return complain(path, "the file is too long\n");
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "watch"))
		return watch();
	if (argc == 3 && !strcmp(argv[1], "own"))
		return own(argv[2]);
	return 2;
}
