/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process knows its own dumps from a table. When there is no room for one
 * more, it first thins its own: the dump whose removal leaves the smallest gap
 * in time goes, never the first, the last or the one with the most alive. Then
 * the oldest of other processes' goes, if that process has ended (a final
 * dump) or not written for a minute.
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity.h"
#include "options.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif
#ifndef SYS_renameat2
#define SYS_renameat2 316
#endif

#define OWN_MOST     1024
#define OTHER_REST_S 60
#define MOST_REMOVED 10000 /* files, to make room for one */

struct own {
	uint32_t sequence, number;
	char kind;
	uint64_t time_ns, bytes, live;
};

static struct own own[OWN_MOST];
static uint32_t own_count;
static uint64_t own_bytes;
/* Of which region they are: a fork child begins anew. */
static uint32_t own_generation;

struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* What others have in the folder. */
struct census {
	uint64_t files, bytes;
	char oldest[256];
	uint64_t oldest_mtime;
	bool id_taken;
	uint64_t now_s; /* wall clock */
};

static void
make_name(struct hf_text *t, const struct hf_folder *f, const char *id,
	char kind, uint32_t sequence, uint32_t number)
{
	hf_text_string(t, f->base);
	hf_text_byte(t, '.');
	hf_text_string(t, id);
	hf_text_byte(t, '.');
	hf_text_number(t, sequence);
	hf_text_byte(t, '.');
	hf_text_byte(t, kind);
	if (kind != 'f')
		hf_text_number(t, number);
	hf_text_string(t, ".heap");
}

/* mkdir -p for all but the last part; what exists is fine. */
static void
make_folders(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		hf_sys3(SYS_mkdir, (long)path, 0777, 0);
		*slash = '/';
	}
}

static bool
ours_alone(long fd)
{
	struct stat st;

	return hf_sys3(SYS_fstat, fd, (long)&st, 0) == 0 &&
	       st.st_uid == (uid_t)hf_sys3(SYS_geteuid, 0, 0, 0) &&
	       (st.st_mode & 077) == 0;
}

/* By the effective ids, which are those that create files. */
static long
may_write(long fd)
{
	long error =
		hf_sys4(SYS_faccessat2, fd, (long)".", W_OK | X_OK, AT_EACCESS);

	if (error == -ENOSYS || error == -EPERM)
		error = hf_sys4(SYS_faccessat, fd, (long)".", W_OK | X_OK, 0);
	return error;
}

/* prefix: folder/base. Private: the folder must be ours, 0700, and no link. */
static bool
try_open(struct hf_folder *f, const char *prefix, bool private)
{
	char path[HF_TEXT_MAX];
	char *slash;
	size_t n = strlen(prefix);
	long fd;

	if (n == 0 || n >= sizeof path)
		return false;
	memcpy(path, prefix, n + 1);
	if (private) {
		slash = strrchr(path, '/');
		*slash = '\0';
		hf_sys3(SYS_mkdir, (long)path, 0700, 0);
		*slash = '/';
	} else {
		make_folders(path);
	}
	slash = strrchr(path, '/');
	if (strlen(slash + 1) >= sizeof f->base - 64)
		return false;
	memcpy(f->base, slash + 1, strlen(slash + 1) + 1);
	slash[slash == path] = '\0';
	fd = hf_sys4(SYS_openat, AT_FDCWD, (long)path,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | (private ? O_NOFOLLOW : 0),
		0);
	f->error = fd;
	if (fd < 0)
		return false;
	f->error = may_write(fd);
	if (f->error == 0 && (!private || ours_alone(fd))) {
		f->fd = fd;
		f->path = prefix;
		return true;
	}
	hf_sys3(SYS_close, fd, 0, 0);
	return false;
}

/* The private folder under /tmp, of whoever we are now. */
static const char *
last_resort(void)
{
	static char path[HF_TEXT_MAX];
	struct hf_text t = { path, sizeof path - 1, 0, -1, false, 0 };

	hf_text_string(&t, "/tmp/heapflame-");
	hf_text_number(&t, (uint64_t)hf_sys3(SYS_geteuid, 0, 0, 0));
	hf_text_string(&t, "/heapflame.");
	for (const char *c = hf_identity_name(); *c; c++)
		hf_text_byte(&t, (unsigned char)*c <= ' ' ? '_' : *c);
	return hf_text_end(&t);
}

