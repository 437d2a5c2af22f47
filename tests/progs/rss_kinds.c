/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs whose resident memory is of one kind: rss_kinds KIND
 *
 *	leak      small blocks that are never freed
 *	fragment  small blocks, every second one freed
 *	large     blocks of 64 KiB, three of four of them freed
 *	cache     all of it freed, but for a block at the end of the heap
 *	tiny      the same of blocks so small that glibc does not join them
 *	file      a file mapped and read
 *	mmap      memory mapped past malloc
 *	reserve   a large block that nobody touches, beside a small leak
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TOTAL (64u << 20)

static char **blocks;

/* So that the compiler can't tell what becomes of them. */
static char *volatile pin;

static __attribute__((noinline)) size_t
allocate(size_t size)
{
	size_t n = TOTAL / size;

	blocks = malloc(n * sizeof *blocks);
	for (size_t i = 0; i < n; i++) {
		blocks[i] = malloc(size);
		memset(blocks[i], 1, size);
	}
	pin = malloc(100);
	return n;
}

/* All but every `keep`-th; 0: all. */
static void
release(size_t n, size_t keep)
{
	for (size_t i = 0; i < n; i++)
		if (keep == 0 || i % keep != 0)
			free(blocks[i]);
}

#define HOLE 65536 /* of any page size a multiple */

/* With nothing right below it: above a guard it would look like a stack. */
static void
map(int flags, int fd)
{
	char *at =
		mmap(NULL, HOLE + TOTAL, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (at == MAP_FAILED || munmap(at, HOLE) < 0)
		abort();
	memset(at + HOLE, 1, TOTAL);
	pin = malloc(100);
}

static void
map_file(void)
{
	int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ftruncate(fd, HOLE + TOTAL) < 0)
		abort();
	map(MAP_SHARED, fd);
}

int
main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	if (strcmp(kind, "leak") == 0)
		allocate(1000);
	else if (strcmp(kind, "fragment") == 0)
		release(allocate(100), 2);
	else if (strcmp(kind, "large") == 0)
		release(allocate(64 << 10), 4);
	else if (strcmp(kind, "cache") == 0)
		release(allocate(1000), 0);
	else if (strcmp(kind, "tiny") == 0)
		release(allocate(100), 0);
	else if (strcmp(kind, "file") == 0)
		map_file();
	else if (strcmp(kind, "mmap") == 0)
		map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	else if (strcmp(kind, "reserve") == 0)
		pin = malloc(TOTAL * 4ul), allocate(1000);
	else
		return 2;
	return 0;
}
