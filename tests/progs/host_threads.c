/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hundred threads at once, several times over; each allocates from its start
 * to the destructor of its thread-specific data.
 */
#include <pthread.h>
#include <stdlib.h>

#include "truth.h"

#define THREADS 100
#define BLOCKS	200

static pthread_key_t key;
static pthread_barrier_t barrier;

static void
by_destructor(void *p)
{
	free(GAVE(p));
	TOOK(malloc(24), 24);
}

static void
by_worker(void)
{
	void *blocks[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++)
		blocks[i] = TOOK(malloc(10 + i), 10 + i);
	pthread_barrier_wait(&barrier);
	for (size_t i = 1; i < BLOCKS; i++)
		free(GAVE(blocks[i]));
}

static void *
by_thread(void *arg)
{
	pthread_setspecific(key, TOOK(malloc(50), 50));
	by_worker();
	return NULL;
}

static void
one_wave(void)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, by_thread, NULL))
			truth_fail("pthread_create failed");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&barrier);
}

int
main(void)
{
	if (pthread_key_create(&key, by_destructor))
		truth_fail("pthread_key_create failed");
	for (int i = 0; i < 3; i++)
		one_wave();
	truth_print(0, 0);
	return 0;
}
