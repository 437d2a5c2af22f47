/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to files. A folder of a `heapflame run` is told by its own name,
 * "heapflame.<exe>.<pid>", or by those of the dumps in it; it is looked into
 * when it lies in a folder that was named, and no deeper. Folders are read in
 * order of names, so that the same files give the same output whatever the file
 * system's order is.
 */
#define _GNU_SOURCE /* scandir, realpath */
#include "runs_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "state_map.h"

#define RUN_FOLDER "heapflame."

static bool
is_profile(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && (strcmp(name + n - 5, ".heap") == 0 ||
				strcmp(name + n - 5, ".live") == 0);
}

static bool
is_run_folder(const char *name)
{
	return strncmp(name, RUN_FOLDER, strlen(RUN_FOLDER)) == 0;
}

static char *
join(const char *folder, const char *name)
{
	size_t n = strlen(folder);

	if (strcmp(folder, ".") == 0)
		return xstrdup(name);
	return xasprintf("%s%s%s", folder,
		n > 0 && folder[n - 1] == '/' ? "" : "/", name);
}

/*
 * `run` gives its dumps the prefix "heapflame" and no program's name: so a
 * folder that was named by the user is known to be a run's.
 */
static bool
is_dump_of_run(const char *name)
{
	const char *id = name + strlen(RUN_FOLDER);
	size_t digits;

	if (!is_run_folder(name))
		return false;
	digits = strspn(id, "0123456789");
	return digits > 0 && id[digits] == '-';
}

/* Takes over the path. 0, or -1 after error(). */
static int
add_file(struct runs_files *f, char *path, const char *run_folder, bool named)
{
	struct runs_file file = { .path = path, .named = named };

	if (read_head(&file.head, path) < 0) {
		free(path);
		return -1;
	}
	if (run_folder != NULL)
		file.run_folder = xstrdup(run_folder);
	GROW(f->list, f->count, f->capacity);
	f->list[f->count++] = file;
	return 0;
}

/* Found, not named: what is no profile is said and passed over. */
static void
add_found(struct runs_files *f, char *path, const char *run_folder)
{
	bool before = errors_are_warnings(true);

	add_file(f, path, run_folder, false);
	errors_are_warnings(before);
}

static int
not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/*
 * The dumps of one folder; with `deeper` those of the run folders in it, too.
 * -1 after error() if it can't be read.
 */
static int
add_folder(struct runs_files *f, const char *folder, const char *run_folder,
	bool deeper)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, not_dots, by_bytes);

	if (count < 0)
		return error(
			"cannot read folder '%s': %s", folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *path = join(folder, name);
		struct stat st;
		bool there = stat(path, &st) == 0;

		if (there && S_ISREG(st.st_mode) && is_profile(name)) {
			add_found(f, path,
				run_folder == NULL && is_dump_of_run(name)
					? folder
					: run_folder);
		} else {
			if (there && S_ISDIR(st.st_mode) && deeper &&
				is_run_folder(name))
				add_folder(f, path, path, false);
			free(path);
		}
		free(entries[i]);
	}
	free(entries);
	return 0;
}

/* Is it, by its real name, the folder of a run? */
static bool
is_run_itself(const char *folder)
{
	char *real = realpath(folder, NULL);
	const char *base = real != NULL ? strrchr(real, '/') : NULL;
	bool yes = base != NULL && is_run_folder(base + 1);

	free(real);
	return yes;
}

/* The live state of a running process. */
static int
add_process(struct runs_files *f, int pid)
{
	char *path = state_path(pid);

	return path == NULL ? -1 : add_file(f, path, NULL, true);
}

int
runs_files_add(struct runs_files *f, const char *name)
{
	struct stat st;
	int pid = state_pid(name);

	if (pid > 0)
		return add_process(f, pid);
	if (stat(name, &st) < 0)
		return error("cannot open '%s': %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_folder(
			f, name, is_run_itself(name) ? name : NULL, true);
	return add_file(f, xstrdup(name), NULL, true);
}

void
runs_files_release(struct runs_files *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->list[i].path);
		free(f->list[i].run_folder);
		head_release(&f->list[i].head);
	}
	free(f->list);
	*f = (struct runs_files){ 0 };
}
