/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build: -std=c++17 -O1 -g -fno-inline -pthread -fsized-deallocation
 */
/*
 * harm_sized: sized and aligned forms of new and delete, from several threads,
 * whose blocks are filled to the last byte and checked. jemalloc and tcmalloc
 * believe the size that delete is given: a profiler that changes the size or
 * the alignment of what it samples puts blocks on the wrong list, and two
 * owners get the same one.
 */
#include <cstring>
#include <new>
#include <thread>

#include "truth.h"

static const int BLOCKS = 300, ROUNDS = 400;

template <size_t SIZE, size_t ALIGN> struct alignas(ALIGN) thing {
	unsigned char bytes[SIZE];

	static thing *make(int tag)
	{
		thing *t = static_cast<thing *>(truth_keep(new thing));

		if (reinterpret_cast<uintptr_t>(t) % ALIGN)
			truth_fail("a block is not aligned");
		memset(t->bytes, tag, SIZE);
		return t;
	}

	static void end(thing *t, int tag)
	{
		for (unsigned char c : t->bytes)
			if (c != static_cast<unsigned char>(tag))
				truth_fail("a block was spoiled");
		delete t; /* with its size, and its alignment where it is odd */
	}

	static void many(int round)
	{
		thing *all[BLOCKS];

		for (int i = 0; i < BLOCKS; i++)
			all[i] = make(i + round);
		/* Every other one in reverse, so that lists mix. */
		for (int i = BLOCKS - 1; i >= 0; i -= 2)
			end(all[i], i + round);
		for (int i = 0; i < BLOCKS; i += 2)
			end(all[i], i + round);
	}
};

static void
raw(size_t n, int tag)
{
	unsigned char *p =
		static_cast<unsigned char *>(truth_keep(::operator new(n)));

	memset(p, tag, n);
	for (size_t i = 0; i < n; i++)
		if (p[i] != static_cast<unsigned char>(tag))
			truth_fail("a block was spoiled");
	::operator delete(p, n);
}

static void
work(int seed)
{
	for (int r = 0; r < ROUNDS / 8; r++) {
		thing<8, 8>::many(r + seed);
		thing<40, 8>::many(r + seed);
		thing<64, 64>::many(r + seed);
		thing<1000, 8>::many(r + seed);
		thing<4096, 32>::many(r + seed);
		for (size_t n = 1; n < 20000; n = n * 3 / 2 + 1)
			raw(n, r);
	}
}

int
main()
{
	std::thread a(work, 1), b(work, 50), c(work, 99);

	a.join();
	b.join();
	c.join();
	printf("all blocks whole\n");
	return 0;
}
