/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many stacks, each of its own way through two functions that call each other,
 * 20 frames deep, each with a live block.
 *
 * usage: stacks first COUNT
 *        stacks dumps COUNT SECONDS
 *   first  nanoseconds of CPU an allocation, when its stack is new and when it
 * has been seen before dumps  then takes and gives back blocks for that long,
 * while the profiler writes dumps: by its own clock, or, if there is jemalloc's
 * mallctl, by that on another thread, twice a second. Microseconds a pair:
 *          median, 99.9 %, maximum, how many were above 1 ms. A pair in which
 *          the scheduler took the processor from the thread is left out, since
 *          on a busy machine there is hardly another long one; one that waited
 *          for a lock, a page or a stopped clock is not.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { FRAMES = 20, BUCKETS = 1 << 20, BUCKET_NS = 50, SUSPECT_NS = 20000 };

extern int mallctl(const char *name, void *old, size_t *old_size, void *new,
	size_t new_size) __attribute__((weak));

static void *left(uint64_t way, int depth);
static void *right(uint64_t way, int depth);
static uint32_t histogram[BUCKETS]; /* of pairs, by time; the last: longer */
static volatile int done;

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* volatile: else a call at the end of a function becomes a jump. */
static inline __attribute__((always_inline)) void *
deeper(uint64_t way, int depth)
{
	void *volatile block;

	if (depth == 0)
		block = malloc(48);
	else if (way & 1)
		block = right(way >> 1, depth - 1);
	else
		block = left(way >> 1, depth - 1);
	return block;
}

static __attribute__((noinline)) void *
left(uint64_t way, int depth)
{
	return deeper(way, depth);
}

static __attribute__((noinline)) void *
right(uint64_t way, int depth)
{
	return deeper(way, depth);
}

/* Nanoseconds for each of `count` allocations, of which none is freed. */
static double
each_way(long count)
{
	uint64_t begin = now_ns(CLOCK_THREAD_CPUTIME_ID);

	for (long i = 0; i < count; i++)
		if (!left((uint64_t)i, FRAMES))
			abort();
	return (double)(now_ns(CLOCK_THREAD_CPUTIME_ID) - begin) /
	       (double)count;
}

static void *
dump_now_and_then(void *unused)
{
	while (!done) {
		usleep(500 * 1000);
		if (mallctl("prof.dump", NULL, NULL, NULL, 0))
			fprintf(stderr, "stacks: no dump\n");
	}
	return NULL;
}

static double
quantile(double q, uint64_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		sum += histogram[i];
		if ((double)sum >= q * (double)count)
			return (double)i * BUCKET_NS / 1000;
	}
	return 0;
}

static long
preemptions(void)
{
	struct rusage used;

	getrusage(RUSAGE_THREAD, &used);
	return used.ru_nivcsw;
}

static void
probe(double seconds)
{
	uint64_t begin = now_ns(CLOCK_MONOTONIC),
		 end = begin + (uint64_t)(seconds * 1e9);
	uint64_t before = begin, longest = 0, count = 0, long_ones = 0;
	long preempted = preemptions();

	while (before < end) {
		uint64_t after, ns;

		free(left(count & 1023, FRAMES));
		after = now_ns(CLOCK_MONOTONIC);
		ns = after - before;
		before = after;
		if (ns > SUSPECT_NS) {
			long now = preemptions();
			bool taken = now != preempted;

			preempted = now;
			before = now_ns(CLOCK_MONOTONIC);
			if (taken)
				continue;
		}
		longest = ns > longest ? ns : longest;
		long_ones += ns > 1000000;
		histogram[ns / BUCKET_NS < BUCKETS ? ns / BUCKET_NS
						   : BUCKETS - 1]++;
		count++;
	}
	printf("%.2f %.2f %.1f %lu\n", quantile(0.5, count),
		quantile(0.999, count), (double)longest / 1000, long_ones);
}

int
main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0;
	const char *mode = argc > 1 ? argv[1] : "";
	pthread_t other;
	double first;

	if (!strcmp(mode, "first") && count > 0) {
		each_way(1024); /* every return address, most of the ways no */
		first = each_way(count);
		printf("%.0f %.0f\n", first, each_way(count));
		return 0;
	}
	if (strcmp(mode, "dumps") || count <= 0 || argc < 4) {
		fprintf(stderr, "usage: stacks first COUNT\n"
				"       stacks dumps COUNT SECONDS\n");
		return 2;
	}
	each_way(count);
	memset(histogram, 0, sizeof histogram); /* its pages are there now */
	if (mallctl && pthread_create(&other, NULL, dump_now_and_then, NULL))
		return 1;
	probe(atof(argv[3]));
	done = 1;
	if (mallctl)
		pthread_join(other, NULL);
	return 0;
}
