/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a process lives is asked of /proc where it is in our namespace; else
 * of the file: a lease for reading is refused while somebody has it mapped
 * for writing, whatever his namespace.
 */
#define _GNU_SOURCE
#include "state_dead.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "identity.h"
#include "state.h"
#include "text.h"

#define KEEP	  8
#define MOST	  512 /* looked at, newest first */
#define EVERY_ONE 64 /* files, up to which everybody sweeps */

struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* One of our program's, by the start that its name tells. */
struct left {
	uint64_t start;
	char id[40];
};

static struct sweep {
	struct left left[MOST];
	uint32_t count, seen;
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

static void
note(const char *name)
{
	size_t n = strlen(name);
	const char *id = name + sweep.prefix_length, *dash;
	struct left *l = &sweep.left[sweep.count];
	size_t length;

	if (n < sweep.prefix_length + 5 ||
		memcmp(name, sweep.prefix, sweep.prefix_length) != 0 ||
		memcmp(name + n - 5, ".live", 5) != 0)
		return;
	length = n - 5 - sweep.prefix_length;
	dash = memchr(id, '-', length);
	if (!dash || length >= sizeof l->id)
		return;
	sweep.seen++;
	if (sweep.count == MOST)
		return;
	memcpy(l->id, id, length);
	l->id[length] = '\0';
	l->start = hex(dash + 1);
	sweep.count++;
}

static void
list(long folder)
{
	char buffer[8192] __attribute__((aligned(8)));
	struct hf_text t = { sweep.prefix, sizeof sweep.prefix - 1, 0, -1,
		false, 0 };
	int left = 128;
	long n;

	for (const char *c = hf_identity_name(); *c && left-- > 0; c++)
		hf_text_byte(&t, (unsigned char)*c <= ' ' ? '_' : *c);
	hf_text_byte(&t, '.');
	hf_text_end(&t);
	sweep.prefix_length = t.length;
	sweep.count = sweep.seen = 0;
	while ((n = hf_sys3(SYS_getdents64, folder, (long)buffer,
			sizeof buffer)) > 0)
		for (long at = 0; at < n;) {
			struct entry *e = (struct entry *)(buffer + at);

			note(e->name);
			at += e->length;
		}
}

/* Newest first. */
static void
sort(void)
{
	for (uint32_t i = 1; i < sweep.count; i++) {
		struct left l = sweep.left[i];
		uint32_t j = i;

		for (; j > 0 && sweep.left[j - 1].start < l.start; j--)
			sweep.left[j] = sweep.left[j - 1];
		sweep.left[j] = l;
	}
}

/* Nobody writes to it any more. */
static bool
unmapped(long fd)
{
	if (hf_sys3(SYS_fcntl, fd, F_SETLEASE, F_RDLCK) != 0)
		return false;
	hf_sys3(SYS_fcntl, fd, F_SETLEASE, F_UNLCK);
	return true;
}

static bool
is_dead(long fd)
{
	struct hfs_header h;
	long n = hf_sys4(SYS_pread64, fd, (long)&h,
		(long)offsetof(struct hfs_header, prefix), 0);
	uint64_t ticks;

	if (n < (long)offsetof(struct hfs_header, prefix) ||
		memcmp(h.control.magic, HFS_MAGIC, 8) != 0)
		return false; /* being made, or not ours to judge */
	if (memcmp(h.boot, hf_identity.boot, sizeof h.boot) != 0)
		return true;
	if (h.pid_namespace == 0 ||
		h.pid_namespace != hf_identity_pid_namespace())
		return unmapped(fd);
	ticks = hf_identity_start_ticks(h.pid);
	return ticks == 0 || ticks != h.start_ticks;
}

static void
look_at(long folder, const struct left *l, int *dead)
{
	char name[256];
	struct hf_text t = { name, sizeof name - 1, 0, -1, false, 0 };
	long fd;

	hf_text_string(&t, sweep.prefix);
	hf_text_string(&t, l->id);
	hf_text_string(&t, ".live");
	fd = hf_sys4(SYS_openat, folder, (long)hf_text_end(&t),
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (is_dead(fd) && ++*dead > KEEP)
		hf_sys3(SYS_unlinkat, folder, (long)name, 0);
	hf_sys3(SYS_close, fd, 0, 0);
}

void
hf_state_sweep(long folder)
{
	int dead = 0;

	list(folder);
	/* A thousand at once, each looking at a thousand, would take long. */
	if (sweep.seen > EVERY_ONE &&
		hf_state_clock() / 1000 % sweep.seen >= EVERY_ONE)
		return;
	sort();
	for (uint32_t i = 0; i < sweep.count; i++)
		look_at(folder, &sweep.left[i], &dead);
}
