/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's cache has no documented format, so the folders are gone through
 * in its order: LD_LIBRARY_PATH, those of its configuration, its own. Programs
 * may be of another machine: only a library of the right one counts.
 */
#include "allocator_library.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "elf_image.h"
#include "err.h"

#define FILES 4

struct known {
	const char *name, *package;
	const char *files[FILES]; /* best first */
};

/* The plain tcmalloc comes first: the other one has a profiler of its own. */
static const struct known allocators[] = {
	{ "jemalloc", "libjemalloc2",
		{ "libjemalloc.so.2", "libjemalloc.so" } },
	{ "tcmalloc", "libtcmalloc-minimal4",
		{ "libtcmalloc_minimal.so.4", "libtcmalloc.so.4",
			"libtcmalloc_minimal.so", "libtcmalloc.so" } },
	{ "mimalloc", "libmimalloc2.0",
		{ "libmimalloc.so.2", "libmimalloc.so.3", "libmimalloc.so" } },
};

static bool
same_machine(const char *path, const char *like)
{
	struct elf_image a, b;
	bool same = false;

	if (!elf_image_open(&a, path))
		return false;
	if (elf_image_open(&b, like)) {
		same = elf_image_is_elf(&a) && elf_image_is_elf(&b) &&
		       a.bytes[EI_CLASS] == b.bytes[EI_CLASS] &&
		       elf_image_machine(&a) == elf_image_machine(&b);
		elf_image_close(&b);
	}
	elf_image_close(&a);
	return same;
}

/* The file of that name in the folder (n bytes), if it will do; else NULL. */
static char *
try_folder(const char *folder, size_t n, const char *name, const char *like)
{
	char *path = xasprintf("%.*s/%s", (int)n, folder, name);

	if (*path == '/' && same_machine(path, like))
		return path;
	free(path);
	return NULL;
}

/* Folders one behind the other, separated by any of these characters. */
static char *
try_list(const char *list, const char *separators, const char *name,
	const char *like)
{
	char *found = NULL;

	while (list && *list && !found) {
		size_t n = strcspn(list, separators);

		if (n > 0)
			found = try_folder(list, n, name, like);
		list += n + (list[n] != '\0');
	}
	return found;
}

/* A file of the loader's configuration: a folder a line. */
static char *
try_conf(const char *file, const char *name, const char *like)
{
	FILE *f = fopen(file, "re");
	char line[PATH_MAX], *found = NULL;

	if (!f)
		return NULL;
	while (!found && fgets(line, sizeof line, f)) {
		size_t n = strcspn(line, " \t\n#");

		if (*line == '/')
			found = try_folder(line, n, name, like);
	}
	fclose(f);
	return found;
}

static char *
try_configuration(const char *name, const char *like)
{
	char *found = try_conf("/etc/ld.so.conf", name, like);
	glob_t files;

	if (found || glob("/etc/ld.so.conf.d/*.conf", 0, NULL, &files) != 0)
		return found;
	for (size_t i = 0; i < files.gl_pathc && !found; i++)
		found = try_conf(files.gl_pathv[i], name, like);
	globfree(&files);
	return found;
}

static char *
find_file(const char *name, const char *like)
{
	char *found = try_list(getenv("LD_LIBRARY_PATH"), ":;", name, like);

	if (!found)
		found = try_configuration(name, like);
	if (!found)
		found = try_list("/lib64:/usr/lib64:/lib:/usr/lib:"
				 "/usr/local/lib64:/usr/local/lib",
			":", name, like);
	return found;
}

static char *
find_path(const char *name, const char *like)
{
	char *path = realpath(name, NULL);
	struct allocator a;

	if (!path || !same_machine(path, like))
		error("'%s' is no library of the right machine", name);
	else if (!allocator_look(&a, path) || a.malloc != MALLOC_EXPORTED)
		error("'%s' defines no malloc", name);
	else
		return path;
	free(path);
	return NULL;
}

static char *
find_known(const struct known *k, const char *like)
{
	char *found = NULL;

	for (int i = 0; i < FILES && k->files[i] && !found; i++)
		found = find_file(k->files[i], like);
	if (!found) {
		error("cannot find %s: no '%s' where the loader looks", k->name,
			k->files[0]);
		hint("Debian's package is %s; or: --allocator /path/to/%s",
			k->package, k->files[0]);
	}
	return found;
}

char *
allocator_library_find(const char *name, const char *like)
{
	for (size_t i = 0; i < sizeof allocators / sizeof *allocators; i++)
		if (strcmp(name, allocators[i].name) == 0)
			return find_known(&allocators[i], like);
	if (strchr(name, '/'))
		return find_path(name, like);
	error("--allocator wants jemalloc, tcmalloc, mimalloc or the path of a "
	      "library, not '%s'",
		name);
	return NULL;
}
