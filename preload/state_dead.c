/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a process lives is asked of the file: a lease for reading is refused
 * while somebody has it mapped for writing, whatever his namespace, and granted
 * once the process has called exec. Where there are no leases /proc is asked.
 */
#define _GNU_SOURCE
#include "state_dead.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "identity.h"
#include "state.h"
#include "text.h"

#define KEEP	  8
#define KEEP_RUN  256 /* `heapflame run` takes them away every moment */
#define EVERY_ONE 64 /* files, up to which everybody sweeps */
#define ABANDONED 60 /* s, after which one that is being made is not */

struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* A dead one, by the start that its name tells. */
struct left {
	uint64_t start;
	char name[256];
};

static struct sweep {
	long folder;
	uint32_t seen;
	int kept;
	struct left left[KEEP_RUN];
	char prefix[160]; /* "<exe>." */
	size_t prefix_length;
} sweep;

static uint64_t
hex(const char *s)
{
	uint64_t n = 0;

	for (; (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'f'); s++)
		n = n << 4 | (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
	return n;
}

/* "<exe>.<pid>-<start>.live", of this very program. */
static bool
is_state(const char *name)
{
	size_t n = strlen(name), p = sweep.prefix_length;

	if (n < p + 5 || n >= sizeof sweep.left[0].name ||
		memcmp(name, sweep.prefix, p) != 0 ||
		strcmp(name + n - 5, ".live") != 0)
		return false;
	p += strspn(name + p, "0123456789");
	return name[p] == '-' &&
	       strspn(name + p + 1, "0123456789abcdef") == n - p - 6;
}

/* Nobody writes to it any more; *known: that could be asked. */
static bool
unmapped(long fd, bool *known)
{
	long error = hf_sys3(SYS_fcntl, fd, F_SETLEASE, F_RDLCK);

	*known = error == 0 || error == -EAGAIN || error == -EWOULDBLOCK;
	if (error == 0)
		hf_sys3(SYS_fcntl, fd, F_SETLEASE, F_UNLCK);
	return error == 0;
}

/* By /proc, which may be another namespace's: only one that matches lives. */
static bool
is_gone(const struct hfs_header *h)
{
	uint64_t ticks;

	if (h->pid_namespace == 0 ||
		h->pid_namespace != hf_identity_pid_namespace())
		return false;
	ticks = hf_identity_start_ticks(h->pid);
	return ticks == 0 || ticks != h->start_ticks;
}

/* Its process died before it could write who it is. */
static bool
is_abandoned(long fd)
{
	struct stat st;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return hf_sys3(SYS_fstat, fd, (long)&st, 0) == 0 &&
	       st.st_mtim.tv_sec + ABANDONED < now.tv_sec;
}

/* *empty: there is nothing in it to be kept. */
static bool
is_dead(long fd, bool *empty)
{
	struct hfs_header h;
	long n = hf_sys4(SYS_pread64, fd, (long)&h,
		(long)offsetof(struct hfs_header, prefix), 0);
	bool known, free = unmapped(fd, &known);

	*empty = n < (long)offsetof(struct hfs_header, prefix) ||
		 memcmp(h.control.magic, HFS_MAGIC, 8) != 0;
	if (*empty)
		return free && is_abandoned(fd);
	return known ? free
		     : memcmp(h.boot, hf_identity.boot, sizeof h.boot) != 0 ||
			       is_gone(&h);
}

/* The oldest of too many goes. */
static void
keep(const char *name)
{
	int most = hf_identity.of_run ? KEEP_RUN : KEEP;
	struct left *oldest = &sweep.left[0];
	uint64_t start = hex(strchr(name + sweep.prefix_length, '-') + 1);

	if (sweep.kept < most) {
		oldest = &sweep.left[sweep.kept++];
	} else {
		for (int i = 1; i < most; i++)
			if (sweep.left[i].start < oldest->start)
				oldest = &sweep.left[i];
		if (start < oldest->start) {
			hf_sys3(SYS_unlinkat, sweep.folder, (long)name, 0);
			return;
		}
		hf_sys3(SYS_unlinkat, sweep.folder, (long)oldest->name, 0);
	}
	oldest->start = start;
	memcpy(oldest->name, name, strlen(name) + 1);
}

static void
look_at(const char *name)
{
	bool empty = false, dead;
	long fd = hf_sys4(SYS_openat, sweep.folder, (long)name,
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);

	if (fd < 0)
		return;
	dead = is_dead(fd, &empty);
	hf_sys3(SYS_close, fd, 0, 0);
	if (dead && empty)
		hf_sys3(SYS_unlinkat, sweep.folder, (long)name, 0);
	else if (dead)
		keep(name);
}

static void
count(const char *name)
{
	(void)name;
	sweep.seen++;
}

static void
each_state(void (*job)(const char *name))
{
	char buffer[8192] __attribute__((aligned(8)));
	long n;

	hf_sys3(SYS_lseek, sweep.folder, 0, SEEK_SET);
	while ((n = hf_sys3(SYS_getdents64, sweep.folder, (long)buffer,
			sizeof buffer)) > 0)
		for (long at = 0; at < n;) {
			struct entry *e = (struct entry *)(buffer + at);

			if (is_state(e->name))
				job(e->name);
			at += e->length;
		}
}

static void
start(long folder)
{
	struct hf_text t = { sweep.prefix, sizeof sweep.prefix - 1, 0, -1,
		false, 0 };
	int left = 128;

	for (const char *c = hf_identity_name(); *c && left-- > 0; c++)
		hf_text_byte(&t, (unsigned char)*c <= ' ' ? '_' : *c);
	hf_text_byte(&t, '.');
	hf_text_end(&t);
	sweep.prefix_length = t.length;
	sweep.folder = folder;
	sweep.seen = 0;
	sweep.kept = 0;
}

void
hf_state_sweep(long folder)
{
	start(folder);
	each_state(count);
	/* A thousand at once, each looking at a thousand, would take long. */
	if (sweep.seen > EVERY_ONE &&
		hf_state_clock() / 1000 % sweep.seen >= EVERY_ONE)
		return;
	each_state(look_at);
}
