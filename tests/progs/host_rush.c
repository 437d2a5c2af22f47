/* SPDX-License-Identifier: Apache-2.0 */
/* host_rush: 8 threads that allocate 80,000 blocks of 100 bytes each, all from
 * the first moment on, before which nothing was allocated. */
#include <pthread.h>
#include <stdlib.h>

#define THREADS 8
#define BLOCKS	80000

static void *kept[THREADS][BLOCKS];

static void *
rush(void *mine)
{
	void **blocks = mine;

	for (int i = 0; i < BLOCKS; i++)
		blocks[i] = malloc(100);
	return NULL;
}

int
main(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, rush, kept[i]))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
