/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state is of this run if it names the run's prefix. It is copied as far as
 * it is used, holes left out, and the copy is given its name only when it is
 * whole; then the original goes.
 */
#define _GNU_SOURCE /* O_NOFOLLOW */
#include "run_gather.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "heapflame_state.h"
#include "live_owner.h"
#include "proc.h"
#include "run_elsewhere.h"

#define BLOCK 65536

/* One that was found: open, its header read, its process gone. */
struct found {
	const char *name;
	char *path;
	int fd;
	struct stat st;
	struct hfs_header h;
	enum live_fate fate;
};

static bool
is_state_name(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".live") == 0;
}

/* Opens it if it is a state of this run. */
static bool
open_state(struct found *f, const struct run_gather *s)
{
	ssize_t n;

	f->fd = open(f->path,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (f->fd < 0)
		return false;
	f->h = (struct hfs_header){ .page = { 0 } };
	n = pread(f->fd, &f->h, sizeof f->h, 0);
	if (n >= (ssize_t)offsetof(struct hfs_header, oom_kills) &&
		fstat(f->fd, &f->st) == 0 && S_ISREG(f->st.st_mode) &&
		f->st.st_uid == geteuid() &&
		memcmp(f->h.control.magic, HFS_MAGIC, 8) == 0 &&
		f->h.control.version == HFS_VERSION &&
		strncmp(f->h.prefix, s->files->prefix, sizeof f->h.prefix) == 0)
		return true;
	close(f->fd);
	return false;
}

static bool
is_blank(const char *bytes, size_t n)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0;
}

