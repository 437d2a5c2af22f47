/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shim is looked for relative to ourselves first, so that a build tree and
 * a staged or moved installation use their own and not another one's.
 */
#include "shim_path.h"

#include "err.h"
#include "folder.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "libheapflame.so"

#ifndef LIBDIR
#define LIBDIR "/usr/local/lib"
#endif

#if defined(__x86_64__)
#define MULTIARCH "../lib/x86_64-linux-gnu"
#elif defined(__aarch64__)
#define MULTIARCH "../lib/aarch64-linux-gnu"
#else
#define MULTIARCH "."
#endif

/* The folder of our own executable; caller frees. */
static char *
own_folder(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	char *slash;

	if (n <= 0)
		return xstrdup("/usr/bin");
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return xstrdup(path);
}

/* Absolute and without links, or NULL if it can't be read. */
static char *
readable(const char *path)
{
	return access(path, R_OK) == 0 ? realpath(path, NULL) : NULL;
}

char *
shim_path_find(void)
{
	static const char *const places[] = { ".", "../lib", MULTIARCH };
	const char *given = getenv("HEAPFLAME_LIB");
	char *folder, *path, *found;

	if (given && *given) {
		found = readable(given);
		if (!found)
			error("cannot read '%s', which HEAPFLAME_LIB names: %s",
				given, strerror(errno));
		return found;
	}
	folder = own_folder();
	found = NULL;
	for (size_t i = 0; !found && i < sizeof places / sizeof *places; i++) {
		path = xasprintf("%s/%s/" NAME, folder, places[i]);
		found = readable(path);
		free(path);
	}
	if (!found)
		found = readable(LIBDIR "/" NAME);
	if (!found)
		error("cannot find " NAME " in '%s', '%s/../lib' or '%s'; "
		      "HEAPFLAME_LIB can name it",
			folder, folder, LIBDIR);
	free(folder);
	return found;
}

bool
shim_path_is_plain(const char *path)
{
	/* `$` begins what the loader replaces: $ORIGIN, $LIB, $PLATFORM. */
	return !strpbrk(path, " :$");
}

static bool
is_link_to(const char *link_path, const char *target)
{
	char there[PATH_MAX];
	ssize_t n = readlink(link_path, there, sizeof there - 1);

	return n > 0 && (size_t)n == strlen(target) &&
	       memcmp(there, target, n) == 0;
}

/* A name that differs for different targets (FNV-1a of the path). */
static char *
link_name(const char *folder, const char *target)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (const char *p = target; *p; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return xasprintf("%s/libheapflame-%016" PRIx64 ".so", folder, hash);
}

char *
shim_path_preloadable(const char *library, const char *folder)
{
	char *own, *path;

	if (shim_path_is_plain(library))
		return xstrdup(library);
	if (folder && shim_path_is_plain(folder)) {
		path = link_name(folder, library);
	} else {
		own = folder_of_user();
		if (folder_make_private(own) < 0) {
			error("cannot use '%s' for a link to '%s': %s", own,
				library, strerror(errno));
			free(own);
			return NULL;
		}
		path = link_name(own, library);
		free(own);
	}
	if (symlink(library, path) == 0 || is_link_to(path, library))
		return path;
	error("cannot link '%s' to '%s': %s", path, library, strerror(errno));
	free(path);
	return NULL;
}
