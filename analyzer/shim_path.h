/* SPDX-License-Identifier: Apache-2.0 */
/* Where the installed shim lies, and how LD_PRELOAD is told of it. */
#ifndef SHIM_PATH_H
#define SHIM_PATH_H

#include <stdbool.h>

/*
 * Absolute path of libheapflame.so: $HEAPFLAME_LIB if set, else beside our own
 * executable, in ../lib of it, or in the LIBDIR of the build. Caller frees.
 * NULL after error().
 */
char *shim_path_find(void);

/* Can this path stand in LD_PRELOAD, which splits at spaces and colons? */
bool shim_path_is_plain(const char *path);

/*
 * `library` if its path can stand in LD_PRELOAD; else a link to it, in `folder`
 * if that is given and can, else in /tmp/heapflame-<uid>/, where it stays for
 * the programs that were started with it. Caller frees. NULL after error().
 */
char *shim_path_preloadable(const char *library, const char *folder);

#endif
