/* SPDX-License-Identifier: Apache-2.0 */
/* Of read_pprof.c: is it a profile, as far as its first bytes tell? */
#ifndef PPROF_GUESS_H
#define PPROF_GUESS_H

#include "pprof_wire.h"

bool pprof_guess(struct wire start);

#endif
