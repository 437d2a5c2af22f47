/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* F_SETLEASE */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of /proc/PID/stat, proc(5). */
struct task {
	char state; /* field 3 */
	long threads; /* field 20 */
	unsigned long long start_ticks; /* field 22 */
	unsigned long long memory; /* field 23, in bytes */
};

unsigned long long
proc_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) < 0 ? 0 : st.st_ino;
}

static bool
read_task(struct task *t, int pid)
{
	char path[40], text[1024], *at;
	size_t n;
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	in = fopen(path, "re");
	if (!in)
		return false;
	n = fread(text, 1, sizeof text - 1, in);
	fclose(in);
	text[n] = '\0';
	at = strrchr(text, ')'); /* a name may hold anything */
	return at && sscanf(at + 1,
			     " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			     "%*s %*s %*s %*s %*s %ld %*s %llu %llu",
			     &t->state, &t->threads, &t->start_ticks,
			     &t->memory) == 4;
}

static bool
thread_has_memory(int tid)
{
	struct task t;

	return read_task(&t, tid) && t.memory > 0;
}

/* 0: there is none. */
static int
thread_with_memory(int pid)
{
	char path[40];
	struct dirent *entry;
	int found = 0;
	DIR *d;

	if (thread_has_memory(pid))
		return pid;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	d = opendir(path);
	while (d && !found && (entry = readdir(d)) != NULL) {
		int tid = atoi(entry->d_name);

		if (tid > 0 && thread_has_memory(tid))
			found = tid;
	}
	if (d)
		closedir(d);
	return found;
}

bool
proc_has_memory(int pid)
{
	return thread_with_memory(pid) != 0;
}

int
proc_thread(int pid)
{
	int found = thread_with_memory(pid);

	return found ? found : pid;
}

int
proc_of_thread(int tid)
{
	char path[40], line[512];
	int pid = tid;
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/status", tid);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof line, in))
		if (sscanf(line, "Tgid: %d", &pid) == 1)
			break;
	if (in)
		fclose(in);
	return pid;
}

unsigned long long
proc_start_ticks(int pid)
{
	struct task t;

	if (!read_task(&t, pid))
		return 0;
	/* A zombie counts itself; with more threads it is the main one only. */
	if (t.threads <= 1 && (t.state == 'Z' || t.state == 'X'))
		return 0;
	return t.start_ticks;
}

enum proc_answer
proc_somebody_writes(int fd)
{
	/* Whoever opens the file while we hold it sends us a SIGIO. */
	void (*before)(int) = signal(SIGIO, SIG_IGN);
	enum proc_answer answer = PROC_NO;

	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
		fcntl(fd, F_SETLEASE, F_UNLCK);
	else
		answer = errno == EAGAIN ? PROC_YES : PROC_UNKNOWN;
	signal(SIGIO, before);
	return answer;
}
