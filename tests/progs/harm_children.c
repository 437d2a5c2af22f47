/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children of every make, of a program whose other threads never rest:
 *
 *   harm_children kinds N      N times each: fork, _Fork, a raw clone without
 *                              shared memory, vfork and exec, posix_spawn, and
 *                              a clone that shares the memory and allocates
 *   harm_children raw          one raw clone without shared memory, of a
 * program of one thread; the child allocates: by_parent and by_child, 100 and
 * 300 blocks of 500 bytes harm_children forks N      N times fork; the child
 * frees and allocates harm_children workers N    N workers by fork, each of
 * which does the very same: a line `worker PID` for each
 *
 * A watchdog ends what hangs.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "truth.h"

#define BLOCKS	256
#define THREADS 3

extern char **environ;
extern pid_t _Fork(void) __attribute__((weak));

static const char *self;
static atomic_int stop;
static char *inherited[BLOCKS];
static char clone_stack[256 * 1024] __attribute__((aligned(4096)));

static void
churn(int times)
{
	char *blocks[BLOCKS] = { NULL };

	for (int i = 0; i < times; i++) {
		int k = i % BLOCKS;
		size_t n = 32 + (size_t)(i * 31 % 3000);

		if (blocks[k] && blocks[k][0] != (char)k)
			truth_fail("a block was spoiled");
		free(blocks[k]);
		blocks[k] = (char *)truth_keep(malloc(n));
		memset(blocks[k], k, n);
	}
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
}

static void *
busy(void *arg)
{
	while (!atomic_load(&stop))
		churn(1000);
	return NULL;
}

static void
in_a_copy(void)
{
	alarm(20);
	for (int i = 0; i < BLOCKS; i++) {
		if (inherited[i][99] != (char)i)
			truth_fail("an inherited block was spoiled");
		free(inherited[i]);
	}
	churn(500);
}

static void
wait_for(pid_t pid, const char *what)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, __WALL) != pid || status != 0)
		truth_fail(what);
}

/*
 * The memory is the parent's, which waits: only one of them at work. Dumps
 * become due meanwhile; whoever writes them is no child of this one.
 */
static int
shares_memory(void *arg)
{
	int children = 0;

	for (int i = 0; i < 10000; i++) {
		free(truth_keep(malloc(1000)));
		if (i % 100 == 0)
			children |= syscall(SYS_wait4, -1, NULL,
					    __WALL | WNOHANG, NULL) >= 0;
	}
	return children;
}

static void
raw_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0) {
		/*
		 * libc's locks may be held for ever in here, so libc's malloc
		 * may not be called; what is ours must be fine without it.
		 */
		syscall(SYS_exit_group, getppid() > 0 ? 0 : 1);
	}
	wait_for(pid, "raw clone");
}

static void
by_parent(void)
{
	for (int i = 0; i < 100; i++)
		truth_keep(malloc(500));
}

static void
by_child(void)
{
	for (int i = 0; i < 300; i++)
		truth_keep(malloc(500));
}

static int
raw_child_of_one_thread(void)
{
	pid_t pid;

	by_parent();
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		by_child();
		exit(0);
	}
	wait_for(pid, "raw clone of one thread");
	return 0;
}

static void
one_of_each(void)
{
	char *args[] = { (char *)self, (char *)"leaf", NULL };
	pid_t pid = fork();

	if (pid == 0) {
		in_a_copy();
		exit(0);
	}
	wait_for(pid, "fork");
	pid = _Fork ? _Fork() : fork();
	if (pid == 0)
		_exit(0); /* async-signal-safe things only */
	wait_for(pid, "_Fork");
	raw_clone();
	pid = vfork();
	if (pid == 0) {
		execve(self, args, environ);
		_exit(127);
	}
	wait_for(pid, "vfork");
	if (posix_spawn(&pid, self, NULL, NULL, args, environ))
		truth_fail("posix_spawn");
	wait_for(pid, "posix_spawn");
	pid = clone(shares_memory, clone_stack + sizeof clone_stack,
		CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	wait_for(pid, "clone that shares the memory");
}

static void
one_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		in_a_copy();
		_exit(0);
	}
	wait_for(pid, "fork");
}

static void
by_worker(void)
{
	for (int i = 0; i < 2000; i++)
		truth_keep(malloc(1024));
}

static void
workers(int n)
{
	int status, wrong = 0;

	churn(100);
	for (int i = 0; i < n; i++)
		if (fork() == 0) {
			by_worker();
			exit(0);
		}
	for (int i = 0; i < n; i++)
		wrong |= wait(&status) < 0 || status != 0;
	if (wrong)
		truth_fail("a worker failed");
	printf("%d workers\n", n);
}

static void
beside_threads(void (*one)(void), int n)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < BLOCKS; i++) {
		inherited[i] = (char *)truth_keep(malloc(100));
		memset(inherited[i], i, 100);
	}
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, busy, NULL))
			truth_fail("pthread_create failed");
	for (int i = 0; i < n; i++)
		one();
	atomic_store(&stop, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%d rounds\n", n);
}

int
main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 2 && !strcmp(argv[1], "raw"))
		return raw_child_of_one_thread();
	if (argc == 2) {
		churn(500);
		return 0;
	}
	if (argc != 3)
		return 2;
	if (!strcmp(argv[1], "kinds"))
		beside_threads(one_of_each, atoi(argv[2]));
	else if (!strcmp(argv[1], "forks"))
		beside_threads(one_fork, atoi(argv[2]));
	else
		workers(atoi(argv[2]));
	return 0;
}
