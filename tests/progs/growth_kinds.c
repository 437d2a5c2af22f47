/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program whose stacks grow, or don't, in known ways. Time is scaled: a step
 * stands for as long as a test likes, and begins a fixed time after the last
 * one, so that the times in the dumps are in proportion however busy the
 * machine is.
 *
 *   growth_kinds STEPS EVERY TICK_MS KIND[=BYTES]...
 *
 * A dump is asked for after each EVERY steps. BYTES are for leak what it leaks
 * in a step, for all others what they hold at most. Each kind has a function of
 * its own, by_<kind>. Prints a line each at the end:
 *
 *   growth by_<kind> <live bytes at the first dump> <at the last> <class>
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <heapflame.h>

#define BLOCKS_MAX 2000000

/* Blocks in the order they came; the oldest still there is at `head`. */
struct kind {
	const char *name, *class;
	void (*step)(struct kind *k, int step, int steps);
	long bytes; /* of the argument */
	long live, first; /* now; at the first dump */
	void **blocks;
	long *sizes;
	long head, count;
};

static uint32_t seed = 2463534242u;

static uint32_t
below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

/* Small and large: 24 bytes to 64 KiB, each power of two as likely. */
static long
any_size(void)
{
	long size = 24L << below(12);

	return size + below((uint32_t)size / 2);
}

static void
stop(const char *why)
{
	fprintf(stderr, "growth_kinds: %s\n", why);
	exit(2);
}

static void
took(struct kind *k, void *p, long size)
{
	if (!p || k->count == BLOCKS_MAX)
		stop("too much");
	memset(p, 1, (size_t)size);
	k->blocks[k->count] = p;
	k->sizes[k->count++] = size;
	k->live += size;
}

static void
give_at(struct kind *k, long i)
{
	free(k->blocks[i]);
	k->live -= k->sizes[i];
	k->blocks[i] = NULL;
	k->sizes[i] = 0;
}

static void
give_oldest(struct kind *k)
{
	give_at(k, k->head++);
}

/* The calls of malloc are in the functions by_*: that is what is looked for. */
static void
by_leak(struct kind *k, int step, int steps)
{
	while (k->live < k->bytes * (step + 1L)) {
		long size = any_size();

		took(k, malloc((size_t)size), size);
	}
}

/* Full after a third of the time; then the oldest goes for each that comes. */
static void
by_cache(struct kind *k, int step, int steps)
{
	long more = 3 * k->bytes / steps;

	while (more > 0) {
		long size = any_size();

		took(k, malloc((size_t)size), size);
		more -= size;
		while (k->live > k->bytes)
			give_oldest(k);
	}
}

/* Seven fills, each drained at once, and half of an eighth. */
static void
by_queue(struct kind *k, int step, int steps)
{
	int period = steps * 2 / 15;

	if (step % period == 0)
		while (k->head < k->count)
			give_oldest(k);
	while (k->live < k->bytes / period * (step % period + 1)) {
		long size = any_size();

		took(k, malloc((size_t)size), size);
	}
}

/* As much as it holds is replaced in each ten steps. */
static void
by_steady(struct kind *k, int step, int steps)
{
	long more = step == 0 ? k->bytes : k->bytes / 10;

	while (more > 0) {
		long size = any_size();

		took(k, malloc((size_t)size), size);
		more -= size;
		while (k->live > k->bytes)
			give_oldest(k);
	}
}

/* Half of what is taken at the start goes again, here and there. */
static void
by_fragments(struct kind *k, int step, int steps)
{
	if (step > 0)
		return;
	while (k->live < 2 * k->bytes) {
		long size = any_size();

		took(k, malloc((size_t)size), size);
	}
	for (long i = 0; i < k->count; i += 2)
		give_at(k, i);
}

/* A buffer that holds one more page each step, and is doubled when full. */
static void
by_doubling(struct kind *k, int step, int steps)
{
	static char *buffer;
	static long size = 4096;
	long needed = (step + 1L) * (k->bytes / steps / 2 + 1);

	if (buffer && size >= needed)
		return;
	while (size < needed)
		size *= 2;
	buffer = realloc(buffer, (size_t)size);
	if (!buffer)
		stop("too much");
	k->live = size;
}

/* What is loaded at the start and stays. */
static void
by_load(struct kind *k, int step, int steps)
{
	while (step < steps / 20 &&
		k->live < k->bytes / (steps / 20) * (step + 1)) {
		long size = any_size();

		took(k, malloc((size_t)size), size);
	}
}

static struct kind kinds[] = {
	{ "leak", "linear", by_leak },
	{ "cache", "plateau", by_cache },
	{ "queue", "sawtooth", by_queue },
	{ "steady", "steady", by_steady },
	{ "fragments", "steady", by_fragments },
	{ "doubling", "bounded", by_doubling },
	{ "load", "bounded", by_load },
};
#define KINDS ((int)(sizeof kinds / sizeof *kinds))

static struct kind *
kind_of(char *word)
{
	char *equals = strchr(word, '=');

	if (equals)
		*equals = '\0';
	for (int i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, word) == 0) {
			struct kind *k = &kinds[i];

			k->bytes = equals ? atol(equals + 1) : 16 << 20;
			k->blocks = calloc(BLOCKS_MAX, sizeof *k->blocks);
			k->sizes = calloc(BLOCKS_MAX, sizeof *k->sizes);
			if (k->bytes < 1 || !k->blocks || !k->sizes)
				stop("bad number, or no memory");
			return k;
		}
	stop("no such kind");
	return NULL;
}

static void
wait_for(struct timespec *next, long ms)
{
	next->tv_nsec += ms % 1000 * 1000000;
	next->tv_sec += ms / 1000 + next->tv_nsec / 1000000000;
	next->tv_nsec %= 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

int
main(int argc, char **argv)
{
	struct kind *asked[KINDS];
	int steps, every, count = argc - 4;
	struct timespec next;

	if (argc < 5 || count > KINDS)
		stop("STEPS EVERY TICK_MS KIND[=BYTES]...");
	steps = atoi(argv[1]);
	every = atoi(argv[2]);
	if (steps < 40 || every < 1)
		stop("40 steps at least, a dump after one at least");
	for (int i = 0; i < count; i++)
		asked[i] = kind_of(argv[4 + i]);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (int step = 0; step < steps; step++) {
		for (int i = 0; i < count; i++)
			asked[i]->step(asked[i], step, steps);
		wait_for(&next, atol(argv[3]));
		if ((step + 1) % every)
			continue;
		if (heapflame_dump() == HEAPFLAME_FAILED)
			stop("no dump");
		for (int i = 0; i < count && step + 1 == every; i++)
			asked[i]->first = asked[i]->live;
	}
	for (int i = 0; i < count; i++)
		printf("growth by_%s %ld %ld %s\n", asked[i]->name,
			asked[i]->first, asked[i]->live, asked[i]->class);
	return 0;
}
