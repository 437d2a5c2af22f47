/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a malloc+free pair takes at the worst, while others write files and
 * have them synced.
 *
 * usage: latency SECONDS FOLDER WRITERS
 *
 * WRITERS processes write 1 MiB into a file in FOLDER and call fsync, over and
 * over. Meanwhile this one times pairs of some 200 bytes, each by itself, from
 * 1,000 distinct stacks, and prints: median, p99.99 and maximum in ns, pairs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BITS = 5, BUCKETS = 64 << BITS, WRITERS_MAX = 16, DEPTH = 10 };

static uint64_t count[BUCKETS], pairs, most;

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Exact below 32; then 32 buckets for each power of two. */
static unsigned
bucket(uint64_t ns)
{
	int high = 63 - __builtin_clzll(ns | 1);

	return high < BITS ? (unsigned)ns
			   : (unsigned)(high - BITS + 1) << BITS |
				     (unsigned)(ns >> (high - BITS) &
						((1 << BITS) - 1));
}

static uint64_t
value(unsigned b)
{
	unsigned high = b >> BITS;
	uint64_t low = b & ((1 << BITS) - 1);

	return high == 0 ? b : (low | 1 << BITS) << (high - 1);
}

static uint64_t
percentile(double share)
{
	uint64_t wanted = (uint64_t)(share * (double)pairs), seen = 0;
	unsigned b = 0;

	while (b + 1 < BUCKETS && (seen += count[b]) <= wanted)
		b++;
	return value(b);
}

/* One pair, at the end of a path that `turn` chooses. */
static __attribute__((noinline)) void
pair(unsigned turn, int depth)
{
	uint64_t begin, took;
	void *p;

	if (depth > 0) {
		if (turn & 1)
			pair(turn >> 1, depth - 1);
		else
			pair(turn >> 1, depth - 1);
		__asm__ volatile("" : : : "memory");
		return;
	}
	begin = now();
	p = malloc(200);
	__asm__ volatile("" : "+r"(p) : : "memory");
	free(p);
	took = now() - begin;
	count[bucket(took)]++;
	pairs++;
	if (took > most)
		most = took;
}

static void
write_for_ever(const char *folder, int number)
{
	static char block[1 << 20];
	char path[4096];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof path, "%s/writer.%d", folder, number);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (unsigned i = 0; fd >= 0; i++) {
		memset(block, (int)i, sizeof block);
		if (pwrite(fd, block, sizeof block, (off_t)(i % 64) << 20) <
				0 ||
			fsync(fd) != 0)
			break;
	}
	_exit(1);
}

int
main(int argc, char **argv)
{
	int writers = argc == 4 ? atoi(argv[3]) : -1;
	pid_t writer[WRITERS_MAX];
	uint64_t end;

	if (writers < 0 || writers > WRITERS_MAX)
		return 2;
	for (int i = 0; i < writers; i++) {
		writer[i] = fork();
		if (writer[i] == 0)
			write_for_ever(argv[2], i);
	}
	for (unsigned i = 0; i < 100000; i++)
		pair(i * 2654435761u, DEPTH);
	memset(count, 0, sizeof count);
	pairs = most = 0;
	end = now() + (uint64_t)(atof(argv[1]) * 1e9);
	for (unsigned i = 0; now() < end; i++)
		pair(i * 2654435761u, DEPTH);
	for (int i = 0; i < writers; i++) {
		kill(writer[i], SIGKILL);
		waitpid(writer[i], NULL, 0);
	}
	printf("%llu %llu %llu %llu\n", (unsigned long long)percentile(0.5),
		(unsigned long long)percentile(0.9999),
		(unsigned long long)most, (unsigned long long)pairs);
	return 0;
}
