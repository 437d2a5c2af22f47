/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folded stacks of long C++ names for the benchmark, the same on every machine:
 * STACKS distinct ones of 20 to 60 frames in no order, about 2 KB each, their
 * counts from 1 to 1000. 100,000 of them are 198 MB.
 *
 * Stacks are those of a program: each frame has a few callees, the nearer to
 * the root the fewer, so that neighbours share a beginning and differ after.
 * usage: folded STACKS [SEED] >big.folded
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMES 40000
#define MOST  60

static char *names[NAMES];
static uint64_t state;

static uint64_t
next(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t z = (a ^ b * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;

	return z ^ z >> 29;
}

static void
make_names(void)
{
	static const char *const spaces[] = { "storage", "net::tls",
		"query::plan", "std", "asio::detail", "render" };
	static const char *const types[] = { "BufferPool", "Connection",
		"vector", "basic_string", "HashJoin", "Session" };
	static const char *const verbs[] = { "allocate", "process", "resize",
		"push", "on_read", "visit" };
	static const char *const of[] = { "int", "char const*",
		"std::pair<long, int>", "Row", "std::byte", "Key" };

	for (int i = 0; i < NAMES; i++) {
		uint64_t r = next();
		int n;

		names[i] = malloc(160);
		if (names[i] == NULL)
			exit(1);
		n = snprintf(names[i], 160, "%s::%s<%s>::%s_%d", spaces[r % 6],
			types[r / 6 % 6], of[r / 36 % 6], verbs[r / 216 % 6],
			i);
		if (r >> 40 & 1)
			snprintf(names[i] + n, 160 - (size_t)n, "(%s)",
				of[r >> 41 & 3]);
	}
}

static void
put_stack(void)
{
	uint64_t place = 0;
	int depth = 20 + (int)(next() % (MOST - 19));

	for (int i = 0; i < depth; i++) {
		/* Of how many callees this is one. */
		uint64_t few = i < 3 ? 1 : i < 14 ? 2 : i < 25 ? 3 : 50;

		place = mix(place, 1 + next() % few);
		fputs(names[place % NAMES], stdout);
		putchar(i + 1 < depth ? ';' : ' ');
	}
	printf("%d\n", 1 + (int)(next() % 1000));
}

int
main(int argc, char **argv)
{
	long stacks = argc > 1 ? atol(argv[1]) : 0;

	if (stacks <= 0) {
		fputs("usage: folded STACKS [SEED]\n", stderr);
		return 2;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	make_names();
	for (long i = 0; i < stacks; i++)
		put_stack();
	return fflush(stdout) != 0;
}
