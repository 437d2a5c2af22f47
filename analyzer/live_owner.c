/* SPDX-License-Identifier: Apache-2.0 */
#include "live_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "err.h"
#include "proc.h"

static bool
same_boot(const struct hfs_header *h)
{
	FILE *in = fopen("/proc/sys/kernel/random/boot_id", "re");
	char boot[sizeof h->boot + 1] = "";
	size_t n;

	if (!in)
		return true;
	if (!fgets(boot, sizeof boot, in))
		boot[0] = '\0';
	fclose(in);
	n = strcspn(boot, "\n");
	/* One that is not known is no other. */
	return n == 0 || h->boot[0] == '\0' ||
	       (strnlen(h->boot, sizeof h->boot) == n &&
		       memcmp(boot, h->boot, n) == 0);
}

/*
 * Do the mappings of process `pid` name that file? What ends while we read, or
 * has ended, shows some of them or none.
 */
static enum proc_answer
has_mapped(int pid, const struct stat *st)
{
	char *path = xasprintf("/proc/%d/maps", proc_thread(pid)), *line = NULL;
	FILE *in = fopen(path, "re");
	enum proc_answer answer = PROC_NO;
	size_t capacity = 0;
	unsigned long lines = 0;

	if (!in && errno == ENOENT && access("/proc/self/maps", F_OK) == 0)
		lines = 1;
	free(path);
	while (in && answer == PROC_NO && getline(&line, &capacity, in) > 0) {
		unsigned long long inode;
		unsigned device[2];

		lines++;
		if (sscanf(line, "%*s %*s %*s %x:%x %llu", &device[0],
			    &device[1], &inode) == 3 &&
			inode == st->st_ino && device[0] == major(st->st_dev) &&
			device[1] == minor(st->st_dev))
			answer = PROC_YES;
	}
	free(line);
	if (in)
		fclose(in);
	return lines > 0 ? answer : PROC_UNKNOWN;
}

/* Whose "/proc/PID/root/..." it is, or the like: how a container's is reached.
 */
static int
pid_of_path(const char *path)
{
	char *end;
	long pid;

	if (strncmp(path, "/proc/", 6) != 0)
		return 0;
	pid = strtol(path + 6, &end, 10);
	return *end == '/' && pid > 0 && pid <= INT_MAX
		       ? proc_of_thread((int)pid)
		       : 0;
}

static enum live_fate
fate_of(struct live_owner *o, int fd, const struct stat *st,
	const struct hfs_header *h)
{
	enum proc_answer mapped =
		o->pid ? has_mapped(o->pid, st) : PROC_UNKNOWN;
	bool is_there = o->pid && h->start_ticks &&
			proc_start_ticks(o->pid) == h->start_ticks;

	if (mapped == PROC_UNKNOWN)
		mapped = proc_somebody_writes(fd);
	/* What it was started as is all that is left to ask for. */
	if (mapped == PROC_YES || (mapped == PROC_UNKNOWN && is_there))
		return LIVE_RUNNING;
	/* What is being killed is there for a while, and maps nothing. */
	return is_there && proc_has_memory(o->pid) ? LIVE_REPLACED : LIVE_GONE;
}

void
live_owner_find(
	struct live_owner *o, const char *path, const struct hfs_header *h)
{
	int fd;
	struct stat st;

	*o = (struct live_owner){ .fate = LIVE_GONE };
	if (h->ended != HFS_RUNNING) {
		o->fate = h->ended == HFS_EXITED   ? LIVE_EXITED
			  : h->ended == HFS_DUMPED ? LIVE_DUMPED
						   : LIVE_SIGNALLED;
		o->status = h->end_status;
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	o->pid = pid_of_path(path);
	if (o->pid == 0 && h->pid_namespace != 0 && h->pid <= INT_MAX &&
		h->pid_namespace == proc_pid_namespace())
		o->pid = (int)h->pid;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && same_boot(h))
		o->fate = fate_of(o, fd, &st, h);
	close(fd);
}

bool
live_owner_rss(const struct live_owner *o, struct live_rss *r)
{
	struct {
		const char *key;
		uint64_t *to;
	} keys[] = { { "VmRSS:", &r->rss }, { "RssAnon:", &r->anonymous },
		{ "RssFile:", &r->file }, { "RssShmem:", &r->shared },
		{ "VmHWM:", &r->highest } };
	char *path, line[256];
	FILE *in;

	*r = (struct live_rss){ .rss = 0 };
	if (o->pid == 0)
		return false;
	path = xasprintf("/proc/%d/status", o->pid);
	in = fopen(path, "re");
	free(path);
	if (!in)
		return false;
	while (fgets(line, sizeof line, in))
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
			size_t n = strlen(keys[i].key);

			if (strncmp(line, keys[i].key, n) == 0)
				*keys[i].to =
					strtoull(line + n, NULL, 10) * 1024;
		}
	fclose(in);
	return r->rss > 0;
}

static uint64_t
kills_in(const char *root, const char *cgroup, const char *file)
{
	char *path = xasprintf("%s%s/%s", root, cgroup, file), line[256];
	FILE *in = fopen(path, "re");
	uint64_t kills = 0;

	free(path);
	while (in && fgets(line, sizeof line, in))
		if (strncmp(line, "oom_kill ", 9) == 0)
			kills = strtoull(line + 9, NULL, 10);
	if (in)
		fclose(in);
	return kills;
}

uint64_t
live_owner_oom_kills(const struct hfs_header *h)
{
	char cgroup[sizeof h->cgroup + 1];
	uint64_t now;

	memcpy(cgroup, h->cgroup, sizeof h->cgroup);
	cgroup[sizeof h->cgroup] = '\0';
	if (cgroup[0] != '/' || strstr(cgroup, "..") || !same_boot(h))
		return 0;
	now = kills_in("/sys/fs/cgroup", cgroup, "memory.events");
	if (now == 0)
		now = kills_in(
			"/sys/fs/cgroup/memory", cgroup, "memory.oom_control");
	return now > h->oom_kills ? now - h->oom_kills : 0;
}
