/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight threads in a ring: each allocates, puts the block into its neighbour's
 * mailbox, and frees or reallocates what it finds in its own. Hardly a block
 * is freed by the thread that took it. What is left over is known.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "truth.h"

#define THREADS 8
#define ROUNDS	3000
#define KEPT	100

static _Atomic(void *) mailbox[THREADS];
static pthread_barrier_t all_there, all_posted;

static void *
by_thread_malloc(size_t size)
{
	return TOOK(malloc(size), size);
}

static void *
by_thread_realloc(void *p, size_t size)
{
	GAVE(p);
	return TOOK(realloc(p, size), size);
}

static void
free_foreign(void *p)
{
	free(GAVE(p));
}

static void
post(int to, void *p)
{
	void *before = atomic_exchange(&mailbox[to], p);

	if (before)
		free_foreign(before);
}

static void *
work(void *arg)
{
	int me = (int)(intptr_t)arg;

	pthread_barrier_wait(&all_there);
	for (int i = 0; i < ROUNDS; i++) {
		void *got;

		/* Else the threads run one after another. */
		if (i % 8 == 0)
			sched_yield();
		post((me + 1) % THREADS, by_thread_malloc(16 + (i * 37) % 999));
		got = atomic_exchange(&mailbox[me], NULL);
		if (got && i % 3 == 0)
			post((me + 2) % THREADS, by_thread_realloc(got, 500));
		else if (got)
			free_foreign(got);
	}
	pthread_barrier_wait(&all_posted);
	for (int i = 0; i < KEPT; i++)
		by_thread_malloc(64);
	return NULL;
}

int
main(void)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&all_there, NULL, THREADS);
	pthread_barrier_init(&all_posted, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(
			    &threads[i], NULL, work, (void *)(intptr_t)i))
			truth_fail("pthread_create failed");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	truth_print(0, 0);
	return 0;
}