static bool
write_all(int fd, const char *bytes, size_t n, off_t at)
{
	while (n > 0) {
		ssize_t done = pwrite(fd, bytes, n, at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		n -= (size_t)done;
		at += done;
	}
	return true;
}

/* `size` bytes, page by page where there is anything. */
static bool
copy_bytes(int to, int from, off_t size)
{
	char *block = xmalloc(BLOCK);
	bool good = ftruncate(to, size) == 0;
	ssize_t n = 1;

	for (off_t at = 0; good && at < size && n > 0; at += n) {
		size_t wanted = size - at < BLOCK ? (size_t)(size - at) : BLOCK;

		n = pread(from, block, wanted, at);
		if (n < 0)
			good = false;
		for (ssize_t i = 0; good && i < n; i += HFS_PAGE) {
			size_t page =
				n - i < HFS_PAGE ? (size_t)(n - i) : HFS_PAGE;

			if (!is_blank(block + i, page))
				good = write_all(to, block + i, page, at + i);
		}
	}
	free(block);
	return good;
}

/* Bytes of it that may hold anything. */
static off_t
used_size(const struct found *f)
{
	uint64_t used = f->h.used, in_file = f->h.file_units;
	off_t size =
		(off_t)((used < in_file ? used : in_file) << HFS_UNIT_SHIFT);

	if (size < (off_t)sizeof f->h)
		size = sizeof f->h;
	return size < f->st.st_size ? size : f->st.st_size;
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* What is known of its end goes into the copy. */
static bool
write_end(int to, const struct found *f, const int *status)
{
	uint32_t ended = HFS_EXITED;
	int32_t end_status = -1;
	uint64_t when = now_ms();

	if (status) {
		ended = WIFSIGNALED(*status) ? HFS_SIGNALLED : HFS_EXITED;
		end_status = WIFSIGNALED(*status) ? WTERMSIG(*status)
						  : WEXITSTATUS(*status);
	} else if (f->fate != LIVE_REPLACED) {
		return true; /* who had waited for it could tell */
	}
	return write_all(to, (char *)&ended, sizeof ended,
		       offsetof(struct hfs_header, ended)) &&
	       write_all(to, (char *)&end_status, sizeof end_status,
		       offsetof(struct hfs_header, end_status)) &&
	       write_all(to, (char *)&when, sizeof when,
		       offsetof(struct hfs_header, end_wall_ms));
}

/* 0, or -1 with errno. */
static int
bring_home(const struct found *f, const struct run_gather *s, const int *status)
{
	char *path = xasprintf("%s/%s", s->files->folder, f->name);
	char *temporary = xasprintf("%s.tmp", path);
	int fd = open(temporary,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int cause = errno;
	bool good = fd >= 0;

	if (good) {
		good = copy_bytes(fd, f->fd, used_size(f)) &&
		       write_end(fd, f, status);
		cause = errno;
		if (close(fd) < 0 && good) {
			cause = errno;
			good = false;
		}
		/* Nothing that is there is replaced. */
		if (good && link(temporary, path) < 0) {
			cause = errno;
			good = false;
		}
		unlink(temporary);
	}
	free(path);
	free(temporary);
	errno = cause;
	return good ? 0 : -1;
}

/* Another process may have got its name since. */
static void
remove_original(const struct found *f)
{
	struct stat st;

	if (lstat(f->path, &st) == 0 && st.st_ino == f->st.st_ino &&
		st.st_dev == f->st.st_dev)
		unlink(f->path);
}

static bool
is_program(const struct hfs_header *h, const struct run_gather *s)
{
	return h->pid == (uint32_t)s->program && h->pid_namespace != 0 &&
	       h->pid_namespace == proc_pid_namespace();
}

/* A process that is gone. */
static void
take(struct found *f, struct run_gather *s, const int *status)
{
	if (status && WIFSIGNALED(*status) && WTERMSIG(*status) == SIGKILL &&
		live_owner_oom_kills(&f->h) > 0)
		s->oom = true;
	/* The dump is there; and what exec took away has not leaked. */
	if ((f->fate == LIVE_DUMPED && !run_elsewhere_dumped(&f->h)) ||
		(s->options->leaks && f->fate == LIVE_REPLACED)) {
		remove_original(f);
		return;
	}
	/* One sample is worth it: `run` gives SAMPLE, so dumps are, too. */
	if (f->h.samples > 0 && bring_home(f, s, status) < 0) {
		if (!s->lost)
			warning("cannot copy '%s' to '%s': %s", f->path,
				s->files->folder, strerror(errno));
		s->lost = true;
		return;
	}
	remove_original(f);
}

/*
 * Has the process left a dump as another program, one that it became by exec?
 * Dumps are called <stem>.<pid>-<start>.
 */
static bool
became_another(const struct hfs_header *h, const struct run_gather *s)
{
	char *begin =
		xasprintf("%s.%u-", run_files_stem(s->files), (unsigned)h->pid);
	size_t n = strlen(begin);
	DIR *d = opendir(s->files->folder);
	struct dirent *e;
	bool found = false;

	while (d && !found && (e = readdir(d)))
		found = strncmp(e->d_name, begin, n) == 0 &&
			strtoull(e->d_name + n, NULL, 16) > h->start_wall_ms;
	if (d)
		closedir(d);
	free(begin);
	return found;
}

/* Of the program by exec there may be several; the last one ended so. */
static size_t
note_program(struct found *f, struct run_gather *s, const int *status)
{
	if (is_program(&f->h, s) && f->h.start_wall_ms > s->program_start)
		s->program_start = f->h.start_wall_ms;
	return 0;
}

static size_t
look_at(struct found *f, struct run_gather *s, const int *status)
{
	bool program = is_program(&f->h, s);
	struct live_owner owner;

	live_owner_find(&owner, f->path, &f->h);
	f->fate = owner.fate;
	if (program && status && f->h.start_wall_ms < s->program_start)
		f->fate = LIVE_REPLACED;
	if (f->fate == LIVE_GONE && became_another(&f->h, s))
		f->fate = LIVE_REPLACED;
	/* How the program ends will be known; what it was before exec, is. */
	if (f->fate == LIVE_RUNNING ||
		(program && !status && f->fate != LIVE_REPLACED))
		return 0;
	take(f, s, program && f->fate != LIVE_REPLACED ? status : NULL);
	return 1;
}

typedef size_t visit(struct found *f, struct run_gather *s, const int *status);

static size_t
each_in(const char *folder, visit *visit_it, struct run_gather *s,
	const int *status)
{
	DIR *d = opendir(folder);
	struct found *f = xmalloc(sizeof *f);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d))) {
		if (!is_state_name(e->d_name))
			continue;
		f->name = e->d_name;
		f->path = xasprintf("%s/%s", folder, e->d_name);
		if (open_state(f, s)) {
			n += visit_it(f, s, status);
			close(f->fd);
		}
		free(f->path);
	}
	free(f);
	if (d)
		closedir(d);
	return n;
}

/* Wherever LIVE has the shim keep them. */
static size_t
each(visit *visit_it, struct run_gather *s, const int *status)
{
	const char *live = run_options_value(s->options, SHIM_LIVE);
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char *folder;
	size_t n;

	if (live && strcmp(live, "0") == 0)
		return 0;
	if (live && *live && strcmp(live, "shm") != 0)
		return each_in(live, visit_it, s, status);
	folder = xasprintf("/dev/shm/heapflame-%lu", (unsigned long)geteuid());
	n = each_in(folder, visit_it, s, status);
	free(folder);
	if (!runtime || *runtime != '/')
		return n;
	folder = xasprintf("%s/heapflame", runtime);
	n += each_in(folder, visit_it, s, status);
	free(folder);
	return n;
}

size_t
run_gather_states(struct run_gather *s, const int *status)
{
	if (status)
		each(note_program, s, status);
	return each(look_at, s, status);
}
