/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_seccomp [without|unwaited NUMBER]: a host that lets the kernel kill it
 * at the first system call that is in neither of two lists: what this program
 * itself needs, and what the profiler is documented to need. Allocates long
 * enough that dumps are made, and takes a block's library away. Unwaited: it
 * may not wait either, but for that it is not killed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "truth.h"

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static const int needed[] = {
	/* by this program and its libc, and by us on its threads */
	SYS_getrandom, SYS_write, SYS_exit_group, SYS_brk, SYS_mmap, SYS_munmap,
	SYS_mremap, SYS_madvise, SYS_futex, SYS_clock_nanosleep,
	SYS_clock_gettime,
	/* by the profiler, on the host's threads */
	SYS_mprotect, SYS_clone, SYS_wait4, SYS_rt_sigprocmask, SYS_getpid,
	SYS_gettid, SYS_readlink, SYS_sched_yield, SYS_prctl,
	/* the same, when it has something to say */
	SYS_fstat, SYS_poll, SYS_rt_sigpending, SYS_rt_sigtimedwait,
	/* by its helper, which writes the dump */
	SYS_close_range, SYS_close, SYS_sched_getscheduler, SYS_openat,
	SYS_read, SYS_pread64, SYS_fchmod, SYS_newfstatat, SYS_faccessat2,
	SYS_getdents64, SYS_lseek, SYS_mkdir, SYS_geteuid, SYS_time,
	SYS_ftruncate, SYS_fstatfs, SYS_getrlimit, SYS_fcntl, SYS_exit,
	SYS_renameat2, SYS_unlinkat
};

#define NEEDED ((int)(sizeof needed / sizeof needed[0]))

static void
filter(struct sock_filter *f, int n)
{
	struct sock_fprog program = { (unsigned short)n, f };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		exit(77);
}

static void
forbid_to_wait(void)
{
	struct sock_filter f[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					   offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_wait4, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1 /* EPERM */),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

	filter(f, sizeof f / sizeof f[0]);
}

static void
kill_at_all_others(int but)
{
	struct sock_filter f[NEEDED + 3];

	f[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < NEEDED; i++)
		f[i + 1] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
				needed[i] == but ? ~0U : (unsigned)needed[i],
				(unsigned char)(NEEDED - i), 0);
	f[NEEDED + 1] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	f[NEEDED + 2] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter(f, NEEDED + 3);
}

static void
churn(int rounds)
{
	char *blocks[100];

	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < 100; i++) {
			blocks[i] = (char *)truth_keep(malloc(500 + i));
			memset(blocks[i], i, 500 + i);
		}
		for (int i = 0; i < 100; i++) {
			if (blocks[i][499] != i)
				truth_fail("a block was spoiled");
			free(blocks[i]);
		}
	}
}

int
main(int argc, char **argv)
{
	struct timespec rest = { 0, 5000000 };

	if (argc == 3 && !strcmp(argv[1], "unwaited"))
		forbid_to_wait();
	kill_at_all_others(argc == 3 ? atoi(argv[2]) : -1);
	for (int i = 0; i < 20; i++) {
		churn(100);
		nanosleep(&rest, NULL);
	}
	if (write(1, "alive\n", 6) != 6)
		return 1;
	return 0;
}
