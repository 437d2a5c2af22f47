/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of which a reading has one thing to say: reading_kinds KIND
 *
 *	quiet     eight functions that keep as much each
 *	holder    besides, keep_most() keeps seven tenths of all
 *	tiny      besides, make_node() keeps as much, in nodes of 24 bytes
 *	churn     besides, format_row() takes 40 MiB, and keeps nothing
 *	realloc   besides, append() grows a block of its own by realloc, to
 *	          4 MiB in steps of 64 KiB, 130 MiB in all
 *	start     two thirds are kept in the first second, then ten go by
 *
 * Prints what is true of it: truth <what> <of whom> <figure>.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EACH  (1l << 20)
#define SMALL 2000
#define NODE  24

static void *volatile sink;

/* Nothing is freed in the end, and the compiler can't tell. */
static __attribute__((noinline)) void
keep(char *p, size_t size)
{
	if (!p)
		exit(2);
	memset(p, 1, size);
	sink = p;
}

#define KEEPS(name)                                                            \
	static __attribute__((noinline)) void name(long bytes)                 \
	{                                                                      \
		for (; bytes > 0; bytes -= SMALL)                              \
			keep(malloc(SMALL), SMALL);                            \
	}

KEEPS(keep_a)
KEEPS(keep_b)
KEEPS(keep_c)
KEEPS(keep_d)
KEEPS(keep_e)
KEEPS(keep_f)
KEEPS(keep_g)
KEEPS(keep_h)
KEEPS(keep_most)

static void
keep_all(long bytes)
{
	keep_a(bytes);
	keep_b(bytes);
	keep_c(bytes);
	keep_d(bytes);
	keep_e(bytes);
	keep_f(bytes);
	keep_g(bytes);
	keep_h(bytes);
}

static __attribute__((noinline)) void
make_node(long bytes)
{
	for (; bytes > 0; bytes -= NODE)
		keep(malloc(NODE), NODE);
}

static __attribute__((noinline)) void
format_row(long bytes)
{
	for (; bytes > 0; bytes -= SMALL) {
		char *row = malloc(SMALL);

		keep(row, SMALL);
		free(row);
	}
}

static __attribute__((noinline)) void
append(size_t steps, size_t step)
{
	char *block = NULL;

	for (size_t i = 1; i <= steps; i++) {
		block = realloc(block, i * step);
		keep(block, i * step);
	}
}

int
main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	keep_all(EACH);
	if (strcmp(kind, "holder") == 0) {
		keep_most(EACH * 8 / 3 * 7);
		printf("truth share keep_most 70\n");
	} else if (strcmp(kind, "tiny") == 0) {
		make_node(EACH * 8 / 3 * 7);
		printf("truth share make_node 70\n");
		printf("truth objects make_node %ld\n",
			EACH * 8 / 3 * 7 / NODE + 1);
	} else if (strcmp(kind, "churn") == 0) {
		format_row(EACH * 40);
		printf("truth churn format_row %.2f\n", 100.0 * 40 / 48);
	} else if (strcmp(kind, "realloc") == 0) {
		append(64, EACH / 16);
		printf("truth realloc append 98\n");
		printf("truth churn append %.2f\n", 100.0 * 130 / 138);
		printf("truth share append %.2f\n", 100.0 * 4 / 12);
	} else if (strcmp(kind, "start") == 0) {
		nanosleep(&(struct timespec){ 10, 200000000 }, NULL);
		keep_all(EACH / 2);
		printf("truth start - %.2f\n", 100.0 * 2 / 3);
	}
	return 0;
}
