/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controlled [THREADS]: allocates in so many threads, 64 to 2,048 bytes a
 * block, each thread keeping a ring of the last 256, and does what lines on
 * stdin say, one answer a line:
 *
 *	go	the threads run
 *	rest	all of them have stopped; the answer is what they have allocated
 *		so far: bytes, objects, and at least and at most so many bytes
 *		while the profiler was active
 *	end	exits
 *
 * At rest it allocates nothing, but waits in read(). Whether the profiler is
 * active is looked up before and after each block, in the control words of the
 * live state that is mapped here.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heapflame_state.h"
#include "truth.h"

#define MOST 64
#define RING 256

static _Atomic bool running, ending;
static _Atomic int at_work;

static struct worker {
	_Atomic uint64_t bytes, objects;
	_Atomic uint64_t at_least, at_most; /* bytes while active */
	uint64_t random;
	void *ring[RING];
} workers[MOST];

/* The state's first page as the shim has it mapped, or NULL. */
static const struct hfs_control *
find_control(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	unsigned long start, offset;
	void *found = NULL;

	while (!found && maps && fgets(line, sizeof line, maps))
		if (strstr(line, ".live") &&
			sscanf(line, "%lx-%*x %*s %lx", &start, &offset) == 2 &&
			offset == 0)
			found = (void *)start;
	if (maps)
		fclose(maps);
	return found;
}

static const struct hfs_control *control;

static bool
active(void)
{
	return control && atomic_load(&control->active);
}

static void *
one_block(size_t size)
{
	return truth_keep(malloc(size));
}

static void
step(struct worker *w)
{
	bool before, after;
	size_t size;
	int at;

	w->random = w->random * 6364136223846793005ULL + 1442695040888963407ULL;
	at = (int)(w->random >> 33) % RING;
	size = 64 + (w->random >> 45) % 1985;
	free(w->ring[at]);
	before = active();
	w->ring[at] = one_block(size);
	after = active();
	w->at_least += before && after ? size : 0;
	w->at_most += before || after ? size : 0;
	w->bytes += size;
	w->objects++;
}

static void *
work(void *data)
{
	struct worker *w = data;

	while (!ending) {
		if (!running) {
			usleep(500);
			continue;
		}
		at_work++;
		/* Looked at again: `rest` waits for those who are at it. */
		for (int i = 0; running && i < 100; i++)
			step(w);
		at_work--;
	}
	return NULL;
}

static void
answer(void)
{
	unsigned long long sum[4] = { 0 };
	char line[128];
	int n;

	running = false;
	do
		usleep(2000);
	while (at_work > 0);
	for (int i = 0; i < MOST; i++) {
		sum[0] += workers[i].bytes;
		sum[1] += workers[i].objects;
		sum[2] += workers[i].at_least;
		sum[3] += workers[i].at_most;
	}
	n = snprintf(line, sizeof line, "%llu %llu %llu %llu\n", sum[0], sum[1],
		sum[2], sum[3]);
	if (write(STDOUT_FILENO, line, (size_t)n) != n)
		exit(1);
}

/* Without stdio, which allocates. */
static bool
obey(void)
{
	char line[16] = "";

	for (size_t n = 0; n < sizeof line - 1; n++) {
		if (read(STDIN_FILENO, line + n, 1) != 1)
			return false;
		if (line[n] == '\n')
			break;
	}
	if (line[0] == 'g') {
		running = true;
		return write(STDOUT_FILENO, "going\n", 6) == 6;
	}
	if (line[0] == 'r') {
		answer();
		return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 4;
	pthread_t ids[MOST];

	control = find_control();
	for (int i = 0; i < threads && i < MOST; i++) {
		workers[i].random = (uint64_t)i * 977 + 1;
		pthread_create(&ids[i], NULL, work, &workers[i]);
	}
	while (obey())
		;
	ending = true;
	for (int i = 0; i < threads && i < MOST; i++)
		pthread_join(ids[i], NULL);
	return 0;
}
