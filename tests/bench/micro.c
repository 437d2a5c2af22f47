/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a malloc and a free cost, in nanoseconds a pair.
 *
 * usage: micro pair|churn|threads [MILLISECONDS [FRAMES [SIZE]]]
 *   pair     one block of SIZE (64) bytes, taken and given back, FRAMES (20)
 *            below where the thread begins
 *   churn    a random one of 100,000 live blocks of 16 to 1024 bytes is
 *            replaced
 *   threads  two threads, each as `pair`
 *
 * CPU time; of `threads`, which may wait for each other, wall time.
 * Prints the least and the median of batches of about 25 ms: long enough that
 * each batch holds its share of samples (150 at 512 KiB), short enough that
 * what else the machine does hits only some of them.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	BATCH_NS = 25 * 1000 * 1000,
	WARM_UP_NS = 100 * 1000 * 1000,
	BATCHES_MAX = 1000,
	SLOTS = 100 * 1000
};

struct bench {
	void (*run)(struct bench *b, long pairs);
	long budget_ns;
	/* CPU time where nobody waits for anybody: a busy machine hurts less.
	 */
	clockid_t clock;
	int frames;
	size_t size;
	uint64_t random;
	void **slots;
	double least, median;
};

static long
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* xorshift64: cheap enough not to be what is measured. */
static uint64_t
next_random(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

static void
run_pair(struct bench *b, long pairs)
{
	for (long i = 0; i < pairs; i++) {
		void *volatile block = malloc(b->size);

		free(block);
	}
}

static void
replace(struct bench *b, size_t slot)
{
	size_t size = 16 + next_random(b) % 1009;
	char *block;

	free(b->slots[slot]);
	block = malloc(size);
	if (!block)
		abort();
	*(volatile char *)block = 1;
	b->slots[slot] = block;
}

static void
run_churn(struct bench *b, long pairs)
{
	for (long i = 0; i < pairs; i++)
		replace(b, next_random(b) % SLOTS);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* As many pairs as take about BATCH_NS. */
static long
calibrate(struct bench *b)
{
	long pairs = 64, begin, ns;

	/* The first stacks ever looked at take some profilers 50 ms. */
	for (begin = now_ns(b->clock); now_ns(b->clock) - begin < WARM_UP_NS;)
		b->run(b, pairs);
	for (;;) {
		begin = now_ns(b->clock);
		b->run(b, pairs);
		ns = now_ns(b->clock) - begin;
		if (ns > BATCH_NS / 4)
			break;
		pairs *= 2;
	}
	return (long)((double)pairs * BATCH_NS / ns) + 1;
}

static void
measure(struct bench *b)
{
	double each[BATCHES_MAX];
	long pairs = calibrate(b), until = now_ns(b->clock) + b->budget_ns;
	int count = 0;

	do {
		long begin = now_ns(b->clock);

		b->run(b, pairs);
		each[count++] = (double)(now_ns(b->clock) - begin) / pairs;
	} while (now_ns(b->clock) < until && count < BATCHES_MAX);
	qsort(each, count, sizeof *each, compare);
	b->least = each[0];
	b->median = each[count / 2];
}

/* So that a stack has some length, as in real programs. */
static __attribute__((noinline)) void
descend(struct bench *b, int depth)
{
	volatile int here = depth; /* keeps the call from becoming a jump */

	if (here > 0)
		descend(b, here - 1);
	else
		measure(b);
	here = 0;
}

static void *
thread_main(void *b)
{
	descend(b, ((struct bench *)b)->frames);
	return NULL;
}

static int
run_threads(struct bench *b)
{
	struct bench each[2] = { *b, *b };
	pthread_t other;

	if (pthread_create(&other, NULL, thread_main, &each[1]))
		return -1;
	descend(&each[0], b->frames);
	pthread_join(other, NULL);
	b->least = (each[0].least + each[1].least) / 2;
	b->median = (each[0].median + each[1].median) / 2;
	return 0;
}

static int
fill_slots(struct bench *b)
{
	b->slots = calloc(SLOTS, sizeof *b->slots);
	if (!b->slots)
		return -1;
	for (size_t i = 0; i < SLOTS; i++)
		replace(b, i);
	return 0;
}

int
main(int argc, char **argv)
{
	struct bench b = { .run = run_pair,
		.clock = CLOCK_THREAD_CPUTIME_ID,
		.random = 88172645463325252u };
	const char *mode = argc > 1 ? argv[1] : "";

	b.budget_ns = (argc > 2 ? atol(argv[2]) : 300) * 1000000;
	b.frames = argc > 3 ? atoi(argv[3]) : 20;
	b.size = argc > 4 ? (size_t)atol(argv[4]) : 64;
	if (!strcmp(mode, "pair")) {
		descend(&b, b.frames);
	} else if (!strcmp(mode, "churn")) {
		b.run = run_churn;
		if (fill_slots(&b))
			return 1;
		descend(&b, b.frames);
	} else if (!strcmp(mode, "threads")) {
		b.clock = CLOCK_MONOTONIC;
		if (run_threads(&b))
			return 1;
	} else {
		fprintf(stderr, "usage: micro pair|churn|threads [MS "
				"[FRAMES [SIZE]]]\n");
		return 2;
	}
	printf("%.1f %.1f\n", b.least, b.median);
	return 0;
}
