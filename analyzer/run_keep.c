/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merging is a child's part: it takes its time without keeping signals from
 * the program, and its memory goes with it.
 */
#include "run_keep.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EVERY_MS 1000
#define SOON_MS	 100 /* when processes end one after the other */
#define LEAST_MS 60000
#define SHARE	 50 /* at most one part in so many of the time is spent */
#define NICE	 10

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
run_keep_start(struct run_keep *k, pid_t program)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	k->states.program = program;
	k->not_below = RUN_MERGE_MOST + 1;
	k->merge = (struct run_merge){ .files = k->states.files,
		.program = program,
		.id = (uint64_t)t.tv_sec * 1000000 +
		      (uint64_t)t.tv_nsec / 1000 };
}

/* What can't be read now is said at the end. */
__attribute__((noreturn)) static void
merge_quietly(const struct run_merge *m)
{
	int fd = open("/dev/null", O_WRONLY);

	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
	setpriority(PRIO_PROCESS, 0, NICE);
	_exit(run_merge(m) > 0 ? 0 : 1);
}

/* Looks after the child. True while it is at it. */
static bool
at_it(struct run_keep *k, int flags)
{
	int status;

	if (k->pass == 0)
		return false;
	if (waitpid(k->pass, &status, flags) == 0)
		return true;
	k->pass = 0;
	/* Nothing could go: not again before there are more of them. */
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		k->not_below += RUN_MERGE_MOST;
	return false;
}

static bool
merge_if_many(struct run_keep *k)
{
	if (at_it(k, WNOHANG))
		return true;
	if (run_merge_count(&k->merge) < k->not_below)
		return false;
	k->pass = fork();
	if (k->pass == 0)
		merge_quietly(&k->merge);
	if (k->pass < 0)
		k->pass = 0;
	return k->pass > 0;
}

/* Looking and finding nothing may cost only a share; there may be much. */
static int
rest_ms(int64_t spent_us)
{
	int64_t ms = spent_us * SHARE / 1000;

	return ms < EVERY_MS ? EVERY_MS : ms < LEAST_MS ? (int)ms : LEAST_MS;
}

int
run_keep_tick(struct run_keep *k)
{
	int64_t start = now_us();
	bool busy = run_gather_states(&k->states, NULL) > 0;

	busy |= merge_if_many(k);
	return busy ? SOON_MS : rest_ms(now_us() - start);
}

void
run_keep_end(struct run_keep *k, int status)
{
	run_gather_states(&k->states, &status);
	at_it(k, 0);
	if (merge_if_many(k))
		at_it(k, 0);
}
