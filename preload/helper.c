/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A raw clone with CLONE_VM but without CLONE_THREAD: for the host's `unshare`
 * and `setns` the process stays single-threaded, libc does not start to lock
 * for a second thread, and a host's wait() does not see it (its exit sends no
 * signal; it is reaped with __WALL). exec and exit of the host do not end it.
 *
 * Made with CLONE_FILES and unshared at once by close_range: cheaper than
 * copying a large table, and no reference to a host's socket is ever held.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define UNSHARE_FILES 2 /* CLOSE_RANGE_UNSHARE */

#define GUARD	    4096
#define TLS_SIZE    4096
#define PATIENCE_NS 2000000000ULL /* where waiting is forbidden */

enum { IDLE, CLAIMED, RUNNING, REAPING };

static struct {
	bool close_range; /* the kernel has it and lets us */
	bool valgrind;
	char *memory; /* guard, stack, TLS block; kept for the next time */
	void (*job)(void *);
	void *data;
} helper;

void
hf_helper_start(bool valgrind)
{
	helper.valgrind = valgrind;
	helper.close_range = hf_sys3(SYS_close_range, ~0U, ~0U, 0) == 0;
}

/* Kernels before 5.9: our table is a copy, close what is in it. */
static void
close_all(void)
{
	struct rlimit limit = { 1024, 1024 };

	hf_sys3(SYS_getrlimit, RLIMIT_NOFILE, (long)&limit, 0);
	for (long fd = 0; fd < (long)limit.rlim_cur && fd < 65536; fd++)
		hf_sys3(SYS_close, fd, 0, 0);
}

/* The first function of the helper; returns its exit status. */
static long __attribute__((used)) helper_main(void)
{
	struct sched_param ordinary = { 0 };
	uint64_t all = ~0ULL;

	hf_sys4(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, 0, 8);
	hf_fp_enter(); /* the host's rounding and traps are not ours */

	if (helper.close_range) {
		if (hf_sys3(SYS_close_range, 0, ~0U, UNSHARE_FILES) != 0)
			goto done; /* the table is still the host's */
	} else {
		close_all();
	}
	/* A host under SCHED_FIFO does not want us there. */
	if (hf_sys3(SYS_sched_getscheduler, 0, 0, 0) != SCHED_OTHER)
		hf_sys3(SYS_sched_setscheduler, 0, SCHED_OTHER,
			(long)&ordinary);
	helper.job(helper.data);
done:
	atomic_store_explicit(&hf_wiped->helper_done, 1, memory_order_release);
	return 0;
}

/*
 * The child begins at the top of a stack of its own, calls helper_main and
 * exits: it never returns into the frames of its parent. By exit, for valgrind,
 * which takes it for a thread; where it is a process that is all the same.
 */
static long
raw_clone(unsigned long flags, char *stack_top, void *tls)
{
	register void *r8 __asm__("r8") = tls;
	register long r10 __asm__("r10") = 0;
	long result;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "call *%%rbx\n\t"
			 "mov %%rax, %%rdi\n\t"
			 "mov %[exit], %%eax\n\t"
			 "syscall\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(result)
			 : "a"(SYS_clone), "D"(flags), "S"(stack_top),
			 "d"(&hf_wiped->helper), "r"(r10), "r"(r8),
			 "b"(helper_main), [exit] "i"(SYS_exit)
			 : "rcx", "r11", "memory");
	return result;
}

