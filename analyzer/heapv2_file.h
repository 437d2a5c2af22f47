/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dump's file name says of it (section 8 of docs/FORMAT.md; jemalloc's
 * names are the same but for the start):
 *   <prefix>.<pid>[-<start>].<seq>.<kind>[<n>].heap[.gz|.zst]
 * A prefix may end in a namespace of processes. gperftools' names are
 *   <prefix>.<seq>.heap
 */
#ifndef HEAPV2_FILE_H
#define HEAPV2_FILE_H

#include "scan.h"

struct heapv2_file {
	size_t series; /* length of what all dumps of the process share */
	struct scan id; /* "<pid>-<start>", or "<pid>"; of gperftools none */
	uint64_t seq;
	char kind; /* 'f': the one at its end; of gperftools 0 */
};

/* False: a name of another kind; nothing is known then. */
bool heapv2_file_name(struct heapv2_file *f, const char *name);
bool heapv2_file_gperftools(struct heapv2_file *f, const char *name);

#endif
