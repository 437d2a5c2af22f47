/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill(-group) goes through the group from the youngest process to the oldest:
 * when we, who are older, wake up from a signal to the group, the witness has
 * it pending already. All signals are blocked there, so it stays pending until
 * we ask for it: we send a signal's number, it takes one of that out of what is
 * pending and answers whether there was one.
 */
#define _GNU_SOURCE /* program_invocation_name */
#include "launch_witness.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME	  "hf-witness" /* not found by who looks for heapflame */
#define ANSWER_MS 500

static void
wipe_command_line(char *const *argv)
{
	char *start = program_invocation_name, *end = start + strlen(start);

	for (; *argv; argv++)
		if (*argv + strlen(*argv) > end)
			end = *argv + strlen(*argv);
	memset(start, 0, (size_t)(end - start));
	if ((size_t)(end - start) >= sizeof NAME)
		memcpy(start, NAME, sizeof NAME);
}

/* All but descriptor 0: no pipe or folder is held up by the witness. */
static void
close_others(void)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, 1U, ~0U, 0U) == 0)
		return;
#endif
	for (int fd = (int)sysconf(_SC_OPEN_MAX) - 1; fd > 0; fd--)
		close(fd);
}

/* Answers on descriptor 0 until we are gone. */
__attribute__((noreturn)) static void
testify(void)
{
	static const struct timespec now;
	int sig;

	while (recv(0, &sig, sizeof sig, 0) == (ssize_t)sizeof sig) {
		sigset_t set;
		char saw;

		sigemptyset(&set);
		sigaddset(&set, sig);
		saw = sigtimedwait(&set, NULL, &now) == sig;
		if (send(0, &saw, sizeof saw, MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

void
launch_witness_start(struct launch_witness *w, char *const *argv)
{
	int ends[2];

	*w = (struct launch_witness){ 0 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	w->pid = fork();
	if (w->pid == 0) {
		dup2(ends[1], 0);
		close_others();
		(void)!chdir("/");
		prctl(PR_SET_NAME, NAME);
		wipe_command_line(argv);
		testify();
	}
	close(ends[1]);
	w->socket = ends[0];
	if (w->pid < 0) {
		close(w->socket);
		*w = (struct launch_witness){ 0 };
	}
}

void
launch_witness_end(struct launch_witness *w)
{
	if (w->pid) {
		kill(w->pid, SIGKILL);
		waitpid(w->pid, NULL, 0);
		close(w->socket);
	}
	*w = (struct launch_witness){ 0 };
}

bool
launch_witness_saw(struct launch_witness *w, int sig)
{
	struct pollfd answer = { .fd = w->socket, .events = POLLIN };
	char saw;

	if (!w->pid)
		return false;
	if (send(w->socket, &sig, sizeof sig, MSG_NOSIGNAL) > 0 &&
		poll(&answer, 1, ANSWER_MS) == 1 &&
		recv(w->socket, &saw, sizeof saw, MSG_DONTWAIT) == 1)
		return saw;
	/* Somebody killed or stopped it. */
	launch_witness_end(w);
	return false;
}
