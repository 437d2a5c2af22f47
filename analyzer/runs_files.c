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
#include "folder.h"
#include "state_map.h"

#define RUN_FOLDER  "heapflame."
#define MERGED_FILE "heapflame" FOLDER_MERGED

static bool
ends_in(const char *name, size_t n, const char *suffix)
{
	size_t m = strlen(suffix);

	return n > m && memcmp(name + n - m, suffix, m) == 0;
}

static bool
is_profile(const char *name)
{
	size_t n = strlen(name);

	if (ends_in(name, n, ".gz"))
		n -= strlen(".gz");
	else if (ends_in(name, n, ".zst"))
		n -= strlen(".zst");
	return ends_in(name, n, ".heap") || ends_in(name, n, ".live");
}

static bool
is_state(const char *name)
{
	return is_profile(name) && strstr(name, ".live") != NULL;
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

	if (strncmp(name, MERGED_FILE, strlen(MERGED_FILE)) == 0)
		return true;
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

/* Is it a folder that a run was told to use, whatever its name? */
static bool
holds_a_run(struct dirent *const *entries, int count)
{
	for (int i = 0; i < count; i++)
		if (is_profile(entries[i]->d_name) &&
			is_dump_of_run(entries[i]->d_name))
			return true;
	return false;
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
	bool of_run;

	if (count < 0)
		return error(
			"cannot read folder '%s': %s", folder, strerror(errno));
	of_run = holds_a_run(entries, count);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *path = join(folder, name);
		struct stat st;
		bool there = stat(path, &st) == 0;

		if (there && S_ISREG(st.st_mode) && is_profile(name)) {
			/* A state keeps its program's name in there. */
			bool its = is_dump_of_run(name) ||
				   (of_run && is_state(name));

			add_found(f, path,
				run_folder == NULL && its ? folder
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

/*
 * The dumps in a bundle, as they were found when it was made. Of one of them
 * that makes no sense the bundle's reader says so, as of one in a folder.
 */
static int
add_bundle(struct runs_files *f, const char *path)
{
	struct bundle *b = bundle_open(path);

	if (b == NULL)
		return -1;
	GROW(f->bundles, f->bundle_count, f->bundle_capacity);
	f->bundles[f->bundle_count++] = b;
	for (size_t i = 0; i < b->count; i++) {
		const struct bundle_member *m = &b->members[i];
		struct runs_file file = {
			.named = m->named, .bundle = b, .member = i
		};
		bool before = errors_are_warnings(!m->named);
		int status = bundle_head(b, i, &file.head);

		errors_are_warnings(before);
		if (status < 0 && m->named)
			return -1;
		if (status < 0)
			continue;
		file.path = xstrdup(m->name);
		file.run_folder = m->run_folder ? xstrdup(m->run_folder) : NULL;
		GROW(f->list, f->count, f->capacity);
		f->list[f->count++] = file;
	}
	return 0;
}

int
runs_file_read(const struct runs_file *file, struct profile *p)
{
	if (file->bundle != NULL)
		return bundle_read(file->bundle, file->member, p);
	return read_file(p, file->path);
}

int
runs_files_add(struct runs_files *f, const char *name)
{
	struct stat st;
	int pid = state_pid(name);

	if (pid > 0)
		return add_process(f, pid);
	if (strcmp(name, "-") == 0)
		name = "/dev/stdin";
	if (stat(name, &st) < 0)
		return error("cannot open '%s': %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_folder(
			f, name, is_run_itself(name) ? name : NULL, true);
	if (bundle_is(name))
		return add_bundle(f, name);
	return add_file(f, xstrdup(name), NULL, true);
}

static void
release_file(struct runs_file *file)
{
	free(file->path);
	free(file->run_folder);
	head_release(&file->head);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* `run` was killed between writing the merged file and removing the others. */
void
runs_files_drop_merged(struct runs_files *f)
{
	char **was = NULL;
	size_t count = 0, capacity = 0, kept = 0;

	for (size_t i = 0; i < f->count; i++)
		for (size_t k = 0; k < f->list[i].head.was_count; k++) {
			GROW(was, count, capacity);
			was[count++] = f->list[i].head.was[k];
		}
	if (count == 0)
		return;
	qsort(was, count, sizeof *was, by_text);
	for (size_t i = 0; i < f->count; i++) {
		struct runs_file *file = &f->list[i];

		/* Names in `was` are those of merged files, which stay. */
		if (bsearch(&file->head.process, was, count, sizeof *was,
			    by_text))
			release_file(file);
		else
			f->list[kept++] = *file;
	}
	f->count = kept;
	free(was);
}

void
runs_files_release(struct runs_files *f)
{
	for (size_t i = 0; i < f->count; i++)
		release_file(&f->list[i]);
	for (size_t i = 0; i < f->bundle_count; i++)
		bundle_free(f->bundles[i]);
	free(f->list);
	free(f->bundles);
	*f = (struct runs_files){ 0 };
}
