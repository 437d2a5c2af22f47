/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_processes: a tree of processes. Eight children by fork, each with a
 * child of its own; one by vfork and exec; at last this process itself becomes
 * another program by exec, with the same pid. Prints `pid NUMBER` for each
 * program that ran to its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

static void
by_process(size_t n)
{
	for (size_t i = 0; i < 2000; i++)
		truth_keep(malloc(n));
}

static void
say_pid(void)
{
	char line[64];
	int n = snprintf(line, sizeof line, "pid %d\n", (int)getpid());

	if (write(1, line, (size_t)n) != n)
		_exit(1);
}

static int
wait_all(void)
{
	int status, wrong = 0;

	while (wait(&status) > 0)
		wrong |= status;
	return wrong != 0;
}

static int
child(void)
{
	if (fork() == 0) {
		by_process(300);
		say_pid();
		return 0;
	}
	by_process(200);
	say_pid();
	return wait_all();
}

static void
by_vfork(const char *self)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl(self, self, "leaf", (char *)NULL);
		_exit(127);
	}
}

int
main(int argc, char **argv)
{
	by_process(100);
	if (argc > 1) {
		say_pid();
		return 0;
	}
	for (int i = 0; i < 8; i++)
		if (fork() == 0)
			return child();
	by_vfork(argv[0]);
	if (wait_all())
		return 1;
	execl(argv[0], argv[0], "leaf", (char *)NULL);
	return 127;
}
