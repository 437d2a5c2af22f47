/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Was a signal sent to us alone, or to our whole process group? What the group
 * got, the program in it has got already, and must not get from us again. The
 * kernel does not say; so a process that does nothing stands in the group, and
 * what is pending there was sent to all.
 */
#ifndef LAUNCH_WITNESS_H
#define LAUNCH_WITNESS_H

#include <stdbool.h>
#include <sys/types.h>

struct launch_witness {
	pid_t pid; /* 0: there is none, every signal is taken for ours alone */
	int socket; /* to it; close on exec */
};

/*
 * Starts it. The caller has all signals blocked, and it inherits that. `argv`
 * ends our own command line: it is wiped in the witness, so that who looks for
 * processes by it finds us alone.
 */
void launch_witness_start(struct launch_witness *w, char *const *argv);

/* Did the group get this signal? Says so once for each. */
bool launch_witness_saw(struct launch_witness *w, int sig);

void launch_witness_end(struct launch_witness *w);

#endif
