/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocates below frames that lead nowhere: functions without unwind tables, or
 * with tables that are wrong, whose rbp points to where nothing can be read.
 * On a stack between guard pages, so that whoever believes them dies. States
 * its truth.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "truth.h"

#define STACK 65536

/* call_untold(f, rbp): has no unwind table. call_wrong(f, rbp): a false one. */
void call_untold(void (*f)(void), void *rbp);
void call_wrong(void (*f)(void), void *rbp);

#define CALL_WITH_RBP                                                          \
	"push %rbp\n\t"                                                        \
	"mov %rsi, %rbp\n\t"                                                   \
	"call *%rdi\n\t"                                                       \
	"pop %rbp\n\t"                                                         \
	"ret\n\t"

__asm__(".text\n"
	"call_untold:\n\t" CALL_WITH_RBP "\n"
	"call_wrong:\n\t"
	".cfi_startproc\n\t"
	".cfi_def_cfa rbp, 16\n\t"
	".cfi_offset rbp, -16\n\t" CALL_WITH_RBP ".cfi_endproc\n");

static ucontext_t outside, inside;
static char *stack;

static void
by_stray(void)
{
	for (size_t i = 1; i <= 20; i++) {
		TOOK(malloc(i), i);
		free(GAVE(TOOK(malloc(2 * i), 2 * i)));
	}
}

/* Leaves rbp alone: what the hook finds in there is the stray one. */
static void
not_noted(void)
{
	free(truth_keep(malloc(10)));
}

static void
on_the_stack(void)
{
	char *end = stack + STACK;
	char *const nowhere[] = { end, end - 8, end - 16, end + 2048,
		end + 4088, end + 4096, stack - 8, NULL, (char *)16, (char *)-8,
		(char *)0x8000000000000000, (char *)0x00007ffffffff000,
		end - 12, (char *)&outside };

	for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
		call_untold(by_stray, nowhere[i]);
		call_wrong(by_stray, nowhere[i]);
		call_untold(not_noted, nowhere[i]);
		call_wrong(not_noted, nowhere[i]);
	}
}

int
main(void)
{
	char *p = (char *)mmap(NULL, STACK + 8192, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
		mprotect(p + 4096, STACK, PROT_READ | PROT_WRITE))
		truth_fail("no stack");
	stack = p + 4096;
	/* Not zeros only: what is read by mistake leads on. */
	for (size_t i = 0; i < STACK / sizeof(void *); i++)
		((void **)stack)[i] = stack + (i * 7919 % STACK & ~7UL);
	getcontext(&inside);
	inside.uc_stack.ss_sp = stack;
	inside.uc_stack.ss_size = STACK;
	inside.uc_link = &outside;
	makecontext(&inside, on_the_stack, 0);
	swapcontext(&outside, &inside);
	truth_print(0, 0);
	return 0;
}
