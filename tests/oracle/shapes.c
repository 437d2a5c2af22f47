/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of every shape that a compiler makes, each of which allocates at
 * its innermost. Built by several compilers with several flags.
 *
 * usage: shapes [step]
 *   step   instruction by instruction: after each one a signal handler asks the
 *          preloaded oracle to compare, so that prologues, epilogues, PLT
 *          entries, the loader's lazy binding and malloc are seen from within
 */
#define _GNU_SOURCE
#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define NOINLINE  __attribute__((noinline))
#define TRAP_FLAG 0x100 /* of the processor: a trap after each instruction */

/* There if the oracle is preloaded. */
extern void oracle_compare(void) __attribute__((weak));

static volatile int stepping;
static volatile unsigned long steps;
static jmp_buf back;
static void *volatile kept;

static NOINLINE void
allocate(size_t n)
{
	kept = malloc(n);
	free(kept);
	kept = calloc(2, n);
	kept = realloc(kept, 3 * n);
	free(kept);
}

static NOINLINE int
recursion(int depth)
{
	int below = 0;

	if (depth > 0)
		below = recursion(depth - 1);
	else
		allocate(10);
	return below + 1;
}

static NOINLINE void
with_alloca(size_t n)
{
	char *volatile p = alloca(n);

	p[n - 1] = 1;
	allocate(20);
}

static NOINLINE void
with_large_frame(void)
{
	volatile char room[700 * 1024];

	room[0] = room[sizeof room - 1] = 1;
	allocate(30);
	room[1] = 1;
}

static NOINLINE void
touch(volatile void *p)
{
	*(volatile char *)p = 1;
}

static NOINLINE void
realigned(size_t n)
{
	__attribute__((aligned(64))) volatile char room[128];
	volatile char *more = alloca(n);

	touch(room);
	touch(more);
	allocate(40);
	touch(room);
}

typedef double vector __attribute__((vector_size(32)));

__attribute__((target("avx"))) static NOINLINE void
with_vectors(const double *from)
{
	volatile vector a;
	vector b = { from[0], from[1], from[2], from[3] };

	a = b * b;
	allocate(50);
	a = a + b;
	touch(&a);
}

static NOINLINE __attribute__((noreturn)) void
never_returns(int n)
{
	allocate(60);
	longjmp(back, n);
}

/* Its call is the last instruction: the return address is the next function. */
static NOINLINE __attribute__((noreturn)) void
ends_in_a_call(int n)
{
	touch(&n);
	never_returns(n + 1);
}

static NOINLINE long
many_arguments(long a, long b, long c, long d, long e, long f, long g, long h,
	long i, long j, long k)
{
	allocate((size_t)(a + k));
	return a + b + c + d + e + f + g + h + i + j + k;
}

static NOINLINE int
rare(int n)
{
	if (__builtin_expect(n == 3, 0)) { /* in a section of its own */
		allocate(70);
		if (kept == NULL)
			abort();
		return recursion(2);
	}
	return n;
}

static int
by_value(const void *a, const void *b)
{
	allocate(80);
	return *(const int *)a - *(const int *)b;
}

static NOINLINE void
called_back(void)
{
	int numbers[] = { 3, 1, 2 };
	char text[64];

	qsort(numbers, 3, sizeof *numbers, by_value);
	snprintf(text, sizeof text, "%d %.3f", numbers[0], 0.1 * numbers[1]);
	kept = strdup(text);
	free(kept);
}

static void
handler(int signal)
{
	with_alloca(100);
	recursion(signal % 5);
}

static void
handler_elsewhere(int signal, siginfo_t *info, void *context)
{
	handler(signal);
}

static NOINLINE void
interrupted(int signal)
{
	raise(signal);
}

static NOINLINE void
every_shape(void)
{
	static const double four[4] = { 1, 2, 3, 4 };

	recursion(80);
	for (size_t n = 16; n < 70000; n *= 5)
		with_alloca(n);
	with_large_frame();
	realigned(100);
	if (__builtin_cpu_supports("avx"))
		with_vectors(four);
	if (setjmp(back) == 0)
		ends_in_a_call(1);
	many_arguments(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
	rare(3);
	called_back();
	interrupted(SIGUSR1);
	interrupted(SIGUSR2);
}

static void
step_handler(int signal, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	if (!stepping)
		u->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	steps++;
	oracle_compare();
}

static void
step_begin(int signal, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	stepping = 1;
	u->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void
on(int signal, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = fn,
		.sa_flags = SA_SIGINFO | flags };

	if (sigaction(signal, &action, NULL))
		abort();
}

int
main(int argc, char **argv)
{
	static char stack[256 * 1024];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };

	if (sigaltstack(&alternate, NULL))
		return 1;
	signal(SIGUSR1, handler);
	on(SIGUSR2, handler_elsewhere, SA_ONSTACK);
	on(SIGTRAP, step_handler, 0);
	on(SIGURG, step_begin, 0);
	if (argc > 1 && !strcmp(argv[1], "step")) {
		if (!oracle_compare)
			return 1;
		raise(SIGURG);
	}
	every_shape();
	stepping = 0;
	printf("%lu steps\n", steps);
	return 0;
}
