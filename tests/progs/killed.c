/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build: -O1 -g -fno-optimize-sibling-calls -pthread
 *
 * killed LOG WAY MILLISECONDS: four threads allocate and free without end, and
 * each notes in a file that all have mapped what it is about to do and what it
 * has done. So the file tells the truth of any moment, however it came:
 *
 *   allocated   between `done` and `begun`
 *   live        between done - free_begun and begun - free_done
 *
 * which lie one block a thread apart. After so many milliseconds (0: never)
 * main ends the program in its WAY: wait, abort, segv, _exit, exit_group,
 * limit (RLIMIT_AS, and abort when malloc fails), hoard (until the kernel
 * kills it).
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "truth.h"

#define THREADS 4
#define SLOTS	64

/* One thread's, alone in its cache lines; bytes, and then blocks. */
struct note {
	_Atomic uint64_t begun[2], done[2], free_begun[2], free_done[2];
	uint64_t spare[8];
};

static struct note *notes; /* of the threads, and of main */

static void
add(_Atomic uint64_t to[2], size_t size)
{
	/* Nobody else writes; the order alone matters. */
	atomic_store(&to[0], to[0] + size);
	atomic_store(&to[1], to[1] + 1);
}

static void *
took(struct note *n, size_t size, void *(*take)(size_t))
{
	void *p;

	add(n->begun, size);
	p = take(size);
	if (!p)
		abort();
	add(n->done, size);
	return p;
}

static void
gave(struct note *n, void *p, size_t size)
{
	add(n->free_begun, size);
	free(truth_keep(p));
	add(n->free_done, size);
}

/* Sites with one size each, so that a reader knows what belongs together. */
#define SITE(name, size)                                                       \
	static __attribute__((noinline)) void *name(size_t n)                  \
	{                                                                      \
		(void)n;                                                       \
		return truth_keep(malloc(size));                               \
	}
SITE(take_24, 24)
SITE(take_100, 100)
SITE(take_4096, 4096)
SITE(take_100000, 100000)

static const struct site {
	size_t size;
	void *(*take)(size_t);
} sites[] = { { 24, take_24 }, { 100, take_100 }, { 4096, take_4096 },
	{ 100000, take_100000 } };

static void *
work(void *data)
{
	struct note *n = data;
	uint32_t seed = (uint32_t)(uintptr_t)data;
	struct {
		void *p;
		size_t size;
	} slots[SLOTS] = { { 0 } };

	for (;;) {
		uint32_t i, k;

		seed = seed * 1664525u + 1013904223u;
		i = seed >> 26;
		k = seed >> 20 & 3;
		if (slots[i].p)
			gave(n, slots[i].p, slots[i].size);
		slots[i].p = took(n, sites[k].size, sites[k].take);
		slots[i].size = sites[k].size;
	}
	return NULL;
}

static __attribute__((noinline)) void *
take_hoard(size_t size)
{
	return truth_keep(malloc(size));
}

static void
hoard(void)
{
	enum { BLOCK = 1 << 20 };

	for (;;)
		memset(took(&notes[THREADS], BLOCK, take_hoard), 1, BLOCK);
}

static void
limit(void)
{
	struct rlimit r = { 1 << 30, 1 << 30 };

	setrlimit(RLIMIT_AS, &r);
	hoard();
}

static void
end(const char *way)
{
	if (!strcmp(way, "abort"))
		abort();
	if (!strcmp(way, "segv"))
		*(volatile int *)8 = 1;
	if (!strcmp(way, "_exit"))
		_exit(3);
	if (!strcmp(way, "exit_group"))
		syscall(SYS_exit_group, 4);
	if (!strcmp(way, "limit"))
		limit();
	if (!strcmp(way, "hoard"))
		hoard();
}

int
main(int argc, char **argv)
{
	size_t size = (THREADS + 1) * sizeof *notes;
	int fd;

	if (argc != 4)
		return 2;
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
		return 1;
	notes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (notes == MAP_FAILED)
		return 1;
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, work, &notes[i]);
	}
	if (atoi(argv[3]) > 0) {
		int ms = atoi(argv[3]);
		struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

		nanosleep(&t, NULL);
		end(argv[2]);
	}
	/* Whoever waits for it to be killed may have been killed himself. */
	sleep(60);
	return 0;
}
