/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system's side of `run`. What lies in /tmp is distrusted: another
 * user may have been there before us with a folder or a link of that name.
 */
#include "folder.h"

#include "err.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_folder(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

int
folder_make(const char *path)
{
	char *copy = xstrdup(path);
	int saved;

	for (char *p = copy + 1; *copy && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)mkdir(copy, 0777); /* the last one tells what is wrong */
		*p = '/';
	}
	if (mkdir(copy, 0777) < 0) {
		saved = errno;
		if (saved != EEXIST || !is_folder(path)) {
			free(copy);
			errno = saved == EEXIST ? ENOTDIR : saved;
			return -1;
		}
	}
	free(copy);
	return 0;
}

int
folder_make_private(const char *path)
{
	struct stat s;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST || lstat(path, &s) < 0)
		return -1;
	if (S_ISDIR(s.st_mode) && s.st_uid == geteuid() &&
		(s.st_mode & 077) == 0)
		return 0;
	errno = EPERM;
	return -1;
}

char *
folder_of_user(void)
{
	return xasprintf("/tmp/heapflame-%lu", (unsigned long)geteuid());
}

void
folder_remove(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	(void)rmdir(path);
}

static bool
ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && strcmp(name + n - m, suffix) == 0;
}

/* Live states bear their program's name. */
static bool
is_profile_of(const char *name, const char *stem)
{
	size_t n = strlen(stem);

	return ends_in(name, ".live") ||
	       (strncmp(name, stem, n) == 0 && ends_in(name + n, ".heap") &&
		       (name[n] == '.' || strncmp(name + n, FOLDER_MERGED,
						  strlen(FOLDER_MERGED)) == 0));
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
folder_list_profiles(
	struct folder_list *list, const char *folder, const char *stem)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (!is_profile_of(e->d_name, stem))
			continue;
		GROW(list->paths, list->count, list->capacity);
		list->paths[list->count++] =
			xasprintf("%s/%s", folder, e->d_name);
	}
	if (d)
		closedir(d);
	if (list->count)
		qsort(list->paths, list->count, sizeof *list->paths, by_name);
}

bool
folder_list_has(const struct folder_list *list, const char *path)
{
	return list->count && bsearch(&path, list->paths, list->count,
				      sizeof *list->paths, by_name);
}

void
folder_list_release(struct folder_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct folder_list){ 0 };
}