static bool
have_memory(void)
{
	long at;

	if (helper.memory)
		return true;
	at = hf_sys6(SYS_mmap, 0, GUARD + HF_HELPER_STACK + TLS_SIZE,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (hf_sys_failed(at))
		return false;
	hf_sys3(SYS_mprotect, at, GUARD, PROT_NONE);
	helper.memory = (char *)at;
	return true;
}

/*
 * From RUNNING, which means that there is a pid, to CLAIMED, if it has ended.
 * Only one thread at a time gets past the first line.
 */
static bool
reap(int options)
{
	uint32_t running = RUNNING;
	int32_t pid;
	long got;

	if (!atomic_compare_exchange_strong(&hf_wiped->dump, &running, REAPING))
		return false;
	pid = atomic_load(&hf_wiped->helper);
	/* __WCLONE: never a child of the host's that has got the same pid */
	do
		got = hf_sys4(SYS_wait4, pid, 0, options | __WCLONE, 0);
	while (got == -EINTR);
	/* A filter may forbid to wait: then the helper's own word counts. */
	if (got < 0 && got != -ECHILD && !hf_helper_ended())
		got = 0;
	/* Nor is valgrind's thread anybody's child. */
	if (got == -ECHILD && helper.valgrind && !hf_helper_ended())
		got = 0;
	/* 0: not yet. -ECHILD: the host has waited for everything there is. */
	if (got != 0)
		atomic_store(&hf_wiped->helper_done, 0);
	atomic_store(&hf_wiped->dump, got == 0 ? RUNNING : CLAIMED);
	return got != 0;
}

bool
hf_helper_would_be_init(void)
{
	char now[64], next[64];
	long n =
		hf_sys3(SYS_readlink, (long)"/proc/self/ns/pid", (long)now, 64);
	long m = hf_sys3(SYS_readlink, (long)"/proc/self/ns/pid_for_children",
		(long)next, 64);

	return n > 0 && (n != m || memcmp(now, next, (size_t)n) != 0);
}

bool
hf_helper_busy(void)
{
	return atomic_load_explicit(&hf_wiped->dump, memory_order_relaxed) !=
	       IDLE;
}

bool
hf_helper_ended(void)
{
	return atomic_load_explicit(
		&hf_wiped->helper_done, memory_order_relaxed);
}

bool
hf_helper_claim(bool *ended)
{
	uint32_t idle = IDLE;

	*ended = false;
	if (atomic_compare_exchange_strong(&hf_wiped->dump, &idle, CLAIMED))
		return true;
	*ended = reap(WNOHANG);
	return *ended;
}

/*
 * Where waiting is forbidden we look again and again; a helper that was killed
 * there will never say that it has ended.
 */
static bool
give_up(uint64_t *until)
{
	uint64_t now = hf_state_clock();

	if (*until == 0)
		*until = now + PATIENCE_NS;
	hf_sys3(SYS_sched_yield, 0, 0, 0);
	return now > *until;
}

bool
hf_helper_claim_waiting(bool *ended)
{
	uint64_t until = 0;

	while (!hf_helper_claim(ended)) {
		*ended = reap(0);
		if (*ended)
			return true;
		/* Another thread is at it, or we must not wait. */
		if (give_up(&until))
			return false;
	}
	return true;
}

void
hf_helper_release(void)
{
	uint32_t claimed = CLAIMED;

	/* One that we gave up waiting for is on its stack still: RUNNING. */
	atomic_compare_exchange_strong(&hf_wiped->dump, &claimed, IDLE);
}

bool
hf_helper_run(void (*job)(void *), void *data, bool wait)
{
	unsigned long flags = CLONE_VM | CLONE_SETTLS | CLONE_UNTRACED |
			      CLONE_PARENT_SETTID |
			      (helper.close_range ? CLONE_FILES : 0) |
			      (helper.valgrind ? CLONE_FS : 0);
	/* Not SIGSYS: a filter's trap while it is blocked would kill. */
	uint64_t all = ~(1ULL << (SIGSYS - 1)), before;
	uint64_t until = 0;
	char *top;
	long pid;

	if (!have_memory()) {
		hf_helper_release();
		return false;
	}
	helper.job = job;
	helper.data = data;
	top = helper.memory + GUARD + HF_HELPER_STACK;
	/* glibc finds its thread block at fs:0 and fs:0x10. */
	((void **)(top + TLS_SIZE / 2))[0] = top + TLS_SIZE / 2;
	((void **)(top + TLS_SIZE / 2))[2] = top + TLS_SIZE / 2;
	hf_sys4(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)&before, 8);
	pid = raw_clone(flags, top, top + TLS_SIZE / 2);
	atomic_store(&hf_wiped->dump, pid < 0 ? IDLE : RUNNING);
	hf_sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, 8);
	if (pid < 0)
		return false;
	while (wait && !reap(0) && !give_up(&until))
		;
	return true;
}
