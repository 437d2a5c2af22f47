/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_signals SECONDS: threads that allocate without a pause while a timer
 * interrupts them 10,000 times a second, so that the handler runs in the midst
 * of every hook. The handler allocates, frees, and changes blocks; what is in
 * them is checked. Runs on libharm_signalsafe.so. Prints how often the
 * handler ran and how often it met a free of the thread it interrupted.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "truth.h"

#define THREADS 3
#define SHARED	32

static atomic_long runs, cycles;
static atomic_int stop;
/* Blocks that handlers and threads take from each other. */
static void *_Atomic shared[SHARED];

static void
fill(void *p, size_t n)
{
	memset(p, (int)(n & 0x7f), n);
	*(size_t *)p = n;
}

static void
check_and_free(unsigned char *p)
{
	size_t n;

	if (!p)
		return;
	n = *(size_t *)p;
	if (n > 2000)
		truth_fail("the size in a block was spoiled");
	for (size_t i = sizeof n; i < n; i++)
		if (p[i] != (n & 0x7f))
			truth_fail("a block was spoiled");
	free(p);
}

/* What threads and handlers do: a block in, another one out. */
static void
turn(unsigned number)
{
	size_t n = 16 + number * 37 % 1900;
	void *p = truth_keep(malloc(n));

	if (!p)
		truth_fail("no memory");
	fill(p, n);
	check_and_free(
		(unsigned char *)atomic_exchange(&shared[number % SHARED], p));
}

static void
on_alarm(int sig)
{
	int before = errno;
	unsigned n = (unsigned)atomic_fetch_add(&runs, 1);

	errno = 77;
	turn(n * 7);
	turn(n * 13 + 5);
	free(truth_keep(realloc(truth_keep(calloc(1, 40)), 80)));
	if (errno != 77)
		truth_fail("errno changed in a handler");
	errno = before;
}

static void *
worker(void *arg)
{
	unsigned n = *(unsigned *)arg;

	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		errno = 99;
		turn(n++);
		if (errno != 99)
			truth_fail("a handler's allocation changed errno");
		atomic_fetch_add(&cycles, 1);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	struct timespec rest = { 0, 10000000 };
	struct itimerval t = { { 0, 100 }, { 0, 100 } };
	struct sigaction action = { .sa_handler = on_alarm,
		.sa_flags = SA_RESTART };
	pthread_t threads[THREADS];
	unsigned seeds[THREADS] = { 1, 1000, 5000 };
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 3);

	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, worker, &seeds[i]))
			truth_fail("pthread_create failed");
	/* The threads are to be interrupted, not this one. */
	setitimer(ITIMER_REAL, &t, NULL);
	{
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGALRM);
		pthread_sigmask(SIG_BLOCK, &set, NULL);
	}
	while (time(NULL) < end)
		nanosleep(&rest, NULL);
	t = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &t, NULL);
	atomic_store(&stop, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < SHARED; i++)
		check_and_free((unsigned char *)shared[i]);
	printf("handlers %ld, turns %ld\n", runs, cycles);
	return 0;
}
