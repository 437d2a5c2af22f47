/* SPDX-License-Identifier: Apache-2.0 */
#include "census.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define REST_S 60 /* without a write */

struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

static bool
begins(const char *name, const char *with, size_t n)
{
	return strncmp(name, with, n) == 0;
}

static bool
ends(const char *name, const char *with)
{
	size_t n = strlen(name), m = strlen(with);

	return n >= m && strcmp(name + n - m, with) == 0;
}

/*
 * Is there a process of the pid that a foreign id begins with? Nobody but us
 * has our own. Where another pid namespace or no /proc makes this wrong, the
 * caller's minute without a write stands.
 */
static bool
may_be_alive(const char *foreign, const char *id)
{
	char path[32];
	struct hf_text t = { path, sizeof path - 1, 0, -1, false, 0 };
	size_t digits = strspn(foreign, "0123456789");
	struct stat st;

	if (begins(id, foreign, digits + 1)) /* with the '-' */
		return false;
	hf_text_string(&t, "/proc/");
	hf_text_bytes(&t, foreign, digits);
	return hf_sys4(SYS_newfstatat, AT_FDCWD, (long)hf_text_end(&t),
		       (long)&st, 0) == 0;
}

/* `<pid>-<hex>.`, as all ids are */
static bool
is_id(const char *s)
{
	size_t pid = strspn(s, "0123456789"), start;

	if (pid == 0 || pid > 10 || s[pid] != '-')
		return false;
	start = strspn(s + pid + 1, "0123456789abcdef");
	return start > 0 && s[pid + 1 + start] == '.';
}

static void
keep_name(char to[256], const char *name)
{
	size_t n = strlen(name);

	if (n < 256)
		memcpy(to, name, n + 1);
}

/* Written by somebody who may be at it still, or given up? */
static void
count_temporary(const char *id, struct hf_census *c, const char *name,
	const char *foreign, const struct stat *st)
{
	c->files++;
	c->bytes += (uint64_t)st->st_size;
	if (!foreign || ((uint64_t)st->st_mtime + REST_S < c->now_s &&
				!may_be_alive(foreign, id)))
		keep_name(c->abandoned, name);
}

static void
count_dump(struct hf_census *c, const char *name, const struct stat *st)
{
	uint64_t mtime = (uint64_t)st->st_mtime;

	c->files++;
	c->bytes += (uint64_t)st->st_size;
	if ((c->oldest[0] == '\0' || mtime < c->oldest_mtime) &&
		(ends(name, ".f.heap") || mtime + REST_S < c->now_s)) {
		keep_name(c->oldest, name);
		c->oldest_mtime = mtime;
	}
}

static void
count_one(const struct hf_folder *f, const char *id, struct hf_census *c,
	const char *name)
{
	size_t base = strlen(f->base), n = strlen(name), m = strlen(id);
	const char *rest = name + base + 1;
	bool temporary = ends(name, ".heap.tmp"), mine;
	struct stat st;

	if (n < base + 7 || !begins(name, f->base, base) || name[base] != '.')
		return;
	mine = begins(rest, id, m) && rest[m] == '.';
	if (mine)
		c->id_taken = true;
	if (temporary ? !is_id(rest) || strcmp(name, f->temporary) == 0
		      : !ends(name, ".heap") || (mine && c->own_known))
		return;
	if (hf_sys4(SYS_newfstatat, f->fd, (long)name, (long)&st,
		    AT_SYMLINK_NOFOLLOW) != 0 ||
		!S_ISREG(st.st_mode))
		return;
	if (temporary)
		count_temporary(id, c, name, mine ? NULL : rest, &st);
	else
		count_dump(c, name, &st);
}

void
hf_census_take(struct hf_census *c, const struct hf_folder *f, const char *id,
	bool own_known)
{
	char buffer[8192] __attribute__((aligned(8)));
	long n;

	*c = (struct hf_census){ .own_known = own_known };
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
