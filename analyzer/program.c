/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search of $PATH, by ourselves: execvp would do it as well, but the file
 * must be known, and looked at, before anything is started.
 */
#include "program.h"

#include "err.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
program_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A regular file that we may execute? Else errno says why not. */
static bool
is_program(const char *path)
{
	struct stat s;

	if (stat(path, &s) < 0)
		return false;
	if (!S_ISREG(s.st_mode)) {
		errno = EACCES;
		return false;
	}
	return access(path, X_OK) == 0;
}

char *
program_find(const char *name)
{
	const char *path = getenv("PATH");
	int worst = ENOENT;

	if (strchr(name, '/'))
		return is_program(name) ? xstrdup(name) : NULL;
	if (!path)
		path = "/bin:/usr/bin";
	while (*name) {
		size_t n = strcspn(path, ":");
		/* An empty element of PATH is the working directory. */
		char *file = n ? xasprintf("%.*s/%s", (int)n, path, name)
			       : xasprintf("./%s", name);

		if (is_program(file))
			return file;
		/* A folder that we may not enter holds nothing for us. */
		if (errno == EACCES && access(file, F_OK) == 0)
			worst = EACCES;
		free(file);
		if (!path[n])
			break;
		path += n + 1;
	}
	errno = worst;
	return NULL;
}
