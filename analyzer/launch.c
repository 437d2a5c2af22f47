/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All signals are blocked from before the fork on and taken one by one with
 * sigwaitinfo: no handler, no race, and what can be seen of each decides.
 * - Sent by the kernel (si_code SI_KERNEL: Ctrl-C, Ctrl-Z, hangup): went to the
 *   whole process group, so the program has it already.
 * - Sent by a process to the whole group (`kill %1` in a shell): likewise.
 * - Sent to us alone: meant for what is thought to be the program; passed on.
 * - The program stopped for the terminal: we stop as well, so that the shell
 *   sees its job stop; when we are continued, so is the program.
 */
#define _GNU_SOURCE /* pipe2 */
#include "launch.h"

#include "err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_TICK_MS 200

/* How a start that did not come to be is told to the parent. */
struct failure {
	int error; /* errno of execve; 0: prepare refused */
	int exit_code;
};

/*
 * What our main() or the C library may have changed before cmd_run is reached;
 * the program must get it as we got it.
 */
static struct sigaction pipe_at_start;

__attribute__((constructor)) static void
remember_dispositions(void)
{
	sigaction(SIGPIPE, NULL, &pipe_at_start);
}

static void
block_signals(struct launch *l)
{
	static const int never[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
		SIGSYS, SIGABRT };
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		sigdelset(&set, never[i]);
	sigprocmask(SIG_SETMASK, &set, &l->mask);
	/* Were it ignored, the kernel would throw our child's status away. */
	sigaction(SIGCHLD, &standard, &l->on_child);
}

static void
restore_signals(const struct launch *l)
{
	sigaction(SIGCHLD, &l->on_child, NULL);
	sigprocmask(SIG_SETMASK, &l->mask, NULL);
}

/* The new process; never returns. */
__attribute__((noreturn)) static void
become(struct launch *l, int report)
{
	struct failure f = { 0 };

	if (l->prepare)
		f.exit_code = l->prepare(l->context);
	if (f.exit_code == 0) {
		sigaction(SIGPIPE, &pipe_at_start, NULL);
		restore_signals(l);
		/* With a slash in it, execvp adds only the way out for scripts
		 * without `#!`. */
		execvp(l->file, l->argv);
		f.error = errno;
	}
	while (write(report, &f, sizeof f) < 0 && errno == EINTR)
		;
	_exit(EXIT_RUN_FAILED);
}

static int
exec_failed(const struct launch *l, int cause)
{
	error("cannot start '%s': %s", l->file, strerror(cause));
	if (cause != ENOENT)
		return EXIT_NOT_EXECUTABLE;
	if (access(l->file, F_OK) == 0)
		hint("the file is there; the interpreter that it names is not");
	return EXIT_NOT_FOUND;
}

int
launch_start(struct launch *l)
{
	struct failure f;
	int report[2], saved;
	ssize_t n;

	if (pipe2(report, O_CLOEXEC) < 0) {
		error("cannot start '%s': %s", l->file, strerror(errno));
		return EXIT_RUN_FAILED;
	}
	block_signals(l);
	l->pid = fork();
	saved = errno;
	if (l->pid == 0)
		become(l, report[1]);
	close(report[1]);
	if (l->pid < 0) {
		close(report[0]);
		restore_signals(l);
		error("cannot start '%s': %s", l->file, strerror(saved));
		return EXIT_RUN_FAILED;
	}
	/* The end of file is execve's doing: the pipe closes with success. */
	do
		n = read(report[0], &f, sizeof f);
	while (n < 0 && errno == EINTR);
	close(report[0]);
	if (n != (ssize_t)sizeof f) {
		launch_witness_start(&l->witness, l->argv);
		return 0;
	}
	waitpid(l->pid, NULL, 0);
	restore_signals(l);
	return f.error ? exec_failed(l, f.error) : f.exit_code;
}

/* The signal that the program is stopped by; 0: it is not stopped. */
static int
stopped_by(const struct launch *l)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, l->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) < 0 ||
		info.si_pid == 0)
		return 0;
	return info.si_status;
}

/* Stops ourselves by that signal; returns when we are continued. */
static void
stop_too(struct launch *l, int sig)
{
	struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
	struct sigaction standard = { .sa_handler = SIG_DFL }, before;
	sigset_t only, all;

	sigaction(sig, &standard, &before);
	sigemptyset(&only);
	sigaddset(&only, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &only, &all); /* stops here */
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigaction(sig, &before, NULL);
	/* `fg` continues the whole group. Who continued us alone meant the
	 * program, too. */
	if (stopped_by(l) == sig) {
		nanosleep(&moment, NULL);
		if (stopped_by(l) == sig)
			kill(l->pid, SIGCONT);
	}
}

static void
follow_stop(struct launch *l)
{
	int sig = stopped_by(l);

	/* By SIGSTOP somebody holds the program, not the job: a debugger. */
	if (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU)
		stop_too(l, sig);
}

static void
pass_on(struct launch *l, const siginfo_t *info)
{
	/* Asked also when the answer is known: the witness shall forget it. */
	bool to_group = launch_witness_saw(&l->witness, info->si_signo);

	if (info->si_code == SI_KERNEL ||
		(to_group && getpgid(l->pid) == getpgrp()))
		return;
	/* Shells continue the group: only a program left behind needs ours. */
	if (info->si_signo == SIGCONT && !stopped_by(l))
		return;
	if (info->si_code == SI_QUEUE)
		sigqueue(l->pid, info->si_signo, info->si_value);
	else
		kill(l->pid, info->si_signo);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The next signal, or -1 when a tick was due instead. */
static int
next_signal(struct launch *l, siginfo_t *info)
{
	struct timespec left = { 0 };
	sigset_t set;
	int64_t ms;

	sigfillset(&set);
	if (!l->tick)
		return sigwaitinfo(&set, info);
	if (l->next_tick_ms == 0)
		l->next_tick_ms = now_ms() + FIRST_TICK_MS;
	ms = l->next_tick_ms - now_ms();
	if (ms <= 0) {
		ms = l->tick(l->context);
		l->next_tick_ms = now_ms() + ms;
	}
	left.tv_sec = ms / 1000;
	left.tv_nsec = ms % 1000 * 1000000;
	return sigtimedwait(&set, info, &left);
}

int
launch_wait(struct launch *l)
{
	siginfo_t info;
	int status;

	for (;;) {
		pid_t pid = waitpid(l->pid, &status, WNOHANG);

		if (pid < 0)
			status = EXIT_RUN_FAILED << 8; /* it is not ours */
		if (pid != 0)
			break;
		follow_stop(l);
		if (next_signal(l, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD)
			pass_on(l, &info);
	}
	launch_witness_end(&l->witness);
	return status;
}

void
launch_finish(struct launch *l)
{
	struct timespec now = { 0 };
	sigset_t set;

	/* What is still pending was meant for the program, which is gone. */
	sigfillset(&set);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	restore_signals(l);
}

int
launch_exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
