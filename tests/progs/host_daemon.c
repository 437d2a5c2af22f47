/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_daemon FILE: what a daemon does at its start. Forks twice, leads a
 * session of its own, goes to /, closes every descriptor and puts /dev/null in
 * the place of the first three; then works, and says `done` in FILE.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truth.h"

static void
work(const char *path)
{
	char text[64];
	int fd, n;
	size_t sum = 0;

	for (size_t i = 0; i < 300000; i++) {
		char *p = (char *)truth_keep(malloc(100 + i % 1000));

		p[0] = 'x';
		sum += strlen("x") + i % 2;
		free(p);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	n = snprintf(text, sizeof text, "done %zu, fd %d\n", sum, fd);
	if (write(fd, text, (size_t)n) != n)
		_exit(1);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	printf("the daemon starts\n");
	fflush(stdout);
	if (fork() > 0) {
		wait(NULL);
		return 0;
	}
	if (setsid() < 0 || fork() > 0)
		_exit(0);
	umask(0);
	if (chdir("/"))
		return 1;
	for (int fd = 0; fd < 1024; fd++)
		close(fd);
	if (open("/dev/null", O_RDWR) != 0 || dup(0) != 1 || dup(0) != 2)
		return 1;
	work(argv[1]);
	return 0;
}
