/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame's own lines of a dump, as docs/FORMAT.md has them, of a profile
 * that holds one process: what the shim writes, but for live samples.
 */
#ifndef WRITE_DUMP_H
#define WRITE_DUMP_H

#include "write.h"

/* From `# heapflame` on, but for modules. */
void write_dump_head(FILE *out, const struct profile *p, uint64_t sequence);

/* `# module`: one that lies as a whole from start to end. */
void write_dump_module(FILE *out, const struct profile *p, uint32_t module,
	uint64_t start, uint64_t end);

/* `# s`: the figures of a row. */
void write_dump_row(FILE *out, const struct profile *p, uint32_t row);

#endif
