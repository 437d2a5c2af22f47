/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pprof's profile.proto, of heaps and of anything else. A file is in memory as
 * a whole, since its strings may come last.
 */
#ifndef READ_PPROF_H
#define READ_PPROF_H

#include "read.h"

/* Of the reader, once the file is unpacked: 0, or -1 after error(). */
int pprof_read(struct profile *p, const struct input *in);

#endif
