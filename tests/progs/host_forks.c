/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_forks CHILDREN: forks again and again while four threads allocate and
 * free without a pause, so that every lock that could be held is held now and
 * then. Each child allocates, frees what it inherited and ends; it must not
 * hang. A third of them leaves by _exit, a third is killed at its work.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

#define BLOCKS 64

static atomic_int stop;
static void *inherited[BLOCKS];

static void *
busy(void *arg)
{
	void *blocks[BLOCKS] = { NULL };

	for (size_t i = 0; !atomic_load(&stop); i++) {
		free(blocks[i % BLOCKS]);
		blocks[i % BLOCKS] = truth_keep(malloc(16 + i % 2000));
	}
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	return NULL;
}

static void
child_work(void)
{
	for (size_t i = 0; i < 3000; i++)
		free(truth_keep(malloc(100 + i % 100)));
	for (int i = 0; i < BLOCKS; i++)
		free(inherited[i]);
}

static void
child(int number)
{
	child_work();
	if (number % 3 == 0)
		exit(0);
	if (number % 3 == 1)
		_exit(0);
	raise(SIGKILL);
}

int
main(int argc, char **argv)
{
	int children = argc > 1 ? atoi(argv[1]) : 30, status, ended = 0;
	pthread_t threads[4];

	for (int i = 0; i < BLOCKS; i++)
		inherited[i] = truth_keep(malloc(1000));
	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, busy, NULL))
			truth_fail("pthread_create failed");
	for (int i = 0; i < children; i++) {
		pid_t pid = fork();

		if (pid == 0)
			child(i);
		if (waitpid(pid, &status, 0) == pid &&
			(status == 0 || status == SIGKILL))
			ended++;
	}
	atomic_store(&stop, 1);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	printf("%d of %d children ended as they should\n", ended, children);
	return ended != children;
}
