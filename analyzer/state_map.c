/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process has its state mapped, so /proc/PID/maps names it; a fork child has
 * its parent's mapped, too, until it has one of its own: the pid inside tells
 * them apart. What is found is held against what is mapped, by device and
 * inode: the path is another process's word.
 */
#include "state_map.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "proc.h"

#define MANY 64 /* states in one process's maps: its own, and its parents' */

/* A mapped file whose name ends in ".live". */
struct mapped {
	char range[40]; /* "7f00-7f01", as map_files calls it */
	unsigned major, minor;
	unsigned long long inode;
	char *path;
};

struct maps {
	struct mapped list[MANY];
	int count, lines;
	bool preloaded;
};

static bool
ends_in(const char *s, const char *ending)
{
	size_t n = strlen(s), m = strlen(ending);

	return n >= m && strcmp(s + n - m, ending) == 0;
}

/* The kernel writes a newline as \012, and says so of a file that is gone. */
static void
plain_path(char *path)
{
	char *to = path;

	path[strcspn(path, "\n")] = '\0';
	if (ends_in(path, " (deleted)"))
		path[strlen(path) - strlen(" (deleted)")] = '\0';
	for (const char *from = path; *from != '\0'; to++) {
		if (strncmp(from, "\\012", 4) == 0) {
			*to = '\n';
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static void
look_at_line(struct maps *maps, char *line)
{
	struct mapped m;
	int at = 0;

	maps->lines++;
	if (sscanf(line, "%39s %*s %*s %x:%x %llu %n", m.range, &m.major,
		    &m.minor, &m.inode, &at) < 4 ||
		line[at] != '/')
		return;
	plain_path(line + at);
	if (ends_in(line + at, "/libheapflame.so"))
		maps->preloaded = true;
	if (!ends_in(line + at, ".live") || maps->count == MANY)
		return;
	for (int i = 0; i < maps->count; i++)
		if (maps->list[i].inode == m.inode &&
			maps->list[i].major == m.major &&
			maps->list[i].minor == m.minor)
			return;
	m.path = xstrdup(line + at);
	maps->list[maps->count++] = m;
}

static void
maps_release(struct maps *maps)
{
	for (int i = 0; i < maps->count; i++)
		free(maps->list[i].path);
}

/* Says why /proc/PID/maps can't be had, if anybody asked. */
static int
no_maps(int pid, int cause, bool quiet)
{
	if (quiet)
		return -1;
	if (cause == ENOENT || cause == ESRCH) {
		error("there is no process %d", pid);
		hint("What was killed is found by 'heapflame ls'.");
		return -1;
	}
	error("cannot look into process %d: %s", pid, strerror(cause));
	if (cause == EACCES || cause == EPERM)
		hint("It belongs to another user; try as that user or as "
		     "root.");
	return -1;
}

static int
read_maps(struct maps *maps, int pid, bool quiet)
{
	char path[40], *line = NULL;
	size_t capacity = 0;
	FILE *in;

	*maps = (struct maps){ .count = 0 };
	snprintf(path, sizeof path, "/proc/%d/maps", pid);
	in = fopen(path, "re");
	if (!in)
		return no_maps(pid, errno, quiet);
	errno = 0;
	while (getline(&line, &capacity, in) > 0)
		look_at_line(maps, line);
	free(line);
	/* Permission is asked for at the first read, too. */
	if (maps->lines == 0 && errno != 0) {
		no_maps(pid, errno, quiet);
		fclose(in);
		return -1;
	}
	fclose(in);
	return 0;
}

/* The pid by which the process knows itself: the innermost namespace's. */
static unsigned
own_pid(int pid)
{
	char path[40], line[512];
	unsigned own = (unsigned)pid;
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	in = fopen(path, "re");
	if (!in)
		return own;
	while (fgets(line, sizeof line, in))
		if (strncmp(line, "NStgid:", 7) == 0) {
			const char *last = strrchr(line, '\t');

			own = (unsigned)atoi(last ? last : line + 7);
		}
	fclose(in);
	return own;
}

/* Opens what is there if it is a plain file; -1 with errno. */
static int
open_plain(const char *path, bool writable)
{
	int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC |
				    O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

static bool
is_mapped_file(int fd, const struct mapped *m)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == m->inode &&
	       major(st.st_dev) == m->major && minor(st.st_dev) == m->minor;
}

/* The start of a state, up to what names its process. */
#define START_SIZE offsetof(struct hfs_header, prefix)

static bool
read_start(int fd, struct hfs_header *h)
{
	return pread(fd, h, START_SIZE, 0) == (ssize_t)START_SIZE &&
	       memcmp(h->control.magic, HFS_MAGIC, 8) == 0;
}

/* A path of it that opens and is a state; NULL with errno. *owner: whose. */
static char *
try_mapped(int pid, const struct mapped *m, uint32_t *owner)
{
	char *paths[2] = { xasprintf("/proc/%d/root%s", pid, m->path),
		xasprintf("/proc/%d/map_files/%s", pid, m->range) };
	char *found = NULL;
	struct hfs_header h;
	int cause = 0;

	for (int i = 0; i < 2 && !found; i++) {
		int fd = open_plain(paths[i], false);

		/* What the path leads to may be another file by now. */
		if (fd < 0) {
			cause = cause ? cause : errno;
		} else if (is_mapped_file(fd, m) && read_start(fd, &h)) {
			found = paths[i];
			*owner = h.pid;
		}
		if (fd >= 0)
			close(fd);
	}
	for (int i = 0; i < 2; i++)
		if (paths[i] != found)
			free(paths[i]);
	errno = cause;
	return found;
}

static void
say_nothing_found(int pid, const struct maps *maps, uint32_t parent, int cause)
{
	if (maps->lines == 0)
		error("process %d has no memory: it has ended, or is the "
		      "kernel's",
			pid);
	else if (parent)
		error("process %d was forked from %u and has no live state of "
		      "its own yet: nothing was sampled in it",
			pid, parent);
	else if (maps->count > 0 && cause)
		error("cannot open the live state of process %d, '%s': %s", pid,
			maps->list[0].path, strerror(cause));
	else if (maps->preloaded)
		error("process %d has libheapflame.so but no live state: "
		      "nothing was sampled yet, or it could have none",
			pid);
	else {
		error("process %d is not profiled: it has no libheapflame.so",
			pid);
		hint("Start it by 'heapflame run', or see 'heapflame env'.");
	}
}

/* What a look at a process's mappings found. */
struct found {
	struct maps maps;
	char *path; /* NULL: no state of its own */
	uint32_t parent; /* whose state it has instead; 0: nobody's */
	int cause; /* errno of what could not be opened; 0 */
};

static int
look(struct found *f, int pid, bool quiet)
{
	uint32_t own, owner = 0;

	*f = (struct found){ .path = NULL };
	pid = proc_thread(pid);
	if (read_maps(&f->maps, pid, quiet) < 0)
		return -1;
	own = own_pid(pid);
	for (int i = 0; i < f->maps.count && !f->path; i++) {
		f->path = try_mapped(pid, &f->maps.list[i], &owner);
		if (!f->path) {
			f->cause = f->cause ? f->cause : errno;
		} else if (owner != own) {
			f->parent = owner;
			free(f->path);
			f->path = NULL;
		}
	}
	return 0;
}

/* Mapped, and it does not say yet whose it is: a matter of microseconds. */
static bool
is_being_made(const struct found *f)
{
	return !f->path && f->maps.count > 0 && !f->cause && !f->parent;
}

#define BIRTH_MS 200

static char *
find_state(int pid, bool quiet)
{
	const struct timespec moment = { .tv_nsec = 1000 * 1000 };
	struct found f;

	if (look(&f, pid, quiet) < 0)
		return NULL;
	for (int i = 0; i < BIRTH_MS && is_being_made(&f); i++) {
		maps_release(&f.maps);
		nanosleep(&moment, NULL);
		if (look(&f, pid, quiet) < 0)
			return NULL;
	}
	if (!f.path && !quiet)
		say_nothing_found(pid, &f.maps, f.parent, f.cause);
	maps_release(&f.maps);
	return f.path;
}

char *
state_path(int pid)
{
	return find_state(pid, false);
}

char *
state_path_if_any(int pid)
{
	return find_state(pid, true);
}

int
state_pid(const char *name)
{
	long pid = 0;

	for (const char *c = name; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || pid > 99999999)
			return 0;
		pid = pid * 10 + (*c - '0');
	}
	return access(name, F_OK) == 0 ? 0 : (int)pid;
}

char *
state_path_of(const char *name)
{
	int pid = state_pid(name);

	return pid > 0 ? state_path(pid) : xstrdup(name);
}

/* Do both names lead to one file? True also if that can't be told. */
static bool
is_one(const char *ours, int pid, const char *theirs)
{
	char *path = xasprintf("/proc/%d/%s", pid, theirs);
	struct stat a, b;
	bool differ = stat(ours, &a) == 0 && stat(path, &b) == 0 &&
		      (a.st_ino != b.st_ino || a.st_dev != b.st_dev);

	free(path);
	return !differ;
}

char *
state_root_of(const char *name)
{
	int pid = state_pid(name);

	/* The same root may have another /tmp mounted on it. */
	if (pid == 0 || (is_one("/", pid, "root") &&
				is_one("/proc/self/ns/mnt", pid, "ns/mnt")))
		return NULL;
	return xasprintf("/proc/%d/root", pid);
}

static int
map_header(struct state_map *m, const char *path, bool writable)
{
	struct hfs_header h;
	struct stat st;
	void *at;

	if (!read_start(m->fd, &h))
		return error("'%s' is no live state", path);
	if (h.control.version != HFS_VERSION)
		return error("'%s' is a live state of version %u, and this "
			     "heapflame reads %u",
			path, h.control.version, HFS_VERSION);
	if (fstat(m->fd, &st) < 0 || st.st_size < (off_t)sizeof h ||
		h.control.header_size < sizeof h)
		return error("'%s' is cut off", path);
	at = mmap(NULL, sizeof h, writable ? PROT_READ | PROT_WRITE : PROT_READ,
		MAP_SHARED, m->fd, 0);
	if (at == MAP_FAILED)
		return error("cannot map '%s': %s", path, strerror(errno));
	m->header = at;
	return 0;
}

int
state_map(struct state_map *m, const char *path, bool writable)
{
	*m = (struct state_map){ .fd = open_plain(path, writable) };
	if (m->fd < 0)
		return error("cannot open '%s': %s", path,
			errno == EINVAL ? "not a plain file" : strerror(errno));
	if (map_header(m, path, writable) < 0) {
		close(m->fd);
		*m = (struct state_map){ .fd = -1 };
		return -1;
	}
	return 0;
}

void
state_unmap(struct state_map *m)
{
	if (!m->header)
		return;
	munmap(m->header, sizeof *m->header);
	close(m->fd);
	*m = (struct state_map){ .fd = -1 };
}

/* With a descriptor of its own: through one that may write none is told. */
static bool
somebody_writes(int fd)
{
	char path[40];
	int reader;
	bool writes;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY | O_CLOEXEC);
	if (reader < 0)
		return true;
	writes = proc_somebody_writes(reader) == PROC_YES;
	close(reader);
	return writes;
}

bool
state_is_alive(const struct state_map *m)
{
	const struct hfs_header *h = m->header;

	if (h->ended != HFS_RUNNING)
		return false;
	if (h->pid_namespace != 0 && h->pid_namespace == proc_pid_namespace())
		return h->start_ticks != 0 && h->pid <= INT_MAX &&
		       proc_start_ticks((int)h->pid) == h->start_ticks;
	return somebody_writes(m->fd);
}

int
state_map_living(struct state_map *m, const char *path)
{
	bool alive;

	/* Before we write to it ourselves: a lease would meet us. */
	if (state_map(m, path, false) < 0)
		return -1;
	alive = state_is_alive(m);
	state_unmap(m);
	if (!alive)
		return error("the process of '%s' has ended", path);
	return state_map(m, path, true);
}
