/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that was deleted or replaced while a process runs it is still there:
 * /proc/PID/exe is the program, /proc/PID/map_files holds all that is mapped.
 * That is trusted only where the build-id is known, for a pid may be another
 * process's by now.
 */
#include "symbolize_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "proc.h"

#define DELETED	  " (deleted)"
#define LINE_SIZE 8192 /* of /proc/PID/maps */

/*
 * Appends a colon and `folder`, with `root` in front, for each one in a list.
 * To libdwfl relative ones are relative to the module; to people they are not.
 */
static void
add_folders(char **list, const char *root, const char *folders)
{
	char *here = getcwd(NULL, 0);

	while (*folders != '\0') {
		size_t n = strcspn(folders, ":");
		bool whole = *(*root != '\0' ? root : folders) == '/';

		if (n > 0) {
			char *longer = xasprintf("%s:%s%s%s%.*s", *list,
				whole || here == NULL ? "" : here,
				whole ? "" : "/", root, (int)n, folders);

			free(*list);
			*list = longer;
		}
		folders += n + (folders[n] == ':');
	}
	free(here);
}

/* "+" has checksums of debug links looked at. */
char *
symbolize_debug_path(const struct symbolize_places *places)
{
	static const char usual[] = "/usr/lib/debug";
	const char *const *dirs = places->options->debug_dirs;
	char *list = xstrdup("+:.debug");

	for (; dirs != NULL && *dirs != NULL; dirs++)
		add_folders(&list, "", *dirs);
	if (places->options->sysroot != NULL)
		add_folders(&list, places->options->sysroot, usual);
	if (places->root != NULL)
		add_folders(&list, places->root, usual);
	add_folders(&list, "", usual);
	return list;
}

static struct symbolize_file *
open_below(const char *root, struct symbolize_wanted *wanted, const char *path,
	const char **why)
{
	char *below = xasprintf("%s%s", root, path);
	struct symbolize_file *file;

	wanted->path = below;
	file = symbolize_open(wanted, why);
	free(below);
	return file;
}

/* Is it the same file, as /proc/PID/maps writes it? */
static bool
is_same(const char *mapped, const char *path, size_t length)
{
	return strncmp(mapped, path, length) == 0 &&
	       (mapped[length] == '\0' ||
		       strcmp(mapped + length, DELETED) == 0);
}

static struct symbolize_file *
open_mapped(int pid, struct symbolize_wanted *wanted, const char *path,
	size_t length, const char **why)
{
	char name[64], line[LINE_SIZE], range[64];
	struct symbolize_file *file = NULL;
	FILE *maps;

	snprintf(name, sizeof name, "/proc/%d/maps", pid);
	maps = fopen(name, "re");
	while (maps != NULL && file == NULL && fgets(line, sizeof line, maps)) {
		char *at = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		if (at == NULL || !is_same(at, path, length) ||
			sscanf(line, "%63[0-9a-f-]", range) != 1)
			continue;
		snprintf(name, sizeof name, "/proc/%d/map_files/%.40s", pid,
			range);
		wanted->path = name;
		file = symbolize_open(wanted, why);
	}
	if (maps != NULL)
		fclose(maps);
	return file;
}

/* What is no more there by its name. */
static struct symbolize_file *
open_running(int pid, struct symbolize_wanted *wanted, const char *path)
{
	size_t length = strlen(path), suffix = strlen(DELETED);
	struct symbolize_file *file;
	char name[64];
	const char *why;

	pid = proc_thread(pid);
	if (length > suffix && strcmp(path + length - suffix, DELETED) == 0)
		length -= suffix;
	snprintf(name, sizeof name, "/proc/%d/exe", pid);
	wanted->path = name;
	file = symbolize_open(wanted, &why);
	return file != NULL ? file
			    : open_mapped(pid, wanted, path, length, &why);
}

struct symbolize_file *
symbolize_find(const struct symbolize_places *places,
	struct symbolize_wanted wanted, const char *path, const char **why)
{
	const char *sysroot = places->options->sysroot;
	int64_t newest_ms = wanted.newest_ms;
	struct symbolize_file *file = NULL;

	if (sysroot != NULL) {
		wanted.newest_ms = 0; /* the user says what it is */
		file = open_below(sysroot, &wanted, path, why);
		wanted.newest_ms = newest_ms;
	}
	if (file == NULL && places->root != NULL)
		file = open_below(places->root, &wanted, path, why);
	if (file != NULL)
		return file;
	wanted.path = path;
	file = symbolize_open(&wanted, why);
	if (file == NULL && places->pid > 0 && wanted.build_id != NULL)
		file = open_running(places->pid, &wanted, path);
	if (file != NULL)
		*why = NULL;
	return file;
}
