/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* realpath */
#include "runs_states.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "read.h"
#include "state_map.h"

#define SHM	 "/dev/shm"
#define FOLDER	 "heapflame"
#define LIVE_END ".live"

static bool
is_state(const char *name)
{
	size_t n = strlen(name), m = strlen(LIVE_END);

	return n > m && strcmp(name + n - m, LIVE_END) == 0;
}

/* False: it is none, or is not ready yet, or is on the list. */
static bool
read_header(const struct states *s, const char *path, struct hfs_header *h,
	struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = -1;

	*h = (struct hfs_header){ .page = { 0 } };
	if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		n = pread(fd, h, sizeof *h, 0);
	if (fd >= 0)
		close(fd);
	if (n < (ssize_t)sizeof h->control ||
		memcmp(h->control.magic, HFS_MAGIC, 8) != 0)
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].device == st->st_dev &&
			s->list[i].inode == st->st_ino)
			return false;
	return true;
}

static char *
copy_of(const struct profile *p, uint32_t id)
{
	return id == NONE ? NULL : xstrdup(strtab_get(&p->strings, id));
}

static void
fill(struct states_entry *e, const struct profile *p)
{
	const struct process *of = &p->processes[0];

	e->exe = copy_of(p, of->exe);
	e->id = copy_of(p, of->id);
	e->pid = of->pid;
	e->start_ms = of->start_ms;
	e->end_ms = of->end_ms;
	e->samples = of->samples;
	e->interval_min = of->interval_min;
	e->interval_max = of->interval_max;
	for (uint32_t i = 0; i < p->row_count; i++) {
		e->live.sum += p->rows[i].v[INUSE_SPACE].sum;
		e->live.var += p->rows[i].v[INUSE_SPACE].var;
	}
}

/* 0, or -1 after error() if it is a state that can't be read. */
static int
add_file(struct states *s, const char *path)
{
	struct states_entry e = { .file = NULL };
	struct live_owner owner;
	struct hfs_header h;
	struct profile p;
	struct stat st;
	int status;

	if (!read_header(s, path, &h, &st))
		return 0;
	profile_init(&p);
	status = read_file(&p, path);
	if (status == 0) {
		live_owner_find(&owner, path, &h);
		fill(&e, &p);
		e.fate = owner.fate;
		e.status = owner.status;
		e.pid_here = owner.fate == LIVE_RUNNING ? owner.pid : 0;
		e.oom_kills = live_owner_oom_kills(&h);
		e.file = xstrdup(path);
		e.device = st.st_dev;
		e.inode = st.st_ino;
		GROW(s->list, s->count, s->capacity);
		s->list[s->count++] = e;
	}
	profile_release(&p);
	return status;
}

static void
add_found(struct states *s, const char *path)
{
	bool before = errors_are_warnings(true);

	add_file(s, path);
	errors_are_warnings(before);
}

static bool
is_new(struct states *s, const char *folder)
{
	char *real = realpath(folder, NULL);

	if (!real)
		return false;
	for (size_t i = 0; i < s->folder_count; i++)
		if (strcmp(s->folders[i], real) == 0) {
			free(real);
			return false;
		}
	GROW(s->folders, s->folder_count, s->folder_capacity);
	s->folders[s->folder_count++] = real;
	return true;
}

/* 0, or -1 with errno. */
static int
add_folder(struct states *s, const char *folder)
{
	DIR *d;
	struct dirent *entry;

	if (!is_new(s, folder))
		return 0;
	d = opendir(folder);
	if (!d)
		return -1;
	while ((entry = readdir(d)) != NULL)
		if (is_state(entry->d_name)) {
			char *path = xasprintf("%s/%s", folder, entry->d_name);

			add_found(s, path);
			free(path);
		}
	closedir(d);
	return 0;
}

static void
add_folder_found(struct states *s, const char *folder)
{
	if (add_folder(s, folder) < 0 && errno == EACCES)
		s->closed++;
}

/*
 * The state of a running process, and what else is in its folder. Where we see
 * the same file by its plain path that is the better name: it stays good.
 */
static void
add_process(struct states *s, int pid)
{
	char *path = state_path_if_any(pid), *root, *slash;
	const char *plain;
	struct stat a, b;

	if (!path)
		return;
	root = xasprintf("/proc/%d/root", pid);
	plain = strncmp(path, root, strlen(root)) == 0 ? path + strlen(root)
						       : path;
	if (plain != path &&
		(stat(path, &a) < 0 || stat(plain, &b) < 0 ||
			a.st_ino != b.st_ino || a.st_dev != b.st_dev))
		plain = path;
	add_found(s, plain);
	slash = strrchr(path, '/');
	if (strstr(path, "/map_files/") == NULL && slash) {
		path[slash - path] = '\0';
		if (*plain != '\0' && strncmp(plain, "/proc/", 6) != 0)
			add_folder_found(s, plain);
		else
			add_folder_found(s, path);
	}
	free(root);
	free(path);
}

static void
add_processes(struct states *s)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;

	while (d && (entry = readdir(d)) != NULL) {
		int pid = atoi(entry->d_name);

		if (pid > 0)
			add_process(s, pid);
	}
	if (d)
		closedir(d);
}

static void
add_shm(struct states *s)
{
	DIR *d = opendir(SHM);
	struct dirent *entry;

	while (d && (entry = readdir(d)) != NULL)
		if (strncmp(entry->d_name, FOLDER "-", strlen(FOLDER) + 1) ==
			0) {
			char *folder = xasprintf("%s/%s", SHM, entry->d_name);

			add_folder_found(s, folder);
			free(folder);
		}
	if (d)
		closedir(d);
}

void
states_find(struct states *s)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	add_shm(s);
	if (runtime && *runtime == '/') {
		char *folder = xasprintf("%s/%s", runtime, FOLDER);

		add_folder_found(s, folder);
		free(folder);
	}
	add_processes(s);
	states_sort(s);
}

int
states_add(struct states *s, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error("cannot open '%s': %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode)) {
		size_t before = s->count;

		if (add_file(s, path) < 0)
			return -1;
		return s->count > before ? 0
					 : error("'%s' is no live state", path);
	}
	if (add_folder(s, path) < 0)
		return error(
			"cannot read folder '%s': %s", path, strerror(errno));
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct states_entry *x = a, *y = b;
	bool runs = x->fate == LIVE_RUNNING;

	if (runs != (y->fate == LIVE_RUNNING))
		return runs ? -1 : 1;
	if (x->start_ms != y->start_ms)
		return x->start_ms > y->start_ms ? -1 : 1;
	return strcmp(x->file, y->file);
}

void
states_sort(struct states *s)
{
	if (s->count > 0)
		qsort(s->list, s->count, sizeof *s->list, compare);
}

void
states_release(struct states *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->list[i].file);
		free(s->list[i].exe);
		free(s->list[i].id);
	}
	for (size_t i = 0; i < s->folder_count; i++)
		free(s->folders[i]);
	free(s->list);
	free(s->folders);
	*s = (struct states){ .list = NULL };
}
