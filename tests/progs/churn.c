/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A known amount of work, the same in every run, for the statistics: sites of
 * small, middle, large and mixed sizes, of which some blocks stay. The truth
 * is the same each time; what varies between runs is the sampling alone.
 *
 *   churn [ROUNDS]     a round allocates about 64 MiB
 */
#include <stdint.h>
#include <stdlib.h>

#include "truth.h"

#define RING 512

static uint32_t seed = 12345;

static uint32_t
below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

/* Like TOOK and GAVE without the table, which would be most of the time. */
static void *
count(struct truth_site *s, void *p, size_t size, int kept)
{
	s->alloc += (long long)size;
	s->allocs++;
	if (kept) {
		s->inuse += (long long)size;
		s->inuses++;
	}
	if (!p)
		truth_fail("churn: out of memory");
	return truth_keep(p);
}

static void
in_ring(void *p)
{
	static void *ring[RING];
	uint32_t at = below(RING);

	free(ring[at]);
	ring[at] = p;
}

/* 200,000 blocks of 16 to 143 bytes, every fourth stays. */
static void
by_small(void)
{
	struct truth_site *s = truth_site_of(__func__);

	for (int i = 0; i < 200000; i++) {
		size_t n = 16 + below(128);
		void *p = count(s, malloc(n), n, i % 4 == 0);

		if (i % 4)
			free(p);
	}
}

static void
by_middle(void)
{
	struct truth_site *s = truth_site_of(__func__);

	for (int i = 0; i < 4000; i++) {
		size_t n = 1000 + below(5000);
		void *p = count(s, malloc(n), n, i % 3 == 0);

		if (i % 3)
			free(p);
	}
}

static void
by_large(void)
{
	struct truth_site *s = truth_site_of(__func__);

	for (int i = 0; i < 24; i++) {
		size_t n = 300000 + below(900000);
		void *p = count(s, malloc(n), n, i % 4 == 0);

		if (i % 4)
			free(p);
	}
}

/* Lives on in a ring for a while: freed in another order, at another time. */
static void
by_ring(void)
{
	struct truth_site *s = truth_site_of(__func__);

	for (int i = 0; i < 20000; i++) {
		size_t n = 1u << (5 + below(7));

		n += below((uint32_t)n);
		in_ring(count(s, malloc(n), n, 0));
	}
	for (int i = 0; i < 40 * RING; i++)
		in_ring(NULL);
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 0; i < rounds; i++) {
		by_small();
		by_middle();
		by_large();
		by_ring();
	}
	truth_print(0, 1);
	return 0;
}
