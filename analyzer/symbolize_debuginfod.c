/* SPDX-License-Identifier: Apache-2.0 */
/* The cache is a folder a build-id: debuginfod_find_debuginfo(3). */
#include "symbolize_debuginfod.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"

#define BUILD_ID_MAX 64

/* The caller frees. NULL: there can be none. */
static char *
cache_folder(void)
{
	const char *path = getenv("DEBUGINFOD_CACHE_PATH");
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *old;

	if (path != NULL && *path != '\0')
		return xstrdup(path);
	if (home == NULL)
		home = "";
	old = xasprintf("%s/.debuginfod_client_cache", home);
	if (access(old, X_OK) == 0)
		return old;
	free(old);
	if (xdg != NULL && *xdg != '\0')
		return xasprintf("%s/debuginfod_client", xdg);
	return xasprintf("%s/.cache/debuginfod_client", home);
}

int
symbolize_cached(const unsigned char *build_id, size_t length)
{
	char hex[2 * BUILD_ID_MAX + 1], *folder, *path;
	struct stat st;
	int fd;

	if (length == 0 || length > BUILD_ID_MAX)
		return -1;
	for (size_t i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", build_id[i]);
	folder = cache_folder();
	path = xasprintf("%s/%s/debuginfo", folder, hex);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	/* An empty file remembers that no server had it. */
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
			       st.st_size == 0)) {
		close(fd);
		fd = -1;
	}
	free(path);
	free(folder);
	return fd;
}

/* Loaded by libdw only when the first file is asked for. */
static bool
is_installed(void)
{
	void *library = dlopen("libdebuginfod.so.1", RTLD_LAZY);

	if (library == NULL)
		return false;
	dlclose(library);
	return true;
}

void
symbolize_debuginfod_check(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	if (urls == NULL || *urls == '\0')
		warning("--debuginfod: the environment has no DEBUGINFOD_URLS");
	else if (!is_installed())
		warning("--debuginfod: libdebuginfod.so.1 is missing (Debian, "
			"Ubuntu: apt-get install libdebuginfod1)");
}
