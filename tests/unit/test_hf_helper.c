/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transient helper, and what its host sees of it: nothing. Jobs make raw
 * system calls only, as those of the library do; what they saw is looked at
 * after they have ended.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "helper.h"
#include "hf_shared.h"

/* What a job is to do and what it saw. */
static struct {
	_Atomic int begun, go, ended;
	long pid, parent, thread_of_host, file, own_descriptors;
	uint64_t blocked;
	uint32_t rounding;
} job;

static void
pause_a_moment(void)
{
	struct timespec t = { 0, 1000000 };

	hf_sys3(SYS_nanosleep, (long)&t, 0, 0);
}

/* How many of the first 1,024 descriptors are open. */
static long
count_descriptors(void)
{
	long n = 0;

	for (long fd = 0; fd < 1024; fd++)
		n += hf_sys3(SYS_fcntl, fd, F_GETFD, 0) >= 0;
	return n;
}

static void
look_around(void *unused)
{
	job.pid = hf_sys3(SYS_getpid, 0, 0, 0);
	job.parent = hf_sys3(SYS_getppid, 0, 0, 0);
	job.own_descriptors = count_descriptors();
	hf_sys4(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&job.blocked, 8);
	__asm__ volatile("stmxcsr %0" : "=m"(job.rounding));
	job.ended++;
}

/* Has a file open until it is told to go on. */
static void
hold_a_file(void *unused)
{
	job.file = hf_sys4(SYS_openat, AT_FDCWD, (long)"/proc/self/exe",
		O_RDONLY | O_CLOEXEC, 0);
	job.begun = 1;
	while (!job.go)
		pause_a_moment();
	hf_sys3(SYS_close, job.file, 0, 0);
	job.ended++;
}

static void
count(void *unused)
{
	job.ended++;
}

static void
claim(void)
{
	bool ended;

	hf_helper_claim_waiting(&ended);
}

/* Runs it to its end; the helper is free again. */
static bool
run(void (*what)(void *))
{
	claim();
	if (!hf_helper_run(what, NULL, true))
		return false;
	hf_helper_release();
	return true;
}

static void
start_holding(void)
{
	job.begun = job.go = job.ended = 0;
	claim();
	assert_true(hf_helper_run(hold_a_file, NULL, false));
	while (!job.begun)
		pause_a_moment();
}

static void
stop_holding(void)
{
	job.go = 1;
	claim();
	assert_int_equal(job.ended, 1);
	hf_helper_release();
}

static void
a_job_runs_in_a_child_that_shares_our_memory(void **state)
{
	job.ended = 0;
	assert_true(run(look_around));
	assert_int_equal(job.ended, 1);
	assert_int_not_equal(job.pid, getpid());
	assert_int_equal(job.parent, getpid());
}

static void
it_begins_without_descriptors_signals_and_odd_rounding(void **state)
{
	uint32_t host = hf_fp_enter(), odd = 0x1f80 | 3 << 13;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	__asm__ volatile("ldmxcsr %0" : : "m"(odd)); /* towards zero */
	assert_true(run(look_around));
	hf_fp_leave(host);
	assert_int_equal(job.own_descriptors, 0);
	assert_int_equal(job.rounding & 0x6000, 0);
	/* All that can be, but for those that nobody can block. */
	assert_int_equal(
		job.blocked | 1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1),
		UINT64_MAX);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	close(fd);
}

static void
no_descriptor_of_ours_is_ever_in_the_hosts_table(void **state)
{
	long before = count_descriptors();

	start_holding();
	assert_true(job.file >= 0);
	assert_int_equal(count_descriptors(), before);
	stop_holding();
	assert_int_equal(count_descriptors(), before);
}

/* A peer must see the host hang up although a helper lives. */
static void
what_the_host_closes_is_closed(void **state)
{
	struct pollfd end;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	start_holding();
	close(ends[1]);
	end = (struct pollfd){ ends[0], POLLIN, 0 };
	assert_int_equal(poll(&end, 1, 0), 1);
	assert_int_equal(end.revents, POLLHUP);
	close(ends[0]);
	stop_holding();
}

static void
errno_and_the_signal_mask_of_the_host_stay(void **state)
{
	sigset_t mask, after;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &mask, NULL), 0);
	errno = 4711;
	assert_true(run(count));
	assert_int_equal(errno, 4711);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_true(sigismember(&after, SIGUSR2));
	assert_false(sigismember(&after, SIGUSR1));
	sigemptyset(&mask);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

static void
the_host_sees_no_child_and_gets_no_signal(void **state)
{
	sigset_t pending;

	start_holding();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	stop_holding();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	sigpending(&pending);
	assert_false(sigismember(&pending, SIGCHLD));
}

static void
while_one_is_at_work_no_other_can_be_claimed(void **state)
{
	bool ended = true;

	start_holding();
	assert_false(hf_helper_claim(&ended));
	assert_false(ended);
	assert_false(hf_helper_ended());
	job.go = 1;
	while (!hf_helper_ended())
		pause_a_moment();
	/* It has ended, perhaps not quite: then soon. */
	while (!hf_helper_claim(&ended))
		pause_a_moment();
	assert_true(ended);
	assert_false(hf_helper_ended());
	assert_int_equal(job.ended, 1);
	hf_helper_release();
	assert_true(hf_helper_claim(&ended));
	assert_false(ended); /* that was told already */
	hf_helper_release();
}

