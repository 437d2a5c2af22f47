/* SPDX-License-Identifier: Apache-2.0 */
/* A flame graph for each phase, in a folder. */
#ifndef FLAME_PHASES_H
#define FLAME_PHASES_H

#include "select.h"
#include "write.h"

/*
 * Makes the folder, if there are phases, and in it for each phase "<its
 * name>.svg". What of a name could lead out of the folder, hide the file or act
 * on a terminal is `_`; of several files of one name the second is
 * "<name>-2.svg". Returns how many there are, or -1 after error(). selection
 * and options as for flame_write.
 */
int flame_write_phases(struct profile *p, const char *folder,
	const struct selection *selection, const struct svg_options *options);

/* The name of such a file, without a number and ".svg". Caller frees. */
char *flame_phase_file(const char *phase);

#endif
