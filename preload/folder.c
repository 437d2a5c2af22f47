/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process knows its own dumps from a table. When there is no room for one
 * more, it first thins its own: the dump whose removal leaves the smallest gap
 * in time goes, never the first, the last or the one with the most alive. Then
 * the oldest of other processes' goes, if that process has ended (a final
 * dump) or not written for a minute. What a helper that was killed left
 * half-written goes before all that.
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "census.h"
#include "identity.h"
#include "options.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif
#ifndef SYS_renameat2
#define SYS_renameat2 316
#endif

#define OWN_MOST     1024
#define MOST_REMOVED 10000 /* files, to make room for one */

struct own {
	uint32_t sequence, number;
	char kind;
	uint64_t time_ns, bytes, live;
};

/* In each of the places that a dump may go to. */
static struct series {
	struct own list[OWN_MOST];
	uint32_t count;
	uint64_t bytes;
} places[HF_FOLDER_PLACES];
static struct series *own = places; /* in the folder that is open */
/* Of which region they are: a fork child begins anew. */
static uint32_t own_generation;

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
	f->temporary[0] = '\0';
	return hf_folder_open_next(f);
}

bool
hf_folder_open_next(struct hf_folder *f)
{
	long first_error = f->error;
	bool found = false;

	hf_folder_close(f);
	while (!found && f->tried < HF_FOLDER_PLACES) {
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

static uint32_t
with_most_alive(void)
{
	uint32_t most = 0;

	for (uint32_t i = 1; i < own->count; i++)
		if (own->list[i].live > own->list[most].live)
			most = i;
	return most;
}

static void
forget(uint32_t i)
{
	struct own *gone = &own->list[i];

	own->bytes -= gone->bytes;
	own->count--;
	memmove(gone, gone + 1, (own->count - i) * sizeof *gone);
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
	for (uint32_t i = 1; i < own->count; i++) {
		uint64_t next = i + 1 < own->count ? own->list[i + 1].time_ns
						   : hf_state_clock();
		uint64_t gap = next - own->list[i - 1].time_ns;

		if (i != peak && gap < least) {
			least = gap;
			best = i;
		}
	}
	if (best == 0)
		return false;
	make_name(&t, f, id, own->list[best].kind, own->list[best].sequence,
		own->list[best].number);
	hf_sys3(SYS_unlinkat, f->fd, (long)hf_text_end(&t), 0);
	forget(best);
	return true;
}

/* Removes one of others. False: there is none that may go. */
static bool
remove_other(const struct hf_folder *f, const char *name)
{
	long error;

	if (!name[0])
		return false;
	error = hf_sys3(SYS_unlinkat, f->fd, (long)name, 0);
	/* -ENOENT: another process was faster. */
	return error == 0 || error == -ENOENT;
}

/* True once there is room for one more dump of so many bytes. */
static bool
make_room(const struct hf_folder *f, uint64_t bytes)
{
	struct hf_census c;
	int removed = 0;

	hf_census_take(&c, f, f->id, own->count > 0);
	while (c.files + own->count >= hf_options.dump_keep ||
		c.bytes + own->bytes + bytes > hf_options.dump_limit ||
		own->count == OWN_MOST) {
		if (!c.abandoned[0] && thin_own(f, f->id))
			continue;
		if (++removed > MOST_REMOVED ||
			!remove_other(
				f, c.abandoned[0] ? c.abandoned : c.oldest))
			return false;
		hf_census_take(&c, f, f->id, own->count > 0);
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
	struct hf_census c;

	own = &places[f->tried - 1];
	if (own_generation != h->generation) { /* the first of this process */
		for (int i = 0; i < HF_FOLDER_PLACES; i++)
			places[i].count = places[i].bytes = 0;
		own_generation = h->generation;
		/* What has been dumped of our state has our id by right. */
		for (hf_census_take(&c, f, h->id, false);
			c.id_taken && !atomic_load(&h->dumps_by_others);
			hf_census_take(&c, f, h->id, false))
			hf_identity_rename(h);
	}
	f->id = h->id;
	/* About as large as the last; how large it is will be seen. */
	if (!make_room(f, own->count ? own->list[own->count - 1].bytes : 0)) {
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
	own->list[own->count++] = (struct own){ why->sequence, why->number,
		why->kind, why->now_ns, bytes, live };
	own->bytes += bytes;
	return true;
}