static void
many_in_a_row_leave_nothing_behind(void **state)
{
	enum { COUNT = 1000 };
	long before = count_descriptors();

	job.ended = 0;
	for (int i = 0; i < COUNT; i++) {
		assert_true(run(count));
		assert_int_equal(job.ended, i + 1);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(count_descriptors(), before);
}

/* A host that waits for all that there is takes it from us. */
static void
a_host_that_waits_for_everything_does_no_harm(void **state)
{
	start_holding();
	job.go = 1;
	while (waitpid(-1, NULL, __WALL) < 0)
		assert_int_equal(errno, EINTR);
	stop_holding();
	assert_true(run(look_around));
}

static _Atomic int inside, overlaps, runs;

static void
be_alone(void *unused)
{
	overlaps += atomic_fetch_add(&inside, 1) != 0;
	hf_sys3(SYS_sched_yield, 0, 0, 0);
	inside--;
	runs++;
}

static void *
run_some(void *data)
{
	for (int i = 0; i < 100; i++) {
		bool ended;

		if (i % 2) {
			hf_helper_claim_waiting(&ended);
		} else if (!hf_helper_claim(&ended)) {
			i--;
			sched_yield();
			continue;
		}
		if (!hf_helper_run(be_alone, NULL, i % 3 == 0))
			break;
		if (i % 3 == 0)
			hf_helper_release();
	}
	return NULL;
}

static void
threads_take_turns(void **state)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, run_some, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	claim();
	hf_helper_release();
	assert_int_equal(overlaps, 0);
	assert_int_equal(runs, 400);
}

/* From now on this system call fails with `error`. */
static bool
forbid(uint32_t call, uint32_t error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof code[0], code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* As a process that has just begun; the steps that fail are told apart. */
static bool
begin_anew(void)
{
	job.ended = 0;
	if (!hf_state_start(true))
		return false;
	hf_helper_start(false);
	return true;
}

static int
run_where_clone_is_refused(void *unused)
{
	bool ended;

	if (!begin_anew() || !forbid(SYS_clone, EPERM))
		return 1;
	for (int i = 0; i < 3; i++) {
		if (!hf_helper_claim(&ended) || ended)
			return 2;
		if (hf_helper_run(count, NULL, i % 2))
			return 3;
	}
	return job.ended == 0 && !hf_helper_ended() ? 0 : 4;
}

static int
run_where_processes_are_too_many(void *unused)
{
	struct rlimit none = { 0, 0 };
	bool ended;

	if (!begin_anew() ||
		(geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) ||
		setrlimit(RLIMIT_NPROC, &none) != 0)
		return 1;
	if (!hf_helper_claim(&ended) || hf_helper_run(count, NULL, true))
		return 2;
	if (!hf_helper_claim(&ended))
		return 3;
	return job.ended == 0 ? 0 : 4;
}

static void
a_refused_helper_is_told_and_can_be_asked_for_again(void **state)
{
	assert_int_equal(
		hf_shared_in_child(run_where_clone_is_refused, NULL), 0);
	assert_int_equal(
		hf_shared_in_child(run_where_processes_are_too_many, NULL), 0);
}

static int
run_on_an_old_kernel(void *unused)
{
	long before = count_descriptors();
	bool ended;

	if (!forbid(436 /* close_range */, ENOSYS) || !begin_anew())
		return 1;
	if (!hf_helper_claim(&ended) || !hf_helper_run(look_around, NULL, true))
		return 2;
	hf_helper_release();
	if (job.ended != 1 || job.own_descriptors != 0)
		return 3;
	if (count_descriptors() != before)
		return 4;
	job.begun = job.go = 0;
	if (!hf_helper_claim(&ended) ||
		!hf_helper_run(hold_a_file, NULL, false))
		return 5;
	while (!job.begun)
		pause_a_moment();
	if (job.file < 0 || count_descriptors() != before)
		return 6;
	job.go = 1;
	hf_helper_claim_waiting(&ended);
	return ended && job.ended == 2 ? 0 : 7;
}

static void
without_close_range_it_is_the_same(void **state)
{
	assert_int_equal(hf_shared_in_child(run_on_an_old_kernel, NULL), 0);
}

static int
run_in_child(void *unused)
{
	bool ended;

	job.ended = 0;
	/* The parent's helper is at work; it is none of ours. */
	if (!hf_helper_claim(&ended) || ended)
		return 1;
	if (!hf_helper_run(look_around, NULL, true) || job.ended != 1)
		return 2;
	return job.parent == getpid() ? 0 : 3;
}

static void
a_forked_child_has_a_helper_of_its_own(void **state)
{
	start_holding();
	assert_int_equal(hf_shared_in_child(run_in_child, NULL), 0);
	stop_holding();
}

static int
start(void **state)
{
	return begin_anew() ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_runs_in_a_child_that_shares_our_memory),
		cmocka_unit_test(
			it_begins_without_descriptors_signals_and_odd_rounding),
		cmocka_unit_test(
			no_descriptor_of_ours_is_ever_in_the_hosts_table),
		cmocka_unit_test(what_the_host_closes_is_closed),
		cmocka_unit_test(errno_and_the_signal_mask_of_the_host_stay),
		cmocka_unit_test(the_host_sees_no_child_and_gets_no_signal),
		cmocka_unit_test(while_one_is_at_work_no_other_can_be_claimed),
		cmocka_unit_test(many_in_a_row_leave_nothing_behind),
		cmocka_unit_test(a_host_that_waits_for_everything_does_no_harm),
		cmocka_unit_test(threads_take_turns),
		cmocka_unit_test(
			a_refused_helper_is_told_and_can_be_asked_for_again),
		cmocka_unit_test(without_close_range_it_is_the_same),
		cmocka_unit_test(a_forked_child_has_a_helper_of_its_own),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
