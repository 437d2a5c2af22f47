/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints all that a library could leave behind in its host: threads, signal
 * dispositions and mask, descriptors, environment, working directory, umask,
 * limits, children. Run with and without the shim, the two must be equal.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

extern char **environ;

static void
print_status(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[512];

	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "Threads:", 8) || !strncmp(line, "Sig", 3) ||
			!strncmp(line, "ShdPnd:", 7) ||
			!strncmp(line, "Seccomp", 7) ||
			!strncmp(line, "NoNewPrivs:", 11))
			/* SigQ counts what others of this user do, too. */
			if (strncmp(line, "SigQ:", 5))
				fputs(line, stdout);
	if (f)
		fclose(f);
}

static void
print_signals(void)
{
	struct sigaction action;
	stack_t stack;

	for (int sig = 1; sig < NSIG; sig++)
		if (!sigaction(sig, NULL, &action) &&
			action.sa_handler != SIG_DFL)
			printf("signal %d has a handler\n", sig);
	sigaltstack(NULL, &stack);
	printf("alternate stack: %d\n", stack.ss_flags);
}

static void
print_descriptors(void)
{
	char name[64], target[4096];

	for (int fd = 0; fd < 1024; fd++) {
		ssize_t n;

		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
		n = readlink(name, target, sizeof target - 1);
		if (n >= 0)
			printf("fd %d is open\n", fd);
	}
}

static void
print_rest(void)
{
	char folder[4096];
	struct rlimit limit;
	mode_t mask = umask(0);

	umask(mask);
	printf("umask %o\n", (unsigned)mask);
	printf("cwd %s\n", getcwd(folder, sizeof folder));
	for (int i = 0; i < RLIMIT_NLIMITS; i++)
		if (!getrlimit(i, &limit))
			printf("limit %d: %llu %llu\n", i,
				(unsigned long long)limit.rlim_cur,
				(unsigned long long)limit.rlim_max);
	printf("child: %d\n", (int)waitpid(-1, NULL, WNOHANG));
	printf("dumpable %d, death signal ", prctl(PR_GET_DUMPABLE));
	{
		int sig = -1;

		prctl(PR_GET_PDEATHSIG, &sig);
		printf("%d\n", sig);
	}
	printf("nice %d\n", getpriority(PRIO_PROCESS, 0));
	printf("secure %lu\n", getauxval(AT_SECURE));
}

int
main(void)
{
	for (size_t i = 0; i < 20000; i++)
		free(truth_keep(malloc(i)));
	print_status();
	print_signals();
	print_descriptors();
	print_rest();
	for (char **e = environ; *e; e++)
		printf("env %s\n", *e);
	return 0;
}
