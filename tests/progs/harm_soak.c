/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_soak SECONDS LIBRARY [SEED]: eight threads do all that one can do with
 * memory, at random, and take blocks from each other; a ninth forks children
 * that check and free what they inherited; a tenth loads and unloads LIBRARY.
 * Each block says how large it is and is filled with what it must hold. The
 * main thread is the watchdog: whoever makes no progress for 60 s ends it all.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "truth.h"

#define WORKERS 8
#define THREADS (WORKERS + 2)
#define SHARED	4096
#define HANG_S	60

struct block {
	size_t size;
	unsigned char tag;
	unsigned char bytes[];
};

static struct block *_Atomic shared[SHARED];
static atomic_long progress[THREADS];
static atomic_int stop;
static const char *library;
static uint64_t seed = 1;

static uint64_t
random_of(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static size_t
random_size(uint64_t *s)
{
	uint64_t r = random_of(s) % 1000;
	size_t most = r < 700 ? 200 : r < 990 ? 5000 : 200000;

	return sizeof(struct block) + 1 + random_of(s) % most;
}

static struct block *
fill(struct block *b, size_t size, unsigned char tag)
{
	if (!b)
		truth_fail("an allocation failed");
	b->size = size;
	b->tag = tag;
	memset(b->bytes, tag, size - sizeof *b);
	return b;
}

static void
check(const struct block *b, size_t upto)
{
	if (b->size > 300000 || (upto > b->size))
		truth_fail("the size of a block was spoiled");
	for (size_t i = 0; i < upto - sizeof *b; i++)
		if (b->bytes[i] != b->tag)
			truth_fail("a block was spoiled");
	if (malloc_usable_size((void *)b) < b->size)
		truth_fail("a block is smaller than it was asked for");
}

static struct block *
take(uint64_t *s)
{
	size_t n = random_size(s);
	void *p = NULL;

	switch (random_of(s) % 8) {
	case 0:
		p = calloc(1, n);
		for (size_t i = 0; p && i < n; i++)
			if (((char *)p)[i])
				truth_fail("calloc's block is not empty");
		break;
	case 1:
		if (posix_memalign(&p, 64, n))
			truth_fail("posix_memalign failed");
		break;
	case 2:
		p = aligned_alloc(4096, (n + 4095) & ~4095UL);
		break;
	default:
		p = malloc(n);
	}
	return fill(
		(struct block *)truth_keep(p), n, (unsigned char)random_of(s));
}

static struct block *
resize(struct block *b, uint64_t *s)
{
	size_t n = random_size(s), kept = n < b->size ? n : b->size;

	b = (struct block *)realloc(b, n);
	if (!b)
		truth_fail("realloc failed");
	b->size = n;
	check(b, kept);
	return fill(b, n, (unsigned char)random_of(s));
}

static void
give(struct block *b)
{
	if (!b)
		return;
	check(b, b->size);
	free(b);
}

static void
turn(uint64_t *s)
{
	struct block *_Atomic *place = &shared[random_of(s) % SHARED];
	struct block *b = NULL;
	uint64_t r = random_of(s) % 100;

	if (r < 55) {
		b = take(s);
	} else if (r < 75) {
		b = atomic_exchange(place, NULL);
		if (b)
			b = resize(b, s);
	}
	give(atomic_exchange(place, b));
}

static void *
work(void *arg)
{
	atomic_long *mine = (atomic_long *)arg;
	uint64_t s = seed * 7919 + (uint64_t)(mine - progress) * 104729 + 1;

	while (!atomic_load(&stop)) {
		turn(&s);
		atomic_fetch_add_explicit(mine, 1, memory_order_relaxed);
	}
	return NULL;
}

/* A block that a thread was writing when we forked must not be looked at. */
static void
in_a_child(struct block **own, int n, uint64_t s)
{
	alarm(HANG_S);
	for (int i = 0; i < n; i++)
		give(own[i]);
	for (int i = 0; i < 300; i++)
		give(take(&s));
	/* Not by exit: the loader's lock may be held for ever in here. */
	if (s % 3 == 1)
		raise(SIGKILL);
	_exit(0);
}

static void *
fork_children(void *arg)
{
	struct block *own[64];
	uint64_t s = seed + 5;
	struct timespec rest = { 0, 20000000 };
	int status;

	for (int i = 0; i < 64; i++)
		own[i] = take(&s);
	while (!atomic_load(&stop)) {
		pid_t pid = fork();

		if (pid == 0)
			in_a_child(own, 64, random_of(&s));
		random_of(&s);
		if (waitpid(pid, &status, 0) != pid ||
			(status != 0 && status != SIGKILL)) {
			printf("status %x\n", (unsigned)status);
			fflush(stdout);
			truth_fail("a child failed");
		}
		atomic_fetch_add((atomic_long *)arg, 1);
		nanosleep(&rest, NULL);
	}
	for (int i = 0; i < 64; i++)
		give(own[i]);
	return NULL;
}

static void *
load_libraries(void *arg)
{
	int (*use)(int);

	while (!atomic_load(&stop)) {
		void *l = dlopen(library, RTLD_NOW);

		if (!l)
			truth_fail(dlerror());
		*(void **)&use = dlsym(l, "plugin_use");
		if (use(17) || dlclose(l))
			truth_fail("the library failed");
		atomic_fetch_add((atomic_long *)arg, 1);
	}
	return NULL;
}

static void
watch(time_t end)
{
	long last[THREADS] = { 0 };
	time_t moved[THREADS], now;
	struct timespec rest = { 0, 100000000 };

	for (int i = 0; i < THREADS; i++)
		moved[i] = time(NULL);
	while ((now = time(NULL)) < end) {
		nanosleep(&rest, NULL);
		for (int i = 0; i < THREADS; i++) {
			long is = atomic_load(&progress[i]);

			if (is != last[i])
				moved[i] = now;
			else if (now - moved[i] > HANG_S)
				truth_fail("a thread hangs");
			last[i] = is;
		}
	}
}

int
main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	long turns = 0;

	if (argc < 3)
		return 2;
	library = argv[2];
	if (argc > 3)
		seed = strtoull(argv[3], NULL, 10);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL,
			    i < WORKERS	   ? work
			    : i == WORKERS ? fork_children
					   : load_libraries,
			    &progress[i]))
			truth_fail("pthread_create failed");
	watch(time(NULL) + atoi(argv[1]));
	atomic_store(&stop, 1);
	alarm(HANG_S); /* for the end of them */
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < WORKERS; i++)
		turns += progress[i];
	for (int i = 0; i < SHARED; i++)
		give(shared[i]);
	printf("turns %ld forks %ld loads %ld\n", turns, progress[WORKERS],
		progress[WORKERS + 1]);
	return 0;
}
