/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host with a floating-point environment of its own: it rounds upward, has
 * no sticky flag set, and every exception unmasked, so that an inexact result
 * within the profiler kills it. A full x87 stack must be kept as well.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fenv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "truth.h"

#if defined(__x86_64__)

static uint32_t
mxcsr(void)
{
	uint32_t value;

	__asm__ volatile("stmxcsr %0" : "=m"(value));
	return value;
}

static void
set_mxcsr(uint32_t value)
{
	__asm__ volatile("ldmxcsr %0" : : "m"(value));
}

static uint16_t
x87_control(void)
{
	uint16_t value;

	__asm__ volatile("fnstcw %0" : "=m"(value));
	return value;
}

static uint16_t
x87_status(void)
{
	uint16_t value;

	__asm__ volatile("fnstsw %0" : "=m"(value));
	return value;
}

static void
allocate(size_t n)
{
	void *p = truth_keep(malloc(n)), *q = truth_keep(calloc(1, n));

	p = truth_keep(realloc(p, 2 * n));
	free(q);
	free(p);
}

int
main(int argc, char **argv)
{
	size_t turns = argc > 1 ? (size_t)atol(argv[1]) : 30000;
	uint32_t sse;
	uint16_t control, status;

	feclearexcept(FE_ALL_EXCEPT);
	fesetround(FE_UPWARD);
	feenableexcept(FE_ALL_EXCEPT);
	set_mxcsr(mxcsr() | 0x8040); /* flush to zero, denormals are zero */
	sse = mxcsr();
	control = x87_control();
	status = x87_status();
	for (size_t i = 1; i < turns; i++) {
		allocate(1 + i * 7 % 5000);
		if (mxcsr() != sse || x87_control() != control ||
			x87_status() != status) {
			fedisableexcept(FE_ALL_EXCEPT);
			printf("call %zu: mxcsr %x, was %x; x87 %x %x, was "
			       "%x %x\n",
				i, mxcsr(), sse, x87_control(), x87_status(),
				control, status);
			return 1;
		}
	}
	return 0; /* with traps on: the last dump is made so, too */
}

#else

int
main(int argc, char **argv)
{
	size_t turns = argc > 1 ? (size_t)atol(argv[1]) : 30000;

	fesetround(FE_UPWARD);
	feclearexcept(FE_ALL_EXCEPT);
	for (size_t i = 1; i < turns; i++)
		free(truth_keep(malloc(1 + i % 5000)));
	return fegetround() != FE_UPWARD || fetestexcept(FE_ALL_EXCEPT);
}

#endif
