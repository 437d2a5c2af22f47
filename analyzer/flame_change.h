/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with a column of what was before beside that of what is now, as
 * difffolded.pl and inferno-diff-folded write it, is its own base: its picture
 * is that of a difference, as `heapflame diff` draws it.
 */
#ifndef FLAME_CHANGE_H
#define FLAME_CHANGE_H

#include "profile.h"
#include "select.h"
#include "write.h"

/* Do all files say what was before, and is nothing else asked for? */
bool flame_is_change(const struct profile *p, const struct selection *s);

/*
 * Writes that picture to `path` ("-": stdout) as the last thing that is done
 * with p. `name` is the file's. 0, or -1 after error().
 */
int flame_write_change(struct profile *p, const char *path, const char *name,
	const struct selection *s, const struct svg_options *options);

#endif
