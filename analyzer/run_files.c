/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prefix handed to the shim is always absolute, since programs change their
 * working directory; what is said to the user is what he would type here.
 */
#include "run_files.h"

#include "err.h"
#include "folder.h"
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXE_MAX	   64 /* of a program's name in that of a folder */
#define SAME_NAMES 1000 /* tries before giving up on a taken name */

/* The base name, with nothing that a shell, LD_PRELOAD or a terminal minds. */
static void
harmless(char out[EXE_MAX + 1], const char *exe)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+-";
	const char *name = program_base_name(exe);
	size_t n = 0;

	for (; name[n] && n < EXE_MAX; n++)
		out[n] = strchr(allowed, name[n]) ? name[n] : '_';
	out[n] = '\0';
}

/* Fills in prefix and picture for f->folder. */
static int
complete(struct run_files *f)
{
	char cwd[PATH_MAX] = "";
	int n, m;

	if (f->folder[0] != '/' && !getcwd(cwd, sizeof cwd))
		return error("cannot tell the working directory: %s",
			strerror(errno));
	n = snprintf(f->prefix, sizeof f->prefix, "%s%s%s/heapflame", cwd,
		*cwd ? "/" : "", f->folder);
	m = snprintf(f->picture, sizeof f->picture, "%s/flame.svg", f->folder);
	if (n >= (int)sizeof f->prefix || m >= (int)sizeof f->picture)
		return error("the path '%s' is too long", f->folder);
	return 0;
}

/* Makes base/heapflame.<name>.<pid>, base NULL: here. -1 with errno. */
static int
make_in(struct run_files *f, const char *base, const char *name)
{
	for (int i = 1; i < SAME_NAMES; i++) {
		int n = snprintf(f->folder, sizeof f->folder,
			"%s%sheapflame.%s.%d", base ? base : "",
			base ? "/" : "", name, (int)getpid());

		if (i > 1 && n < (int)sizeof f->folder)
			n += snprintf(
				f->folder + n, sizeof f->folder - n, ".%d", i);
		if (n >= (int)sizeof f->folder) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (mkdir(f->folder, 0777) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/* The places after the working directory, best first. */
static int
make_elsewhere(struct run_files *f, const char *name)
{
	const char *state = getenv("STATE_DIRECTORY");
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char *base;
	int result = -1;

	if (state && *state) {
		/* systemd lists several, separated by colons. */
		base = xasprintf("%.*s", (int)strcspn(state, ":"), state);
		result = make_in(f, base, name);
		free(base);
	}
	if (result < 0 && runtime && *runtime)
		result = make_in(f, runtime, name);
	if (result < 0) {
		base = folder_of_user();
		if (folder_make_private(base) == 0)
			result = make_in(f, base, name);
		free(base);
	}
	return result;
}

int
run_files_choose(struct run_files *f, const char *exe)
{
	char name[EXE_MAX + 1];
	int cause;

	harmless(name, exe);
	f->own = true;
	if (make_in(f, NULL, name) < 0) {
		cause = errno;
		if (make_elsewhere(f, name) < 0)
			return error("cannot make a folder for the profile "
				     "here (%s) or in /tmp: %s",
				strerror(cause), strerror(errno));
		warning("cannot write here (%s), using '%s'", strerror(cause),
			f->folder);
	}
	return complete(f);
}

int
run_files_in(struct run_files *f, const char *folder)
{
	size_t n = strlen(folder);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (snprintf(f->folder, sizeof f->folder, "%.*s", (int)n, folder) >=
		(int)sizeof f->folder)
		return error("the path '%s' is too long", folder);
	if (folder_make(f->folder) < 0 || access(f->folder, W_OK | X_OK) < 0)
		return error("cannot use the folder '%s': %s", f->folder,
			strerror(errno));
	return complete(f);
}

int
run_files_prefixed(struct run_files *f, const char *prefix)
{
	const char *stem = program_base_name(prefix);
	size_t length = stem - prefix;
	char *folder = length == 0 ? xstrdup(".")
				   : xasprintf("%.*s", (int)length, prefix);
	int n, m, result = run_files_in(f, folder);
	char *slash = strrchr(f->prefix, '/');

	free(folder);
	if (result < 0)
		return -1;
	if (!*stem)
		return error(
			"the prefix '%s' names a folder; -o does that", prefix);
	n = snprintf(slash + 1, f->prefix + sizeof f->prefix - slash - 1, "%s",
		stem);
	m = snprintf(f->picture, sizeof f->picture, "%s.svg", prefix);
	if (n >= f->prefix + sizeof f->prefix - slash - 1 ||
		m >= (int)sizeof f->picture)
		return error("the prefix '%s' is too long", prefix);
	return 0;
}

int
run_files_temporary(struct run_files *f)
{
	const char *base = getenv("TMPDIR");

	if (!base || !*base || access(base, W_OK | X_OK) < 0)
		base = "/tmp";
	if (snprintf(f->folder, sizeof f->folder, "%s/heapflame-XXXXXX",
		    base) >= (int)sizeof f->folder ||
		!mkdtemp(f->folder))
		return error("cannot make a temporary folder in '%s': %s", base,
			strerror(errno));
	f->own = true;
	return complete(f);
}

const char *
run_files_stem(const struct run_files *f)
{
	return program_base_name(f->prefix);
}