bool
hf_folder_open(struct hf_folder *f)
{
	f->fd = -1;
	f->tried = 0;
	f->error = 0;
	return hf_folder_open_next(f);
}

bool
hf_folder_open_next(struct hf_folder *f)
{
	long first_error = f->error;
	bool found = false;

	hf_folder_close(f);
	while (!found && f->tried < 3) {
		int n = f->tried++;

		found = n == 0	 ? try_open(f, hf_identity.prefix, false)
			: n == 1 ? try_open(f, hf_identity.fallback, false)
				 : try_open(f, last_resort(), true);
		if (!first_error)
			first_error = f->error;
	}
	if (!found)
		f->error = first_error;
	return found;
}

void
hf_folder_close(struct hf_folder *f)
{
	if (f->fd >= 0)
		hf_sys3(SYS_close, f->fd, 0, 0);
	f->fd = -1;
}

static bool
begins(const char *name, const char *with, size_t n)
{
	return strncmp(name, with, n) == 0;
}

static void
count_one(const struct hf_folder *f, const char *id, struct census *c,
	const char *name)
{
	size_t base = strlen(f->base), n = strlen(name), m = strlen(id);
	const char *rest = name + base + 1;
	struct stat st;
	bool ended, mine;

	if (n < base + 7 || !begins(name, f->base, base) || name[base] != '.')
		return;
	mine = begins(rest, id, m) && rest[m] == '.';
	if (mine)
		c->id_taken = true;
	if (mine && own_count > 0)
		return;
	if (strcmp(name + n - 5, ".heap") != 0 ||
		hf_sys4(SYS_newfstatat, f->fd, (long)name, (long)&st,
			AT_SYMLINK_NOFOLLOW) != 0 ||
		!S_ISREG(st.st_mode))
		return;
	c->files++;
	c->bytes += (uint64_t)st.st_size;
	ended = n > 7 && strcmp(name + n - 7, ".f.heap") == 0;
	if (n < sizeof c->oldest &&
		(c->oldest[0] == '\0' ||
			(uint64_t)st.st_mtime < c->oldest_mtime) &&
		(ended || (uint64_t)st.st_mtime + OTHER_REST_S < c->now_s)) {
		memcpy(c->oldest, name, n + 1);
		c->oldest_mtime = (uint64_t)st.st_mtime;
	}
}

static void
take_census(const struct hf_folder *f, const char *id, struct census *c)
{
	char buffer[8192] __attribute__((aligned(8)));
	long n;

	*c = (struct census){ 0 };
	hf_sys3(SYS_time, (long)&c->now_s, 0, 0);
	hf_sys3(SYS_lseek, f->fd, 0, 0);
	while ((n = hf_sys3(SYS_getdents64, f->fd, (long)buffer,
			sizeof buffer)) > 0)
		for (long at = 0; at < n;) {
			struct entry *e = (struct entry *)(buffer + at);

			count_one(f, id, c, e->name);
			at += e->length;
		}
}

static uint32_t
with_most_alive(void)
{
	uint32_t most = 0;

	for (uint32_t i = 1; i < own_count; i++)
		if (own[i].live > own[most].live)
			most = i;
	return most;
}

static void
forget(uint32_t i)
{
	own_bytes -= own[i].bytes;
	memmove(&own[i], &own[i + 1], (own_count - i - 1) * sizeof own[0]);
	own_count--;
}

