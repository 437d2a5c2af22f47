/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts whose lives are short or odd:
 *
 *   host_lives keep N       keeps N blocks of 1000 bytes, says "kept", waits
 *   host_lives again K N    calls exec on itself K times first
 *   host_lives vfork N      its first allocation is its vfork child's; N blocks
 *   host_lives init N       unshare(CLONE_NEWPID) comes before its first
 *                           allocation; then N blocks and two children
 *   host_lives serve W N    keeps N blocks, forks W workers, of which the first
 *                           keeps N more, the second 2 N, ...; says "kept" once
 *                           they all have, and waits; "end" ends all
 *   host_lives gone HOW     ends itself and all of its process group, as the
 *                           kernel may end a cgroup, the moment after its first
 *                           block; HOW: own; child: a forked child does, of a
 *                           parent that has no block; heir: of one that has;
 *                           LIBRARY: the block is a large one of that plug-in
 *
 * What waits does so until its standard input ends, 60 s at the most.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

static void
by_parent(long n)
{
	while (n-- > 0)
		truth_keep(malloc(1000));
}

static void
by_worker(long n)
{
	while (n-- > 0)
		truth_keep(malloc(1000));
}

static void
say_and_wait(void)
{
	char c;

	if (write(1, "kept\n", 5) != 5)
		_exit(3);
	alarm(60);
	while (read(0, &c, 1) > 0)
		;
}

static int
again(char **argv)
{
	long left = atol(argv[2]);
	char number[24];

	by_parent(10);
	if (left > 0) {
		snprintf(number, sizeof number, "%ld", left - 1);
		execl(argv[0], argv[0], "again", number, argv[3], NULL);
		return 4;
	}
	by_parent(atol(argv[3]));
	say_and_wait();
	return 0;
}

static int
first_in_vfork(long n)
{
	pid_t child = vfork();
	int status;

	if (child == 0) {
		free(truth_keep(malloc(10)));
		_exit(7);
	}
	if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7)
		return 5;
	by_parent(n);
	return 0;
}

static int
init_of_a_namespace(long n)
{
	int status;

	if (unshare(CLONE_NEWPID) != 0)
		return 77;
	by_parent(n);
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();

		if (child < 0)
			return 6;
		if (child == 0) {
			/* The first is init; when it ends the second can't
			   be made, with or without us. */
			pid_t grandchild = fork();

			if (grandchild == 0)
				_exit(0);
			_exit(grandchild > 0 && wait(NULL) == grandchild ? 0
									 : 8);
		}
		if (waitpid(child, &status, 0) != child || status != 0)
			return 7;
		break;
	}
	return 0;
}

static int
serve(int workers, long n)
{
	int ready[2], go[2];
	char c;

	if (pipe(ready) || pipe(go))
		return 3;
	by_parent(n);
	for (int w = 1; w <= workers; w++)
		if (fork() == 0) {
			close(go[1]);
			by_worker(w * n);
			if (write(ready[1], "r", 1) != 1)
				_exit(3);
			exit(read(go[0], &c, 1) != 0);
		}
	for (int w = 0; w < workers; w++)
		if (read(ready[0], &c, 1) != 1)
			return 3;
	say_and_wait();
	close(go[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}

/* On one processor, so that whoever was started just now has not begun. */
static void
alone(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	if (setpgid(0, 0) || sched_setaffinity(0, sizeof one, &one))
		_exit(3);
}

static int
gone_by_plugin(const char *path)
{
	void *library = dlopen(path, RTLD_NOW), *(*take)(size_t);

	if (!library)
		return 3;
	*(void **)&take = dlsym(library, "plugin_allocate");
	alone();
	truth_keep(take(64 << 20));
	return kill(0, SIGKILL);
}

static int
gone(const char *how)
{
	pid_t child;

	if (!strcmp(how, "own")) {
		alone();
		by_parent(1);
		return kill(0, SIGKILL);
	}
	if (strcmp(how, "child") && strcmp(how, "heir"))
		return gone_by_plugin(how);
	alone(); /* the parent's, too, has not begun */
	if (!strcmp(how, "heir"))
		by_parent(1);
	child = fork();
	if (child == 0) {
		alone();
		by_worker(1);
		_exit(kill(0, SIGKILL));
	}
	wait(NULL);
	return kill(0, SIGKILL);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (!strcmp(what, "keep")) {
		by_parent(atol(argv[2]));
		say_and_wait();
		return 0;
	}
	if (!strcmp(what, "again") && argc > 3)
		return again(argv);
	if (!strcmp(what, "vfork"))
		return first_in_vfork(atol(argv[2]));
	if (!strcmp(what, "init"))
		return init_of_a_namespace(atol(argv[2]));
	if (!strcmp(what, "gone"))
		return gone(argv[2]);
	if (!strcmp(what, "serve") && argc > 3)
		return serve(atoi(argv[2]), atol(argv[3]));
	return 2;
}
