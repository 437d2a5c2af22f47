/* SPDX-License-Identifier: Apache-2.0 */
/* A program's name to its file. */
#ifndef PROGRAM_H
#define PROGRAM_H

/*
 * The file that execvp would start: `name` itself if it has a slash, else the
 * first executable one in $PATH. Caller frees. NULL with errno: ENOENT, or
 * EACCES if there is one but it is not executable.
 */
char *program_find(const char *name);

/* What follows the last slash; points into `path`. */
const char *program_base_name(const char *path);

#endif
