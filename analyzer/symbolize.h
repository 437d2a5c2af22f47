/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses to names; symbolize_*.c are the only files that include elfutils. A
 * file is used only if its build-id is the recorded one. A name is used only
 * inside [st_value, st_value + st_size): a neighbour's name is a lie. What has
 * no name is "[module+0x1234]", where its function begins (if that can't be
 * told: the return address), as objdump shows it; struct module.why says why.
 */
#ifndef SYMBOLIZE_H
#define SYMBOLIZE_H

#include "profile.h"

/*
 * Fills locations[].first/depth, location_frames, frames, functions and
 * modules[].why for everything in p that has no frames yet. Never fails: what
 * can't be named is marked. Progress on stderr if it takes over 2 s and stderr
 * is a terminal.
 */
void profile_symbolize(struct profile *p);

/*
 * Where another process's files lie, seen from here ("/proc/42/root"): they are
 * looked for there first. NULL: nowhere else. Not copied.
 */
void profile_symbolize_below(const char *root);

#endif
