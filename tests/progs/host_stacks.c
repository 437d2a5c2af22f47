/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stacks of every kind, from which a host may allocate: coroutines on the heap,
 * a signal handler on an alternate stack, threads with the smallest stack that
 * there is, recursion far deeper than any profile holds, tail ends without a
 * return address. States its truth like the others.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "truth.h"

#define COROUTINES  20
#define SMALL_STACK (32 * 1024)

static ucontext_t main_context, contexts[COROUTINES];

static void
by_coroutine(void)
{
	for (size_t i = 1; i <= 50; i++) {
		TOOK(malloc(i), i);
		free(GAVE(TOOK(malloc(2 * i), 2 * i)));
	}
}

/* Between guard pages: a reader that goes beyond the stack's end dies. */
static void *
guarded_stack(size_t size)
{
	char *p = mmap(NULL, size + 8192, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + 4096, size, PROT_READ | PROT_WRITE))
		truth_fail("no stack");
	return p + 4096;
}

static void
run_coroutines(void)
{
	for (int i = 0; i < COROUTINES; i++) {
		getcontext(&contexts[i]);
		contexts[i].uc_stack.ss_sp = guarded_stack(65536);
		contexts[i].uc_stack.ss_size = 65536;
		contexts[i].uc_link = &main_context;
		makecontext(&contexts[i], by_coroutine, 0);
		swapcontext(&main_context, &contexts[i]);
	}
}

/* The host is outside malloc whenever it sends this, so it may allocate. */
static void
by_handler(int sig)
{
	TOOK(malloc(77), 77);
	free(GAVE(TOOK(malloc(99), 99)));
}

static void
run_handlers(void)
{
	stack_t stack = { .ss_sp = guarded_stack(65536), .ss_size = 65536 };
	struct sigaction action = { .sa_handler = by_handler,
		.sa_flags = SA_ONSTACK };

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	for (int i = 0; i < 100; i++)
		raise(SIGUSR1);
}

static void *
by_small_thread(void *arg)
{
	for (size_t i = 1; i <= 100; i++)
		free(GAVE(TOOK(malloc(i * 3), i * 3)));
	return TOOK(malloc(5), 5);
}

static void
run_small_threads(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	if (pthread_attr_setstack(
		    &attr, guarded_stack(SMALL_STACK), SMALL_STACK))
		truth_fail("pthread_attr_setstack failed");
	for (int i = 0; i < 20; i++) {
		if (pthread_create(&thread, &attr, by_small_thread, NULL))
			truth_fail("pthread_create failed");
		pthread_join(thread, NULL);
	}
}

static size_t
by_recursion(size_t depth)
{
	if (depth == 0) {
		TOOK(malloc(1000), 1000);
		return 1;
	}
	return by_recursion(depth - 1) + 1;
}

int
main(void)
{
	run_coroutines();
	run_handlers();
	run_small_threads();
	for (int i = 0; i < 10; i++)
		if (by_recursion(20000) != 20001)
			return 1;
	truth_print(0, 0);
	return 0;
}
