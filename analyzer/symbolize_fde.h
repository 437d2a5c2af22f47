/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where functions without a symbol begin and end: the table that unwinders use
 * (.eh_frame_hdr) is there in stripped files, too.
 */
#ifndef SYMBOLIZE_FDE_H
#define SYMBOLIZE_FDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbolize_ranges.h"

/* A part of a file, and where it is mapped. */
struct mapped_part {
	uint64_t offset, address, size;
	bool executable;
};

/*
 * Adds the range of each function that the table lists, its start as value.
 * `image` is the whole file, `table` the part that PT_GNU_EH_FRAME names, parts
 * the loaded ones. A table of another encoding than linkers write adds nothing.
 */
void fde_add_functions(struct ranges *to, const unsigned char *image,
	size_t size, const struct mapped_part *table,
	const struct mapped_part *parts, size_t part_count);

#endif
