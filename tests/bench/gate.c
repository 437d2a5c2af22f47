/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gate_power.sh runs: 96 MiB in small and large blocks, of which it
 * touches next to nothing.
 *
 *   gate [VALUES_MORE [INDEX_MORE]]    in per cent
 */
#include <stdlib.h>

#define MIB (1 << 20)

static void *volatile kept;

/* A list through the blocks, so that no table has to be kept. */
__attribute__((noinline)) static void
keep_value(size_t size)
{
	void **block = malloc(size);

	if (block == NULL)
		abort();
	*block = kept;
	kept = block;
}

__attribute__((noinline)) static void
keep_values(long bytes)
{
	/* 500 to 8,500 bytes, the small ones as often as the large. */
	for (size_t size = 500; bytes > 0; bytes -= (long)size) {
		size = size % 8000 + 501;
		keep_value(size);
	}
}

__attribute__((noinline)) static void
keep_index(long bytes)
{
	for (; bytes > 0; bytes -= 100000) {
		void **block = malloc(100000);

		if (block == NULL)
			abort();
		*block = kept;
		kept = block;
	}
}

int
main(int argc, char **argv)
{
	long values = argc > 1 ? atol(argv[1]) : 0;
	long index = argc > 2 ? atol(argv[2]) : 0;

	/* 10 % more of all is what `10` adds to the values. */
	keep_values(76L * MIB + 96L * MIB * values / 100);
	keep_index(20L * MIB + 20L * MIB * index / 100);
	return 0;
}