/* Removes one of ours. False: those left are wanted. */
static bool
thin_own(const struct hf_folder *f, const char *id)
{
	uint32_t peak = with_most_alive(), best = 0;
	uint64_t least = UINT64_MAX;
	char name[512];
	struct hf_text t = { name, sizeof name - 1, 0, -1, false, 0 };

	/* The newest is the last of the run but for the one to come. */
	for (uint32_t i = 1; i < own_count; i++) {
		uint64_t next = i + 1 < own_count ? own[i + 1].time_ns
						  : hf_state_clock();
		uint64_t gap = next - own[i - 1].time_ns;

		if (i != peak && gap < least) {
			least = gap;
			best = i;
		}
	}
	if (best == 0)
		return false;
	make_name(&t, f, id, own[best].kind, own[best].sequence,
		own[best].number);
	hf_sys3(SYS_unlinkat, f->fd, (long)hf_text_end(&t), 0);
	forget(best);
	return true;
}

/* True once there is room for one more dump of so many bytes. */
static bool
make_room(const struct hf_folder *f, uint64_t bytes)
{
	struct census c;
	int removed = 0;
	long error;

	take_census(f, f->id, &c);
	while (c.files + own_count >= hf_options.dump_keep ||
		c.bytes + own_bytes + bytes > hf_options.dump_limit ||
		own_count == OWN_MOST) {
		if (thin_own(f, f->id))
			continue;
		if (!c.oldest[0] || ++removed > MOST_REMOVED)
			return false;
		error = hf_sys3(SYS_unlinkat, f->fd, (long)c.oldest, 0);
		/* -ENOENT: another process was faster. */
		if (error != 0 && error != -ENOENT)
			return false;
		take_census(f, f->id, &c);
	}
	return true;
}

bool
hf_folder_prepare(struct hf_folder *f, struct hfs_header *h,
	const struct hf_dump_reason *why)
{
	struct hf_text name = { f->name, sizeof f->name - 1, 0, -1, false, 0 };
	struct hf_text temporary = { f->temporary, sizeof f->temporary - 1, 0,
		-1, false, 0 };
	struct census c;

	if (own_generation != h->generation) { /* the first of this process */
		own_count = 0;
		own_bytes = 0;
		own_generation = h->generation;
		for (take_census(f, h->id, &c); c.id_taken;
			take_census(f, h->id, &c))
			hf_identity_rename(h);
	}
	f->id = h->id;
	/* About as large as the last; how large it is will be seen. */
	if (!make_room(f, own_count ? own[own_count - 1].bytes : 0)) {
		f->error = -ENOSPC;
		return false;
	}
	make_name(&name, f, h->id, why->kind, why->sequence, why->number);
	hf_text_end(&name);
	hf_text_string(&temporary, f->name);
	hf_text_string(&temporary, ".tmp");
	hf_text_end(&temporary);
	return !name.failed && !temporary.failed;
}

long
hf_folder_create(struct hf_folder *f)
{
	long fd = hf_sys4(SYS_openat, f->fd, (long)f->temporary,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	f->error = fd;
	if (fd >= 0) /* whatever the umask says */
		hf_sys3(SYS_fchmod, fd, 0600, 0);
	return fd;
}

void
hf_folder_abandon(struct hf_folder *f)
{
	hf_sys3(SYS_unlinkat, f->fd, (long)f->temporary, 0);
}

/* link and unlink where the filesystem can't rename without replacing. */
static long
rename_new(const struct hf_folder *f)
{
	long done = hf_sys6(SYS_renameat2, f->fd, (long)f->temporary, f->fd,
		(long)f->name, RENAME_NOREPLACE, 0);

	if (done != -EINVAL && done != -ENOSYS)
		return done;
	done = hf_sys6(SYS_linkat, f->fd, (long)f->temporary, f->fd,
		(long)f->name, 0, 0);
	if (done == 0)
		hf_sys3(SYS_unlinkat, f->fd, (long)f->temporary, 0);
	return done;
}

bool
hf_folder_commit(struct hf_folder *f, const struct hf_dump_reason *why,
	uint64_t bytes, uint64_t live)
{
	f->error = make_room(f, bytes) ? rename_new(f) : -ENOSPC;
	if (f->error != 0) {
		hf_folder_abandon(f);
		return false;
	}
	own[own_count++] = (struct own){ why->sequence, why->number, why->kind,
		why->now_ns, bytes, live };
	own_bytes += bytes;
	return true;
}
