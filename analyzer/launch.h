/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a program and stands in front of it until it ends, as if it had been
 * started in our place: signals sent to us reach it once, job control works,
 * its status comes back.
 */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launch_witness.h"

struct launch {
	/* Set by the caller. */
	const char *file; /* path of the executable or script */
	char *const *argv;
	/*
	 * Called in the new process (getpid() is the program's) before the
	 * program is; may change the environment. Not 0: that is the exit code
	 * of the whole, the program is not started. NULL: nothing to do.
	 */
	int (*prepare)(void *context);
	void *context;
	/*
	 * Called while the program runs; returns after how many ms again. NULL:
	 * nothing to do.
	 */
	int (*tick)(void *context);

	/* Filled in. */
	pid_t pid;
	int64_t next_tick_ms;
	sigset_t mask; /* what was blocked before */
	struct launch_witness witness; /* in our process group */
	struct sigaction on_child; /* disposition of SIGCHLD before */
};

/*
 * 0 once the program itself runs; else the exit code to end with, said in one
 * line by here or by prepare. After 0, launch_wait must follow.
 */
int launch_start(struct launch *l);

/* Waits for its end, passing signals on. Returns the wait status. */
int launch_wait(struct launch *l);

/* Signals act on us again as they did before launch_start. */
void launch_finish(struct launch *l);

/* The exit code for a wait status: its own, or 128 + the signal. */
int launch_exit_code(int status);

#endif
