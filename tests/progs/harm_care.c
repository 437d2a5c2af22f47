/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_care CONDITION [ARGUMENT]: a host in a narrow place. It brings about the
 * condition, then allocates, frees and checks its blocks for long enough that
 * dumps are due many times, and says what its world looks like in the end. What
 * it prints is the same with a profiler as without.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

#define BLOCKS 512

static volatile sig_atomic_t signals;
static int may_fail; /* memory is so scarce that there may be none */

static void
on_signal(int sig)
{
	signals++;
}

static void
churn(int times)
{
	static unsigned char *blocks[BLOCKS];

	for (int i = 0; i < times; i++) {
		int k = i % BLOCKS;
		size_t n = 16 + (size_t)(i * 31 % 4000);

		if (blocks[k] && blocks[k][15] != (unsigned char)k)
			truth_fail("a block was spoiled");
		free(blocks[k]);
		blocks[k] = (unsigned char *)truth_keep(malloc(n));
		if (!blocks[k] && !may_fail)
			truth_fail("malloc failed");
		if (blocks[k])
			memset(blocks[k], k, n);
	}
	for (int i = 0; i < BLOCKS; i++) {
		free(blocks[i]);
		blocks[i] = NULL;
	}
}

static void
limit(int what, rlim_t value)
{
	struct rlimit l;

	if (getrlimit(what, &l))
		truth_fail("getrlimit failed");
	if (l.rlim_max > value) /* else it is as small already */
		l.rlim_max = value;
	l.rlim_cur = l.rlim_max;
	if (setrlimit(what, &l))
		truth_fail("setrlimit failed");
}

/* What the kernel says of us in that line of status, in KiB. */
static long
status_kib(const char *line)
{
	static char text[8192];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	const char *at = n > 0 ? strstr(text, line) : NULL;

	if (!at)
		truth_fail("no status");
	close(fd);
	return atol(at + strlen(line));
}

/* As much address space as there is now, and this many KiB. */
static void
narrow_space(const char *kib)
{
	may_fail = 1;
	limit(RLIMIT_AS, (rlim_t)(status_kib("VmSize:") + atol(kib)) << 10);
}

static void
no_files(const char *arg)
{
	limit(RLIMIT_NOFILE, 3);
}

static void
small_files(const char *arg)
{
	signal(SIGXFSZ, on_signal);
	limit(RLIMIT_FSIZE, 1024);
}

/* For good; root may do what is forbidden to others. */
static void
become_somebody(void)
{
	if (setgroups(0, NULL) || setresgid(54321, 54321, 54321) ||
		setresuid(54321, 54321, 54321))
		truth_fail("cannot become somebody else");
}

/* Everything locked, and of what is still to come no more than so many KiB. */
static void
locked(const char *kib)
{
	may_fail = 1;
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		truth_fail("mlockall failed");
	limit(RLIMIT_MEMLOCK, (rlim_t)(status_kib("VmLck:") + atol(kib)) << 10);
	become_somebody();
}

/* Of the children that we do not know of: how many were looked at. */
static int urgent, ordinary;

/* It begins as what it is made from; we sleep, so that it can begin. */
static void
look_at_children(void)
{
	static char path[64], list[256];
	int fd = -1;
	ssize_t n;

	snprintf(path, sizeof path, "/proc/self/task/%d/children",
		(int)getpid());
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, list, sizeof list - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	usleep(200);
	switch (sched_getscheduler((pid_t)atol(list))) {
	case SCHED_OTHER:
		ordinary++;
		break;
	case SCHED_FIFO:
		urgent++;
	}
}

static void
fifo(const char *arg)
{
	struct sched_param p = { 10 };

	if (sched_setscheduler(0, SCHED_FIFO, &p))
		truth_fail("no SCHED_FIFO");
	for (int i = 0; i < 600; i++) {
		churn(100);
		look_at_children();
	}
	printf("others are as urgent: %d\n", urgent > ordinary);
}

/* The kernel forbids clone to such a thread, but with reset on fork. */
static void
deadline(const char *arg)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} a = { 48, 6, 0, 0, 0, 300000000, 1000000000, 1000000000 };

	if (syscall(SYS_sched_setattr, 0, &a, 0))
		truth_fail("no SCHED_DEADLINE");
}

/* What only a process of one thread may do, again and again. */
static void
unshared(const char *arg)
{
	for (int i = 0; i < 30; i++) {
		churn(2000);
		if (unshare(CLONE_THREAD))
			truth_fail("this process has another thread");
	}
	if (unshare(CLONE_FILES | CLONE_FS | CLONE_NEWNS | CLONE_SYSVSEM))
		truth_fail("unshare failed");
	if (unshare(CLONE_NEWPID))
		truth_fail("unshare of pids failed");
	churn(3000);
	/* Our next child, and nobody else's, is the first of its world. */
	if (fork() == 0)
		_exit(getpid() == 1 ? 0 : 1);
	{
		int status = 1;

		wait(&status);
		printf("the first child is number 1: %d\n", status == 0);
	}
}

static void
jailed(const char *folder)
{
	if (chroot(folder) || chdir("/"))
		truth_fail("chroot failed");
}

static void
nobody(const char *arg)
{
	churn(5000);
	become_somebody();
}

/* fd 2 is a file of data now, and all else is closed but for stdout. */
static void
data_in_place_of_errors(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, 2) != 2)
		truth_fail("no file");
	syscall(SYS_close_range, 3, ~0U, 0);
	if (write(2, "data\n", 5) != 5)
		_exit(97);
}

/* As setproctitle does: what we were started with is overwritten. */
static void
another_title(const char *arg)
{
	extern char **environ;
	char **old = environ;

	clearenv();
	for (; old && *old; old++)
		memset(*old, '#', strlen(*old));
	if (chdir("/"))
		truth_fail("chdir failed");
}

static const struct {
	const char *name;
	void (*bring_about)(const char *);
} conditions[] = { { "nothing", NULL }, { "space", narrow_space },
	{ "nofile", no_files }, { "fsize", small_files }, { "locked", locked },
	{ "fifo", fifo }, { "deadline", deadline }, { "unshare", unshared },
	{ "chroot", jailed }, { "nobody", nobody },
	{ "fd2", data_in_place_of_errors }, { "title", another_title } };

int
main(int argc, char **argv)
{
	int before = argc > 3 ? atoi(argv[3]) : 1000;

	if (argc < 2)
		return 2;
	churn(before); /* the profiler is at work already, or not yet */
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
		if (!strcmp(conditions[i].name, argv[1]) &&
			conditions[i].bring_about)
			conditions[i].bring_about(argc > 2 ? argv[2] : "");
	for (int i = 0; i < 10; i++) {
		churn(3000);
		usleep(1000);
	}
	printf("%s: done, signals %d, policy %d, uid %d, child %d\n", argv[1],
		(int)signals, sched_getscheduler(0), (int)getuid(),
		(int)waitpid(-1, NULL, WNOHANG));
	return 0;
}
