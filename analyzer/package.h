/* SPDX-License-Identifier: Apache-2.0 */
/* Which Debian package a file is of, and who serves debug information for it.
 */
#ifndef PACKAGE_H
#define PACKAGE_H

#include <stddef.h>

struct package_file {
	const char *path;
	char *package; /* found; NULL: none. The caller frees. */
};

/*
 * Looks the paths up in the lists that dpkg keeps of what it installed, each
 * read once. Nothing is found where there is no dpkg.
 */
void packages_find(struct package_file *files, size_t count);

/* "libc6-dbg" of libc6, else "<package>-dbgsym". The caller frees. */
char *package_of_symbols(const char *package);

/* The distribution's debuginfod server, by /etc/os-release. */
const char *package_debuginfod(void);

#endif
