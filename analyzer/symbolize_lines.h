/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line table of one unit: which source line an address comes from. libdw
 * allocates and sorts every row, which is a third of the time that naming
 * addresses in a big program takes; this keeps 16 bytes a row, in their order.
 */
#ifndef SYMBOLIZE_LINES_H
#define SYMBOLIZE_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "symbolize_sections.h"

struct lines;

/*
 * The table at that offset of .debug_line. comp_dir: what relative names are
 * relative to, or NULL. NULL if there is anything in it that is not known here:
 * ask libdw then.
 */
struct lines *lines_new(
	const struct dwarf_sections *s, uint64_t offset, const char *comp_dir);
void lines_free(struct lines *l);

/* False: no line belongs to the address. *line may be 0: the compiler's own. */
bool lines_find(
	struct lines *l, uint64_t address, uint64_t *file, uint32_t *line);

/* The file's path, or NULL; lives as long as l. */
const char *lines_file(struct lines *l, uint64_t file);

#endif
